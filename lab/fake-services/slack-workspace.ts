import { RETRY_AFTER_SECONDS, jsonIn, type ServiceAnswer, type ServiceRequest } from './fake-service.js';
import { isForm, mistakeIn, textIn, type SlackForm } from './slack-form.js';
import { Windows } from './window.js';

/**
 * https://docs.slack.dev/apis/web-api/rate-limits: one message a second per channel (Slack allows short bursts; this fake does not), and 50
 * edits a minute.
 */
const MESSAGES = { requests: 1, seconds: 1 };
const EDITS = { requests: 50, seconds: 60 };

/** https://docs.slack.dev/reference/methods/chat.postMessage#truncating: longer texts are truncated. */
const TEXT_MOST = 40_000;

const METHODS = ['chat.postMessage', 'chat.update', 'auth.test'];

/** A message in a channel. */
export interface SlackMessage {
  readonly channel: string;
  readonly ts: string;
  readonly text: string;
  readonly blocks: readonly unknown[];
  /** By an incoming webhook: it cannot be edited. */
  readonly byWebhook: boolean;
  readonly edited: boolean;
  /** The mentions: `<!channel>`, `<@U1>`; an escaped one is none. */
  readonly mentions: readonly string[];
}

/** Channels, their members, and their messages. */
export class SlackWorkspace {
  readonly channels = new Map<string, { name: string; archived: boolean }>();
  /** Channel by path of its webhook. */
  readonly webhooks = new Map<string, string>();
  /** Channels by token. */
  readonly tokens = new Map<string, readonly string[]>();
  readonly messages = new Map<string, SlackMessage>();
  readonly #now: () => Date;
  readonly #posting: Windows;
  readonly #editing: Windows;
  #counted = 0;

  constructor(now: () => Date) {
    this.#now = now;
    this.#posting = new Windows(MESSAGES, now);
    this.#editing = new Windows(EDITS, now);
  }

  /** https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks#handling_errors */
  byWebhook(request: ServiceRequest): ServiceAnswer {
    const channel = this.webhooks.get(request.url.pathname);
    const known = channel === undefined ? undefined : this.channels.get(channel);
    if (request.method !== 'POST') return { status: 405, body: 'invalid_http_method' };
    if (channel === undefined || !known || request.refused) return { status: 404, body: 'no_service' };
    if (request.fault) return limited(RETRY_AFTER_SECONDS, 'rate_limited');
    const form = jsonIn(request.body);
    if (!isForm(form)) return { status: 400, body: 'invalid_payload' };
    const mistake = mistakeIn(form);
    if (mistake !== undefined) return { status: 400, body: mistake };
    if (known.archived) return { status: 410, body: 'channel_is_archived' };
    const use = this.#posting.use(channel);
    if (!use.allowed) return limited(use.secondsLeft, 'rate_limited');
    this.#keep(channel, form, { byWebhook: true });
    return { status: 200, body: 'ok', taken: true };
  }

  /** Errors have status 200: https://docs.slack.dev/reference/methods/chat.postMessage#errors */
  byApi(request: ServiceRequest): ServiceAnswer {
    const method = request.url.pathname.slice('/api/'.length);
    if (!METHODS.includes(method)) return no('unknown_method');
    const token = /^Bearer (\S+)$/.exec(request.headers['authorization'] ?? '')?.[1];
    if (token === undefined) return no('not_authed');
    const member = request.refused ? undefined : this.tokens.get(token);
    if (!member) return no('invalid_auth');
    if (request.fault) return limited(RETRY_AFTER_SECONDS, 'ratelimited');
    if (method === 'auth.test') return { status: 200, body: { ok: true, team: 'lab', user: 'slipway' } };
    const form = formIn(request);
    if (!isForm(form)) return no('invalid_json');
    const edits = method === 'chat.update';
    const channel = this.#channelOf(textIn(form, 'channel'), edits);
    const known = this.channels.get(channel);
    if (!known) return no('channel_not_found');
    if (!member.includes(channel)) return no('not_in_channel');
    const old = edits ? this.messages.get(`${channel}/${textIn(form, 'ts')}`) : undefined;
    if (edits && !old) return no('message_not_found');
    if (old?.byWebhook) return no('cant_update_message');
    const mistake = mistakeIn(form);
    if (mistake !== undefined) return no(mistake);
    if (known.archived) return no('is_archived');
    const use = edits ? this.#editing.use(token) : this.#posting.use(channel);
    if (!use.allowed) return limited(use.secondsLeft, 'ratelimited');
    const { ts, text } = this.#keep(channel, form, { byWebhook: false, ...(old ? { old } : {}) });
    return {
      status: 200,
      body: { ok: true, channel, ts, text, message: { type: 'message', text, ts } },
      taken: true,
    };
  }

  /** A message may be posted by a channel's name, and edited only by its id. */
  #channelOf(wanted: string, edits: boolean): string {
    const named = edits
      ? undefined
      : [...this.channels].find(([, { name }]) => name === wanted || `#${name}` === wanted);
    return named?.[0] ?? wanted;
  }

  #keep(
    channel: string,
    form: SlackForm,
    { byWebhook, old }: { byWebhook: boolean; old?: SlackMessage },
  ): SlackMessage {
    this.#counted += 1;
    const seconds = Math.floor(this.#now().getTime() / 1000);
    const ts = old?.ts ?? `${seconds}.${String(this.#counted).padStart(6, '0')}`;
    const text = textIn(form).slice(0, TEXT_MOST);
    const blocks = Array.isArray(form['blocks']) ? form['blocks'] : [];
    const mentions = [...`${text}\n${JSON.stringify(blocks)}`.matchAll(/<[!@][^<>]+>/g)].map(
      ([word]) => word,
    );
    const message = { channel, ts, text, blocks, byWebhook, edited: old !== undefined, mentions };
    this.messages.set(`${channel}/${ts}`, message);
    return message;
  }
}

/** The Web API also accepts forms, with JSON in their fields. */
function formIn({ headers, body }: ServiceRequest): unknown {
  if (!headers['content-type']?.startsWith('application/x-www-form-urlencoded')) return jsonIn(body);
  const fields = Object.fromEntries(new URLSearchParams(body));
  return { ...fields, ...(fields['blocks'] === undefined ? {} : { blocks: jsonIn(fields['blocks']) }) };
}

function no(error: string): ServiceAnswer {
  return { status: 200, body: { ok: false, error } };
}

/** https://docs.slack.dev/apis/web-api/rate-limits#responding-to-rate-limiting-conditions */
function limited(seconds: number, error: string): ServiceAnswer {
  const headers = { 'retry-after': String(Math.ceil(seconds)) };
  return { status: 429, headers, body: error === 'ratelimited' ? { ok: false, error } : error };
}
