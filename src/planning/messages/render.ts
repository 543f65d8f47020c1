import { createHash } from 'node:crypto';
import { discordMessage, type DiscordMessage } from './discord.js';
import type { Message } from './message.js';
import { noticeOf } from './notice.js';
import { ntfyMessage, type NtfyMessage } from './ntfy.js';
import { webhookMessage, type WebhookMessage } from './signed-webhook.js';
import { slackMessage, type SlackMessage } from './slack.js';

/** A message in each service's format, and what a client must know of it. */
export interface RenderedMessage {
  /** Idempotency key: the same for every delivery of the message. 32 hex digits. */
  readonly key: string;
  /** The same for every edition of the message: one status message of a run. */
  readonly thread: string;
  /** It is edited, where the service can do that; the record is not. */
  readonly isStatusMessage: boolean;
  /** Deliver at least once, since somebody should act: it is sent again where its arrival is not known. */
  readonly insist: boolean;
  readonly discord: DiscordMessage;
  readonly ntfy: NtfyMessage;
  readonly slack: SlackMessage;
  readonly webhook: WebhookMessage;
}

/** Renders a message for every service, within the service's limits. */
export function renderMessage(message: Message): RenderedMessage {
  const notice = noticeOf(message);
  const { cluster, run = '', kind, part = '' } = message;
  const node = 'node' in message ? (message.node ?? '') : '';
  const isStatusMessage = kind === 'board';
  return {
    key: digest([cluster, run, kind, node, part, message.at]),
    thread: isStatusMessage
      ? digest([cluster, run, kind])
      : digest([cluster, run, kind, node, part, message.at]),
    isStatusMessage,
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
