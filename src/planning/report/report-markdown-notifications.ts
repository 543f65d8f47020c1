import { plain, table } from '../text/markdown.js';
import { count, moment } from '../text/phrases.js';
import type { RunReport } from './run-report.js';

/** Of what did not get there the last are shown: the JSON of the report has all of it. */
const missedMax = 20;

/** Who was told what happened, and what did not get there. */
export function tellingSection({ telling }: Pick<RunReport, 'telling'>): string[] {
  if (!telling) return [];
  const { receivers, missed, untold } = telling;
  const rows = receivers.map(({ receiver, told, failed, failing }) => [
    receiver,
    String(told),
    failed === 0 ? 'none' : String(failed),
    failing ? plain(`no longer, since ${moment(failing.since)}: ${failing.why}`) : 'yes',
  ]);
  const lost = untold
    ? ['', plain(`Nobody could be told ${count(untold.messages, 'message')}: ${untold.why}.`)]
    : [];
  const lines = missed
    .slice(-missedMax)
    .map(({ at, kind, receiver, why, mayHaveArrived }) => [
      moment(at),
      kind ?? 'a message',
      receiver ?? 'nobody was told',
      plain(mayHaveArrived === true ? `${why}; it may have arrived` : why),
    ]);
  const before = missed.length > missedMax ? ['', `The last ${missedMax} of ${missed.length}:`] : [];
  return [
    [
      '## Who was told',
      '',
      ...table(['receiver', 'told', 'not told', 'hears it'], rows),
      ...lost,
      ...before,
      ...(lines.length > 0 ? ['', ...table(['when', 'what', 'whom', 'why not'], lines)] : []),
    ].join('\n'),
  ];
}
