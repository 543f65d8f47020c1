import type { StarterEvent } from './starter.js';

type Texts = { [K in StarterEvent['kind']]: (event: Extract<StarterEvent, { kind: K }>) => string };

const texts: Texts = {
  listening: ({ address, port }) =>
    `webhooks are heard at http://${address.includes(':') ? `[${address}]` : address}:${port}/webhooks/github`,
  polling: ({ repository, everyMs }) => `${repository} is asked every ${everyMs / 1000} s`,
  request: ({ status, verdict, why, from, delivery, event, repository, by, path }) =>
    [
      `${status} ${verdict}`,
      event,
      repository,
      path,
      by,
      delivery === undefined ? `from ${from}` : `delivery ${delivery} from ${from}`,
    ]
      .filter((part) => part !== undefined)
      .join(' ') + (why === undefined ? '' : `: ${why}`),
  found: ({ verdict, repository, delivery, what }) =>
    `${verdict} ${repository} ${what} (polled, delivery ${delivery})`,
  'poll-failed': ({ repository, why, againMs }) =>
    `${repository} could not be polled: ${why}; asked again in ${Math.round(againMs / 1000)} s`,
  flood: ({ refused }) => `${refused} more requests were refused in a minute, and are not listed`,
  stopped: ({ why }) => `stopped (${why})`,
};

/** One line for people, without control characters. */
export function starterText(event: StarterEvent, at: Date): string {
  const text = texts[event.kind] as (event: StarterEvent) => string;
  return `${at.toISOString()} ${text(event)}`.replaceAll(/[\p{Cc}\p{Cf}]+/gu, ' ');
}

/** One JSON object a line. */
export function starterJson(event: StarterEvent, at: Date): string {
  return JSON.stringify({ at: at.toISOString(), ...event });
}
