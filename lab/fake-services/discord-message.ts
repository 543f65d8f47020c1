/** Limits of a message: https://docs.discord.com/developers/resources/webhook#execute-webhook, .../resources/message#embed-object-embed-limits */
export const DISCORD_LIMITS = {
  content: 2000,
  username: 80,
  embeds: 10,
  /** All texts of all embeds together. */
  embedsTogether: 6000,
  embed: { title: 256, description: 4096 },
  fields: 25,
  field: { name: 256, value: 1024 },
  footerText: 2048,
  authorName: 256,
} as const;

/** A form error: path → problem. */
export interface FormMistake {
  readonly path: readonly string[];
  readonly code: string;
  readonly message: string;
}

interface Embed {
  readonly title?: unknown;
  readonly description?: unknown;
  readonly fields?: unknown;
  readonly footer?: { readonly text?: unknown };
  readonly author?: { readonly name?: unknown };
}

/** Discord's validation of a message. Characters are counted in UTF-16 code units, the strictest reading. */
export function formMistakes(form: Readonly<Record<string, unknown>>): FormMistake[] {
  const embeds = (Array.isArray(form['embeds']) ? form['embeds'] : []) as readonly Embed[];
  const texts = embeds.flatMap((embed, place) => textsOf(embed, ['embeds', String(place)]));
  const together = texts.reduce((sum, { text }) => sum + lengthOf(text), 0);
  return [
    ...tooLong(form['content'], ['content'], DISCORD_LIMITS.content),
    ...tooLong(form['username'], ['username'], DISCORD_LIMITS.username),
    ...badName(form['username']),
    ...tooMany(embeds, ['embeds'], DISCORD_LIMITS.embeds),
    ...embeds.flatMap(({ fields }, place) =>
      tooMany(fields, ['embeds', String(place), 'fields'], DISCORD_LIMITS.fields),
    ),
    ...texts.flatMap(({ text, path, most }) => tooLong(text, path, most)),
    ...texts.flatMap(({ text, path }) =>
      path.includes('fields') && lengthOf(text) === 0
        ? [{ path, code: 'BASE_TYPE_REQUIRED', message: 'This field is required' }]
        : [],
    ),
    ...(together > DISCORD_LIMITS.embedsTogether
      ? [
          {
            path: ['embeds'],
            code: 'MAX_EMBED_SIZE_EXCEEDED',
            message: `Embed size exceeds maximum size of ${DISCORD_LIMITS.embedsTogether}`,
          },
        ]
      : []),
  ];
}

/** The errors in Discord's nesting: `{ content: { _errors: […] } }`. */
export function nested(mistakes: readonly FormMistake[]): Record<string, unknown> {
  const errors: Record<string, unknown> = {};
  for (const { path, code, message } of mistakes) {
    let at = errors;
    for (const part of path) at = (at[part] ??= {}) as Record<string, unknown>;
    at['_errors'] = [...((at['_errors'] as unknown[] | undefined) ?? []), { code, message }];
  }
  return errors;
}

/** The mentioned users, by content and `allowed_mentions` (without it: everybody who is named). */
export function mentions(
  content: string,
  allowed: unknown,
): { everyone: boolean; roles: string[]; users: string[] } {
  const { parse, users, roles } = (allowed ?? { parse: ['everyone', 'users', 'roles'] }) as Record<
    string,
    unknown
  >;
  const listed = (list: unknown, id: string): boolean => Array.isArray(list) && list.includes(id);
  const named = (pattern: RegExp, kind: string, list: unknown): string[] =>
    [...content.matchAll(pattern)]
      .map(([, id = '']) => id)
      .filter((id) => listed(parse, kind) || listed(list, id));
  return {
    everyone: listed(parse, 'everyone') && /@(everyone|here)/.test(content),
    roles: named(/<@&(\d+)>/g, 'roles', roles),
    users: named(/<@!?(\d+)>/g, 'users', users),
  };
}

function textsOf(embed: Embed, at: readonly string[]): { text: unknown; path: string[]; most: number }[] {
  const fields = (Array.isArray(embed.fields) ? embed.fields : []) as readonly Record<string, unknown>[];
  const { embed: own, field, footerText, authorName } = DISCORD_LIMITS;
  return [
    { text: embed.title, path: [...at, 'title'], most: own.title },
    { text: embed.description, path: [...at, 'description'], most: own.description },
    { text: embed.footer?.text, path: [...at, 'footer', 'text'], most: footerText },
    { text: embed.author?.name, path: [...at, 'author', 'name'], most: authorName },
    ...fields.flatMap((one, place) => [
      { text: one['name'], path: [...at, 'fields', String(place), 'name'], most: field.name },
      { text: one['value'], path: [...at, 'fields', String(place), 'value'], most: field.value },
    ]),
  ];
}

function tooLong(text: unknown, path: readonly string[], most: number): FormMistake[] {
  if (lengthOf(text) <= most) return [];
  return [{ path, code: 'BASE_TYPE_MAX_LENGTH', message: `Must be ${most} or fewer in length.` }];
}

function tooMany(list: unknown, path: readonly string[], most: number): FormMistake[] {
  if (!Array.isArray(list) || list.length <= most) return [];
  return [{ path, code: 'BASE_TYPE_MAX_LENGTH', message: `Must be ${most} or fewer in length.` }];
}

/** https://docs.discord.com/developers/resources/webhook#create-webhook */
function badName(name: unknown): FormMistake[] {
  const banned = typeof name === 'string' ? /clyde|discord/i.exec(name)?.[0] : undefined;
  if (banned === undefined) return [];
  const message = `Username cannot contain "${banned.toLowerCase()}"`;
  return [{ path: ['username'], code: 'USERNAME_INVALID_CONTAINS', message }];
}

function lengthOf(text: unknown): number {
  return typeof text === 'string' ? text.length : 0;
}
