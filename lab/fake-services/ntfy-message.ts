import type { ServiceRequest } from './fake-service.js';
import { jsonIn } from './fake-service.js';

/** Limits: https://docs.ntfy.sh/publish/#limitations */
export const NTFY_LIMITS = {
  /** Bytes. A longer message becomes a file, where the server accepts files. */
  message: 4096,
  /** Bytes of a title. */
  title: 1024,
  /** Bytes of all tags together. */
  tags: 512,
  /** A JSON message may be twice as long, because of JSON's overhead. */
  json: 2 * 4096,
  actions: 3,
} as const;

/** Why a message is rejected: https://github.com/binwiederhier/ntfy/blob/main/server/errors.go */
export class NtfyRefusal extends Error {
  override readonly name = 'NtfyRefusal';

  constructor(
    readonly status: number,
    readonly code: number,
    message: string,
  ) {
    super(message);
  }
}

/** A message to publish. */
export interface NtfyMessage {
  readonly topic: string;
  readonly message: string;
  readonly title: string;
  readonly priority: number;
  readonly tags: readonly string[];
  readonly click: string;
  readonly actions: readonly unknown[];
  readonly markdown: boolean;
  /** Messages with the same sequence id replace each other for subscribers. */
  readonly sequence: string;
}

/** Names of a setting as header or in the query, without and with `x-`. */
const NAMES: Readonly<Record<string, readonly string[]>> = {
  message: ['message', 'm'],
  title: ['title', 't'],
  priority: ['priority', 'prio', 'p'],
  tags: ['tags', 'tag', 'ta'],
  click: ['click'],
  actions: ['actions', 'action'],
  markdown: ['markdown', 'md'],
  sequence: ['sequence-id', 'sid'],
};

const PRIORITIES: Readonly<Record<string, number>> = {
  min: 1,
  low: 2,
  default: 3,
  high: 4,
  max: 5,
  urgent: 5,
};
const TOPIC = /^[-_A-Za-z0-9]{1,64}$/;
const TOPICS_OF_THE_SERVER = [
  'docs',
  'static',
  'file',
  'app',
  'metrics',
  'account',
  'settings',
  'signup',
  'login',
  'v1',
];
const NO_ACTIONS = new NtfyRefusal(400, 40_018, 'invalid request: actions invalid');

/**
 * The message in a request: JSON to `/`, or `/<topic>` (and `/<topic>/<sequence>`) with headers.
 *
 * @throws {NtfyRefusal}
 */
export function messageOf(request: ServiceRequest): NtfyMessage {
  const { method, url, body } = request;
  if (method !== 'POST' && method !== 'PUT') throw notThere();
  const [, topic = '', sequence, ...rest] = url.pathname.split('/');
  if (rest.length > 0) throw notThere();
  const published = topic === '' ? fromJson(body) : fromHeaders(request, topic, sequence);
  if (Buffer.byteLength(published.title) > NTFY_LIMITS.title)
    throw new NtfyRefusal(400, 40_050, 'invalid request: title too long');
  if (Buffer.byteLength(published.tags.join(',')) > NTFY_LIMITS.tags)
    throw new NtfyRefusal(400, 40_051, 'invalid request: tags too long');
  if (published.actions.length > NTFY_LIMITS.actions) throw NO_ACTIONS;
  if (published.sequence !== '' && !TOPIC.test(published.sequence))
    throw new NtfyRefusal(400, 40_049, 'invalid request: sequence ID invalid');
  return published;
}

function fromHeaders(request: ServiceRequest, topic: string, sequence: string | undefined): NtfyMessage {
  if (!TOPIC.test(topic)) throw notThere();
  allowed(topic);
  const given = (what: string): string => {
    const names = NAMES[what] ?? [];
    const { headers, url } = request;
    const found = [
      ...names.flatMap((name) => [headers[`x-${name}`], headers[name]]),
      ...names.flatMap((name) => [url.searchParams.get(`x-${name}`), url.searchParams.get(name)]),
    ].find((value) => typeof value === 'string' && value !== '');
    return decoded(found ?? '').trim();
  };
  const message = given('message').replaceAll('\\n', '\n') || request.body;
  const actions = given('actions');
  return {
    topic,
    message,
    title: given('title'),
    priority: priorityIn(given('priority')),
    tags: given('tags')
      .split(',')
      .map((tag) => tag.trim())
      .filter(Boolean),
    click: given('click'),
    actions: actions === '' ? [] : actionsIn(jsonIn(actions)),
    markdown:
      ['1', 'yes', 'true'].includes(given('markdown')) || request.headers['content-type'] === 'text/markdown',
    sequence: sequence ?? given('sequence'),
  };
}

function fromJson(body: string): NtfyMessage {
  if (Buffer.byteLength(body) > NTFY_LIMITS.json) throw new NtfyRefusal(413, 41_303, 'JSON body too large');
  const asked = jsonIn(body);
  const bad = new NtfyRefusal(400, 40_017, 'invalid request: request body must be message JSON');
  if (typeof asked !== 'object' || asked === null || Array.isArray(asked)) throw bad;
  const fields = asked as Record<string, unknown>;
  const text = (name: string): string => {
    const value = fields[name] ?? '';
    if (typeof value !== 'string') throw bad;
    return value;
  };
  const [topic, tags, priority] = [text('topic'), fields['tags'] ?? [], fields['priority'] ?? 0];
  if (!TOPIC.test(topic)) throw new NtfyRefusal(400, 40_009, 'invalid request: topic invalid');
  allowed(topic);
  if (!Array.isArray(tags) || typeof priority !== 'number') throw bad;
  return {
    topic,
    message: text('message'),
    title: text('title').trim(),
    priority: priorityIn(priority === 0 ? '' : String(priority)),
    tags: tags.map(String),
    click: text('click'),
    actions: fields['actions'] === undefined ? [] : actionsIn(fields['actions']),
    markdown: fields['markdown'] === true,
    sequence: text('sequence_id'),
  };
}

function allowed(topic: string): void {
  if (TOPICS_OF_THE_SERVER.includes(topic))
    throw new NtfyRefusal(400, 40_010, 'invalid request: topic name is disallowed');
}

function priorityIn(text: string): number {
  if (text === '') return 3;
  const number = PRIORITIES[text.toLowerCase()] ?? Number(text);
  if (Number.isInteger(number) && number >= 1 && number <= 5) return number;
  throw new NtfyRefusal(400, 40_007, 'invalid priority parameter');
}

/** The short format of actions is not simulated. */
function actionsIn(actions: unknown): readonly unknown[] {
  const whole = (action: unknown): boolean =>
    ['view', 'http', 'broadcast'].includes(String((action as { action?: unknown } | null)?.action)) &&
    typeof (action as { label?: unknown }).label === 'string';
  if (!Array.isArray(actions) || !actions.every(whole)) throw NO_ACTIONS;
  return actions;
}

/** RFC 2047, in base64: https://docs.ntfy.sh/publish/#list-of-all-parameters */
function decoded(header: string): string {
  return header.replaceAll(/=\?utf-8\?b\?([A-Za-z0-9+/=]*)\?=/gi, (_whole, base64: string) =>
    Buffer.from(base64, 'base64').toString('utf8'),
  );
}

function notThere(): NtfyRefusal {
  return new NtfyRefusal(404, 40_401, 'page not found');
}
