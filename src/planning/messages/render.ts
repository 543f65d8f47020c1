import { createHash } from 'node:crypto';
import { discordMessage, type DiscordMessage } from './discord.js';
import type { Message } from './message.js';
import { noticeOf } from './notice.js';
import { ntfyMessage, type NtfyMessage } from './ntfy.js';
import { webhookMessage, type WebhookMessage } from './signed-webhook.js';
import { slackMessage, type SlackMessage } from './slack.js';

/** A message as each service takes it, and what a client must know of it. */
export interface RenderedMessage {
  /** The same for the same message, however often it is sent: what services that can tell a repetition by. 32 hex digits. */
  readonly key: string;
  /** The same for every edition of the message: one board of a run. */
  readonly thread: string;
  /** It is edited, where the service can; the record is not. */
  readonly isBoard: boolean;
  /** Rather twice than never, since a person should do something: it is sent again where nobody knows whether it arrived. */
  readonly insist: boolean;
  readonly discord: DiscordMessage;
  readonly ntfy: NtfyMessage;
  readonly slack: SlackMessage;
  readonly webhook: WebhookMessage;
}

/** Makes a message ready for every service, within its limits. */
export function renderMessage(message: Message): RenderedMessage {
  const notice = noticeOf(message);
  const { cluster, run = '', kind, part = '' } = message;
  const node = 'node' in message ? (message.node ?? '') : '';
  const isBoard = kind === 'board';
  return {
    key: digest([cluster, run, kind, node, part, message.at]),
    thread: isBoard ? digest([cluster, run, kind]) : digest([cluster, run, kind, node, part, message.at]),
    isBoard,
    insist: notice.severity !== 'info',
    discord: discordMessage(notice),
    ntfy: ntfyMessage(notice),
    slack: slackMessage(notice),
    webhook: webhookMessage(notice, message),
  };
}

function digest(parts: readonly (string | number)[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}
