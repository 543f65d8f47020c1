import type { Notice } from './notice.js';
import type { Message } from './message.js';

/** Payload of a signed webhook; documented in docs/notifications.md. A field that is removed or changes its meaning raises `schema`. */
export interface WebhookMessage {
  readonly schema: 1;
  /** `slipway.halt`: the event type. */
  readonly type: string;
  /** ISO time at which it happened. */
  readonly timestamp: string;
  readonly data: {
    readonly cluster: string;
    readonly run: number | null;
    readonly severity: Notice['severity'];
    readonly title: string;
    readonly lines: readonly string[];
    readonly commands: readonly string[];
    readonly link: string | null;
    /** The same as data, for programs; null: too large for a message. */
    readonly facts: Message | null;
  };
}

/** A receiver should accept 20 KiB at least, as Standard Webhooks recommends; ours stay below. */
const factsMax = 16 * 1024;

/** A rendered message as programs read it. */
export function webhookMessage(notice: Notice, message: Message): WebhookMessage {
  const { severity, title, lines, commands, link, at } = notice;
  return {
    schema: 1,
    type: `slipway.${message.kind}`,
    timestamp: at,
    data: {
      cluster: message.cluster,
      run: message.run ?? null,
      severity,
      title: title.slice(0, 500),
      lines: lines.slice(0, 60).map((line) => line.slice(0, 1000)),
      commands,
      link: link ?? null,
      facts: JSON.stringify(message).length > factsMax ? null : message,
    },
  };
}
