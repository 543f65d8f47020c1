import type { z } from 'zod';
import { type DocumentPath, type MistakeAt, pathText } from './mistake.js';
import { severities, notifiedKinds } from './notify.js';
import { settingsAt } from './settings.js';

type Issue = z.core.$ZodIssue;

/** Texts for mistakes in one type of file. */
export interface SettingWords {
  /** The allowed settings at a path. */
  readonly settingsAt: (path: DocumentPath) => string[];
  /** Why settings without a default are required, by path. */
  readonly whyNeeded: readonly { readonly path: RegExp; readonly why: string }[];
  /** What to write, by path. */
  readonly hints: readonly { readonly path: RegExp; readonly fix: string }[];
  /** Whether a path refers to a credential: values there are never quoted. */
  readonly mayBeSecret: RegExp;
}

/** The schema's findings as mistakes. Values at credential paths are never quoted: somebody may have written the secret itself there. */
export function schemaMistakes(
  issues: readonly Issue[],
  document: unknown,
  words: SettingWords = inventoryWords(),
): MistakeAt[] {
  return issues.flatMap((issue) => mistakesOf(issue, document, words));
}

function mistakesOf(issue: Issue, document: unknown, words: SettingWords): MistakeAt[] {
  const at = issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part));
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => unknownSetting(at, key, words.settingsAt(at)));
  const value = valueAt(document, at);
  if (value === undefined) return [missing(at, words)];
  const what = `${shown(at, value, words)} does not fit`;
  const why = reasonOf(issue);
  return [{ at, what, why, fix: hintFor(at, words) ?? 'write it like that' }];
}

function unknownSetting(at: DocumentPath, key: string, known: readonly string[]): MistakeAt {
  const meant = nearest(key, known);
  const instead = known.length > 0 ? `use one of ${known.join(', ')}, or remove it` : 'remove it';
  return {
    at: [...at, key],
    what: `"${key}" is no setting`,
    why: 'nobody would read it, and a mistyped setting must not pass for one',
    fix: meant ? `did you mean ${meant}? Otherwise remove it` : instead,
  };
}

function missing(at: DocumentPath, words: SettingWords): MistakeAt {
  const whole = pathText(at);
  const reason = words.whyNeeded.find(({ path }) => path.test(whole));
  const fix = hintFor(at, words) ?? `add ${whole}`;
  return {
    at,
    what: 'it is missing',
    why: reason?.why ?? 'it has no default that would be right for every cluster',
    fix,
  };
}

/** Why settings without a default are required. */
const whyNeeded = [
  { path: /^cluster$/, why: 'runs, marks and messages name the cluster' },
  { path: /^versions/, why: 'an upgrade goes to what is declared here' },
  { path: /^access/, why: 'Slipway reaches the cluster with it' },
  { path: /^roles\.[a-z-]+(\.schematic)?$/, why: 'the installer image of a node is made from its schematic' },
  { path: /^nodes/, why: 'Slipway touches only nodes that are named, one by one' },
  {
    path: /^snapshot\.recipient$/,
    why: 'a snapshot holds every Secret of the cluster, so it is kept encrypted only',
  },
  {
    path: /^terraform\.version$/,
    why: 'a state that a newer Terraform has written is lost to the older ones',
  },
  { path: /^terraform\.variables/, why: 'each hop passes its own version' },
  { path: /^snapshot/, why: 'no node is touched before an etcd snapshot was taken, proven and stored' },
] as const;

/** What to write, by setting. */
const hints = [
  {
    path: /^notify\[\d+\]\.tell/,
    fix: `name severities (${severities.join(', ')}) or kinds of messages (${notifiedKinds.join(', ')})`,
  },
  { path: /^notify\[\d+\]\.ntfy\.server$/, fix: 'write it like https://ntfy.example.org' },
  { path: /^notify\[\d+\]\.slack\.channel$/, fix: 'write it like C0123456789' },
  {
    path: /^access\.|\.(webhook|topic|token|url|secret)$|^terraform\.(backend|env|variables\.files)|configuration\.file/,
    fix: 'write { file: PATH } or { env: NAME }',
  },
  { path: /^terraform\.version$/, fix: 'write it like 1.11.4, as terraform version prints it' },
  {
    path: /^terraform\.variables(\.talos)?$/,
    fix: 'add terraform.variables: { talos: NAME }, the variable that carries the Talos version',
  },
  {
    path: /\.configuration(\.by)?$/,
    fix: "write { by: terraform }, or { by: apply-config, file: { file: 'machines/{node}.yaml' } }",
  },
  {
    path: /^access$/,
    fix: 'add access: { talos: { reader: …, admin: … }, kubernetes: … }, each { file: PATH } or { env: NAME }',
  },
  {
    path: /^notify/,
    fix: 'write { discord: { webhook: { env: NAME } } }, { ntfy: { topic: { env: NAME } } }, or what docs/notifications.md shows',
  },
  { path: /schematic$/, fix: "write the id the Image Factory answered to the role's customization" },
  {
    path: /^versions/,
    fix: 'write it like v1.12.6, or like { file: terraform/variables.tf, variable: talos_version }',
  },
  { path: /^limits\./, fix: 'write it like 30s, 5m or 1h' },
  {
    path: /^snapshot\.recipient$/,
    fix: 'run age-keygen, keep the identity outside the cluster, and write its age1… recipient here',
  },
  { path: /^snapshot\.maxAge$/, fix: 'write it like 1h' },
  { path: /^snapshot\.directory$/, fix: 'name a folder on a disk that is not part of this cluster' },
  { path: /^snapshot$/, fix: 'add snapshot: { directory: FOLDER, recipient: age1… }' },
  { path: /^nodes\[\d+\]\.address$|^vip$/, fix: 'write one IPv4 or IPv6 address, without a port' },
  { path: /\.role$/, fix: 'write control-plane or worker' },
] as const;

function hintFor(at: DocumentPath, words: SettingWords): string | undefined {
  const whole = pathText(at);
  return words.hints.find(({ path }) => path.test(whole))?.fix;
}

/** zod's message, without its prefix, where the schema has no message of ours. */
function reasonOf(issue: Issue): string {
  const message = issue.message.replace(/^Invalid (input|option): /, '').replace(/\.$/, '');
  return message.charAt(0).toLowerCase() + message.slice(1);
}

/** Paths of credential references. */
const mayBeSecret = /^access|^notify|^terraform\.(backend|env|variables\.files)|\.configuration\./;

function inventoryWords(): SettingWords {
  return { settingsAt, whyNeeded, hints, mayBeSecret };
}

function shown(at: DocumentPath, value: unknown, words: SettingWords): string {
  if (words.mayBeSecret.test(pathText(at))) return 'what stands here (not repeated, it may be secret)';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null) return 'a map';
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}…"` : text;
}

function valueAt(document: unknown, at: DocumentPath): unknown {
  let value: unknown = document;
  for (const part of at) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<string | number, unknown>)[part];
  }
  return value;
}

/** The setting that was probably meant: at most a third of its characters differ. */
function nearest(key: string, known: readonly string[]): string | undefined {
  const ranked = known
    .map((name) => ({ name, distance: lettersApart(key.toLowerCase(), name.toLowerCase()) }))
    .filter(({ name, distance }) => distance <= Math.max(1, Math.floor(name.length / 3)))
    .toSorted((a, b) => a.distance - b.distance);
  return ranked[0]?.name;
}

/** Levenshtein's distance. */
function lettersApart(a: string, b: string): number {
  if (a.length > 40) return a.length;
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
