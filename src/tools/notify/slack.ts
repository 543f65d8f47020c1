import { z } from 'zod';
import type { RenderedMessage } from '../../planning/messages/render.js';
import {
  afterMs,
  deliver,
  jsonIn,
  limited,
  refusal,
  type Delivered,
  type DeliveryWay,
  type Verdict,
} from './deliver.js';
import { secretUrl } from './secret-url.js';

type Answer = { readonly status: number; readonly text: string; readonly retryAfter: string | null };
type Message = Pick<RenderedMessage, 'slack' | 'insist'>;

const api = 'https://slack.com/api';
const answer = z.object({
  ok: z.boolean(),
  error: z.string().max(200).optional(),
  channel: z
    .string()
    .regex(/^[A-Z0-9]{1,30}$/)
    .optional(),
  ts: z
    .string()
    .regex(/^\d{1,15}\.\d{1,10}$/)
    .optional(),
});

/** Errors of Slack's methods (https://docs.slack.dev/reference/methods/chat.postMessage#errors) that a person can fix. */
const wordsFor: Readonly<Record<string, string>> = {
  invalid_auth: 'Slack does not know the token',
  not_authed: 'Slack got no token',
  token_revoked: 'the token was revoked',
  token_expired: 'the token has expired',
  account_inactive: 'the token is that of an app or person that is gone',
  missing_scope: 'the token may not write: give the app the scope chat:write, and install it again',
  not_in_channel: 'the app is not in the channel: type /invite @APP there',
  channel_not_found: 'there is no such channel, or the app cannot see it: invite it there',
  is_archived: 'the channel is archived',
};
const tooOften: ReadonlySet<string> = new Set(['ratelimited', 'rate_limited']);
/** The status message is gone, or can no longer be edited: a new one is posted. */
const notEditable: ReadonlySet<string> = new Set([
  'message_not_found',
  'cant_update_message',
  'edit_window_closed',
]);
const itsOwnFault: ReadonlySet<string> = new Set([
  'internal_error',
  'fatal_error',
  'service_unavailable',
  'request_timeout',
]);

/**
 * Posts a message to a channel with a bot's token, or edits the one of that id (`CHANNEL:TS`). Slack accepts no idempotency key. A message
 * that may have arrived is not posted again, unless it insists. An edit may be repeated.
 *
 * @throws TypeError with a sentence, where the token cannot be one.
 */
export async function notifySlackChannel(
  { token, channel }: { readonly token: string; readonly channel: string },
  { slack, insist }: Message,
  message: string | undefined,
  delivery: DeliveryWay,
): Promise<Delivered<string>> {
  const bearer = token.trim();
  if (!/^[\x21-\x7e]+$/.test(bearer)) throw new TypeError('its token has characters no token has');
  const request = (method: string, fields: Record<string, unknown>) => ({
    method: 'POST' as const,
    url: new URL(`${api}/${method}`),
    headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify({ ...fields, ...slack }),
    secrets: [bearer],
  });
  const [where, ts] = message?.split(':') ?? [];
  if (where !== undefined && ts !== undefined) {
    const edited = await deliver(request('chat.update', { channel: where, ts }), true, judgeMethod, delivery);
    if (edited.kind === 'accepted' || !edited.gone) return edited;
  }
  return deliver(request('chat.postMessage', { channel }), insist, judgeMethod, delivery);
}

/**
 * Posts a message by an incoming webhook. Its answer has no id, so the message cannot be edited later.
 *
 * @throws TypeError with a sentence, where the address is none.
 */
export async function notifySlackWebhook(
  secret: string,
  { slack, insist }: Message,
  delivery: DeliveryWay,
): Promise<Delivered<string>> {
  const url = secretUrl(secret, 'https://hooks.slack.com/services/T…/B…/…', ['https:']);
  const request = {
    method: 'POST' as const,
    url,
    body: JSON.stringify(slack),
    secrets: [secret.trim(), url.pathname],
  };
  return deliver(request, insist, judgeWebhook, delivery);
}

function judgeMethod({ status, text, retryAfter }: Answer): Verdict<string> {
  const read = answer.safeParse(jsonIn(text));
  if (status === 429) return limited(status, afterMs(retryAfter));
  if (!read.success)
    return status === 200
      ? { kind: 'refused', why: 'it answered 200, and not as Slack does' }
      : refusal(status, text);
  const { ok, error = 'no reason', channel, ts } = read.data;
  if (ok && channel !== undefined && ts !== undefined) return { kind: 'accepted', value: `${channel}:${ts}` };
  if (ok) return { kind: 'refused', why: 'it answered ok, and not which message' };
  if (tooOften.has(error)) return limited(status, afterMs(retryAfter));
  if (itsOwnFault.has(error)) return { kind: 'broken', why: `Slack answered ${error}` };
  if (notEditable.has(error)) return { kind: 'refused', why: `Slack answered ${error}`, gone: true };
  const words = wordsFor[error];
  return {
    kind: 'refused',
    why: words === undefined ? `Slack answered ${error}` : `Slack answered ${error}: ${words}`,
  };
}

/** An incoming webhook answers with a word: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks#handling_errors. */
function judgeWebhook({ status, text }: Answer): Verdict<string> {
  if (status === 200 && text.trim() === 'ok') return { kind: 'accepted', value: '' };
  if (status === 200) return { kind: 'refused', why: 'it answered 200, and not as Slack does' };
  return refusal(status, text);
}
