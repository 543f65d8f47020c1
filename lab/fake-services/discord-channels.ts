import { formMistakes, mentions, nested } from './discord-message.js';
import { RETRY_AFTER_SECONDS, jsonIn, type ServiceAnswer, type ServiceRequest } from './fake-service.js';
import { Windows, type WindowUse } from './window.js';

/**
 * Undocumented by Discord, which refers to its headers, and known for years:
 * https://birdie0.github.io/discord-webhooks-guide/other/rate_limits.html
 */
const PER_WEBHOOK = { requests: 5, seconds: 2 };

/** Snowflakes count milliseconds since then: https://docs.discord.com/developers/reference#snowflakes */
const DISCORD_EPOCH_MS = 1_420_070_400_000;

/** A message in a channel. */
export interface DiscordMessage {
  readonly id: string;
  readonly webhook: string;
  /** The whole message: `content`, `embeds`, `allowed_mentions`. */
  readonly form: Readonly<Record<string, unknown>>;
  readonly at: string;
  /** Time of the last edit. */
  readonly editedAt?: string;
  /** The mentioned users. */
  readonly mentions: ReturnType<typeof mentions>;
}

/** A webhook and its message, from a request path. */
export interface DiscordPath {
  readonly id: string;
  readonly token: string;
  readonly message: string | undefined;
}

/** The messages of the channels, and their webhooks. */
export class DiscordChannels {
  /** Token by webhook. */
  readonly tokens = new Map<string, string>();
  readonly messages = new Map<string, DiscordMessage>();
  readonly #now: () => Date;
  readonly #windows: Windows;
  #counted = 0;

  constructor(now: () => Date) {
    this.#now = now;
    this.#windows = new Windows(PER_WEBHOOK, now);
  }

  /** An id, as Discord numbers everything. */
  snowflake(): string {
    this.#counted += 1;
    return String((BigInt(this.#now().getTime() - DISCORD_EPOCH_MS) << 22n) + BigInt(this.#counted));
  }

  /** Every request to a webhook counts, also a rejected one. */
  answer(path: DiscordPath, request: ServiceRequest): ServiceAnswer {
    const use = this.#windows.use(path.id);
    const said = use.allowed ? this.#answerWithin(path, request) : tooMany(use.secondsLeft);
    return { ...said, headers: { ...limitHeaders(path.id, use), ...said.headers } };
  }

  #answerWithin({ id, token, message }: DiscordPath, request: ServiceRequest): ServiceAnswer {
    const { method } = request;
    if (request.fault) return tooMany(RETRY_AFTER_SECONDS);
    if (!this.tokens.has(id) || request.refused) return refusal(404, 10_015, 'Unknown Webhook');
    if (this.tokens.get(id) !== token) return refusal(401, 50_027, 'Invalid Webhook Token');
    if (message === undefined) {
      if (method === 'POST') return this.#write(request, id);
      if (method === 'GET') return { status: 200, body: { id, type: 1, name: 'lab', channel_id: id } };
      return refusal(405, 0, '405: Method Not Allowed');
    }
    const old = this.messages.get(message);
    if (!old || old.webhook !== id) return refusal(404, 10_008, 'Unknown Message');
    if (method === 'PATCH') return this.#write(request, id, old);
    if (method === 'GET') return { status: 200, body: messageShape(old) };
    if (method !== 'DELETE') return refusal(405, 0, '405: Method Not Allowed');
    this.messages.delete(message);
    return { status: 204, taken: true };
  }

  #write(request: ServiceRequest, webhook: string, old?: DiscordMessage): ServiceAnswer {
    const parsed = jsonIn(request.body);
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
      return refusal(400, 50_109, 'The request body contains invalid JSON.');
    const asked = parsed as Record<string, unknown>;
    // An edit without `allowed_mentions` is parsed as if there had never been any.
    const form = old ? { ...old.form, allowed_mentions: undefined, ...asked } : asked;
    const mistakes = formMistakes(form);
    if (mistakes.length > 0) return refusal(400, 50_035, 'Invalid Form Body', { errors: nested(mistakes) });
    const content = typeof form['content'] === 'string' ? form['content'].trim() : '';
    const embeds = Array.isArray(form['embeds']) ? form['embeds'] : [];
    if (content === '' && embeds.length === 0) return refusal(400, 50_006, 'Cannot send an empty message');
    const at = this.#now().toISOString();
    const message: DiscordMessage = {
      id: old?.id ?? this.snowflake(),
      webhook,
      form: { ...form, ...('content' in form ? { content } : {}) },
      at: old?.at ?? at,
      ...(old ? { editedAt: at } : {}),
      mentions: mentions(content, form['allowed_mentions']),
    };
    this.messages.set(message.id, message);
    const shown = old !== undefined || request.url.searchParams.get('wait') === 'true';
    return shown ? { status: 200, body: messageShape(message), taken: true } : { status: 204, taken: true };
  }
}

function messageShape({ id, webhook, form, at, editedAt, mentions: called }: DiscordMessage): object {
  return {
    id,
    type: 0,
    content: form['content'] ?? '',
    channel_id: webhook,
    webhook_id: webhook,
    embeds: form['embeds'] ?? [],
    attachments: [],
    timestamp: at,
    edited_timestamp: editedAt ?? null,
    mention_everyone: called.everyone,
    mention_roles: called.roles,
    mentions: called.users.map((user) => ({ id: user })),
  };
}

/** https://docs.discord.com/developers/topics/opcodes-and-status-codes#json */
export function refusal(status: number, code: number, message: string, more: object = {}): ServiceAnswer {
  return { status, body: { message, code, ...more } };
}

/** https://docs.discord.com/developers/topics/rate-limits#exceeding-a-rate-limit */
function tooMany(seconds: number): ServiceAnswer {
  return {
    status: 429,
    headers: { 'retry-after': String(Math.ceil(seconds)), 'x-ratelimit-scope': 'user' },
    body: { message: 'You are being rate limited.', retry_after: seconds, global: false },
  };
}

function limitHeaders(webhook: string, { remaining, secondsLeft }: WindowUse): Record<string, string> {
  return {
    'x-ratelimit-bucket': `webhook-${webhook}`,
    'x-ratelimit-limit': String(PER_WEBHOOK.requests),
    'x-ratelimit-remaining': String(remaining),
    'x-ratelimit-reset-after': String(secondsLeft),
  };
}
