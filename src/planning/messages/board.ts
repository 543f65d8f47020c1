import { span } from '../text/phrases.js';
import type { BoardRow, MessageOf } from './message.js';

type Board = MessageOf<'board'>;

const signs: Readonly<Record<BoardRow['sign'], string>> = {
  done: '✓',
  'under-work': '●',
  'to-come': '○',
  'not-done': '✗',
  'left-out': '–',
};

/** The board's first line: how far the run is. */
export function boardTitle({ cluster, run, target, stands, done, of, left }: Board): string {
  const which = run === undefined ? cluster : `${cluster}: run ${run}`;
  const soon = left === undefined ? '' : `, about ${span(left)} left`;
  return `${which} → Talos ${target}, ${stands}: ${done} of ${of} nodes${soon}`;
}

/** What goes on and what waits, then a row for each node, as the run takes them. */
export function boardLines({ rows, more, now }: Board): string[] {
  const lines = rows.map(({ node, sign, words = '' }) => `${signs[sign]} ${node} ${words}`);
  return [...now, ...lines, ...(more > 0 ? [`… and ${more} nodes more`] : [])];
}
