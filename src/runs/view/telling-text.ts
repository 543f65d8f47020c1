import { count } from '../../planning/text/phrases.js';
import { sentence } from '../../planning/text/sentence.js';
import type { RunView } from './run-view.js';
import { clockText } from './time-text.js';
import type { Clock } from './work-text.js';

/** Whom nothing reached any more, and what nobody was told: a line each. Empty: everybody hears what they are told. */
export function tellingLines({ telling }: Pick<RunView, 'telling'>, { now, timeZone }: Clock): string[] {
  const { receivers = [], untold } = telling ?? {};
  const silent = receivers.flatMap(({ receiver, failing }) =>
    failing
      ? [
          `${receiver} cannot be told anything since ${clockText(failing.since, now, timeZone)} ` +
            `(${count(failing.times, 'message')}): ${failing.why}`,
        ]
      : [],
  );
  const lost = untold ? [`nobody could be told ${count(untold.messages, 'message')}: ${untold.why}`] : [];
  return [...silent, ...lost].map(sentence);
}
