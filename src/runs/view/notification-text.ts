import { count } from '../../planning/text/phrases.js';
import { sentence } from '../../planning/text/sentence.js';
import type { RunView } from './run-view.js';
import { clockText } from './time-text.js';
import type { Clock } from './work-text.js';

/** One line for each failing receiver, and one for undelivered messages. Empty: everything was delivered. */
export function notificationLines({ telling }: Pick<RunView, 'telling'>, { now, timeZone }: Clock): string[] {
  const { receivers = [], undelivered } = telling ?? {};
  const failed = receivers.flatMap(({ receiver, failing }) =>
    failing
      ? [
          `${receiver} cannot be notified (${count(failing.times, 'message')} ` +
            `since ${clockText(failing.since, now, timeZone)}): ${failing.why}`,
        ]
      : [],
  );
  const lost = undelivered
    ? [`${count(undelivered.messages, 'message')} undelivered: ${undelivered.why}`]
    : [];
  return [...failed, ...lost].map(sentence);
}
