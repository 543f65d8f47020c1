import path from 'node:path';
import { z } from 'zod';
import type { Mistake, MistakeAt } from '../inventory/mistake.js';
import { schemaMistakes, type SettingWords } from '../inventory/schema-mistakes.js';
import { settingsAt } from '../inventory/settings.js';
import { cannotBeRead, parseSettings, readSettings } from '../inventory/yaml-document.js';
import { settingsOf, StarterFile, type StarterSettings } from './settings.js';

/** The settings, or everything that is wrong with them. */
export type LoadedSettings =
  | { readonly ok: true; readonly settings: StarterSettings }
  | { readonly ok: false; readonly mistakes: readonly Mistake[] };

const purpose = 'the starter must know which repositories declare clusters';
const documentWords = {
  purpose,
  start: 'start with repositories: [{ name: OWNER/NAME, … }]; docs/github.md shows a whole one',
  instead: 'name the file of one starter',
};

const words: SettingWords = {
  settingsAt: (at) => settingsAt(at, starterJsonSchema()),
  whyNeeded: [
    { path: /^repositories$/, why: purpose },
    { path: /\.url$/, why: 'git fetches what was merged from there' },
    { path: /\.clusters$/, why: 'a change is routed to the clusters whose files it touches' },
    { path: /\.folder$/, why: 'workers find the credentials of the cluster there' },
  ],
  hints: [
    {
      path: /^tokens/,
      fix: 'write tokens: [{ name: ci, token: { env: NAME }, may: [approve], clusters: [NAME] }]',
    },
    { path: /\.secrets/, fix: 'write one or two of { file: PATH } or { env: NAME }' },
    {
      path: /\.access/,
      fix: 'write { token: { env: NAME } } or { app: { id: 1, installation: 2, key: { file: PATH } } }',
    },
    { path: /\.poll$/, fix: 'write it like 60s' },
    { path: /\.trigger/, fix: 'write [webhook], [poll] or [webhook, poll]' },
    { path: /\.clusters/, fix: 'write [{ file: PATH-IN-REPOSITORY, folder: /FOLDER-OF-WORKERS }]' },
    { path: /\.url$/, fix: 'write it like https://github.com/acme/home-ops.git' },
    { path: /\.name$/, fix: 'write it like acme/home-ops' },
  ],
  mayBeSecret: /^(repositories\[\d+\]\.(secrets|access|url|api)|tokens\[\d+\]\.token)/,
};

/** Reads and validates starter.yaml. An unreadable file is a mistake, too; nothing is thrown. */
export async function loadSettings(file: string): Promise<LoadedSettings> {
  try {
    return parseStarterSettings(await readSettings(file), file);
  } catch (error) {
    return { ok: false, mistakes: [cannotBeRead(file, error)] };
  }
}

/**
 * Validates the text of starter.yaml, and returns all mistakes at once.
 *
 * @param file its name in mistakes; relative credential files start at its folder.
 */
export function parseStarterSettings(text: string, file: string): LoadedSettings {
  const document = parseSettings(text, file, documentWords);
  if (!document.ok) return document;
  const parsed = StarterFile.safeParse(document.value);
  if (!parsed.success) {
    const found = schemaMistakes(parsed.error.issues, document.value, words);
    return { ok: false, mistakes: document.placed(found) };
  }
  const settings = settingsOf(parsed.data, path.dirname(path.resolve(file)));
  const found = brokenRules(settings);
  return found.length > 0 ? { ok: false, mistakes: document.placed(found) } : { ok: true, settings };
}

/** A git host rate-limits clients that poll more often. */
const pollLeastMs = 10_000;

/** Rules across fields. */
function brokenRules({ repositories, tokens }: StarterSettings): MistakeAt[] {
  const found: MistakeAt[] = tokens.flatMap(({ name }, index) =>
    tokens.findIndex((one) => one.name === name) === index
      ? []
      : [
          {
            at: ['tokens', index, 'name'],
            what: `${name} stands here twice`,
            why: 'the record could not distinguish them',
            fix: 'give each token a name of its own',
          },
        ],
  );
  const names = new Map<string, number>();
  for (const [index, one] of repositories.entries()) {
    const at = (...rest: (string | number)[]) => ['repositories', index, ...rest];
    const earlier = names.get(one.name.toLowerCase());
    if (earlier !== undefined)
      found.push({
        at: at('name'),
        what: `${one.name} stands here twice`,
        why: 'what happens there would start two things',
        fix: `put its clusters together under repositories[${earlier}]`,
      });
    names.set(one.name.toLowerCase(), index);
    for (const { where, ...mistake } of brokenIn(one)) found.push({ at: at(...where), ...mistake });
  }
  return found;
}

interface Broken extends Omit<MistakeAt, 'at'> {
  readonly where: readonly (string | number)[];
}

function brokenIn(one: StarterSettings['repositories'][number]): Broken[] {
  const { name, gitHost, trigger, secrets, access, clusters } = one;
  const hears = trigger.includes('webhook');
  const files = clusters.map(({ file }) => file);
  const rules: readonly (Broken & { readonly broken: boolean })[] = [
    {
      broken: gitHost === 'github' && !/^[^/]+\/[^/]+$/.test(name),
      where: ['name'],
      what: `${name} is no repository of GitHub`,
      why: 'it has an owner and a name',
      fix: 'write it like acme/home-ops',
    },
    {
      broken: gitHost === 'git' && hears,
      where: ['trigger'],
      what: 'a git server sends no webhooks that could be verified',
      why: 'only GitHub’s are understood',
      fix: 'write trigger: [poll]',
    },
    {
      broken: gitHost === 'github' && hears && secrets === undefined,
      where: ['secrets'],
      what: 'it is missing',
      why: 'a webhook that nobody signed could come from anybody',
      fix: 'add secrets: [{ env: NAME }], the webhook’s secret at GitHub',
    },
    {
      broken: gitHost === 'github' && access === undefined,
      where: ['access'],
      what: 'it is missing',
      why: 'pull requests are read and commented on with it',
      fix: 'add access: { token: { env: NAME } } or { app: … }',
    },
    {
      broken: gitHost === 'git' && access !== undefined && 'app' in access,
      where: ['access'],
      what: 'a git server knows no apps',
      why: 'they are GitHub’s',
      fix: 'write { token: { env: NAME } }, or leave it out',
    },
    {
      broken: trigger.includes('poll') && one.poll < pollLeastMs,
      where: ['poll'],
      what: `every ${one.poll / 1000} s is too often`,
      why: 'git hosts turn away who asks without a pause',
      fix: 'write 10s or more; 60s is the default',
    },
    {
      broken: new Set(trigger).size < trigger.length,
      where: ['trigger'],
      what: 'one of them stands here twice',
      why: 'it counts once',
      fix: 'leave one',
    },
    {
      broken: new Set(files).size < files.length,
      where: ['clusters'],
      what: 'one file stands here twice',
      why: 'one change would start two upgrades of one cluster',
      fix: 'leave one of them',
    },
  ];
  return rules.filter(({ broken }) => broken).map(({ where, what, why, fix }) => ({ where, what, why, fix }));
}

/** JSON Schema of starter.yaml, as a person writes it. */
function starterJsonSchema(): Record<string, unknown> {
  return z.toJSONSchema(StarterFile, { io: 'input', target: 'draft-2020-12' });
}
