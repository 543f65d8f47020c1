import { plain, table } from '../text/markdown.js';
import { count, moment } from '../text/phrases.js';
import type { RunReport } from './run-report.js';

/** The last undelivered messages are shown: the JSON of the report has all of them. */
const missedMax = 20;

/** Delivered and undelivered notifications, by receiver. */
export function notificationSection({ telling }: Pick<RunReport, 'telling'>): string[] {
  if (!telling) return [];
  const { receivers, missed, undelivered } = telling;
  const rows = receivers.map(({ receiver, told: delivered, failed, failing }) => [
    receiver,
    String(delivered),
    failed === 0 ? 'none' : String(failed),
    failing ? plain(`no longer, since ${moment(failing.since)}: ${failing.why}`) : 'yes',
  ]);
  const lost = undelivered
    ? ['', plain(`${count(undelivered.messages, 'message')} reached no receiver: ${undelivered.why}.`)]
    : [];
  const lines = missed
    .slice(-missedMax)
    .map(({ at, kind, receiver, why, mayHaveArrived }) => [
      moment(at),
      kind ?? 'a message',
      receiver ?? 'nobody was notified',
      plain(mayHaveArrived === true ? `${why}; it may have arrived` : why),
    ]);
  const before = missed.length > missedMax ? ['', `The last ${missedMax} of ${missed.length}:`] : [];
  return [
    [
      '## Notifications',
      '',
      ...table(['receiver', 'delivered', 'not delivered', 'responds'], rows),
      ...lost,
      ...before,
      ...(lines.length > 0 ? ['', ...table(['when', 'what', 'whom', 'why not'], lines)] : []),
    ].join('\n'),
  ];
}
