import { span } from '../text/phrases.js';
import type { StatusRow, MessageOf } from './message.js';

type StatusMessage = MessageOf<'board'>;

const signs: Readonly<Record<StatusRow['sign'], string>> = {
  done: '✓',
  'under-work': '●',
  'to-come': '○',
  'not-done': '✗',
  'left-out': '–',
};

/** First line of the status message: how far the run is. */
export function statusTitle({ cluster, run, target, stands, done, of, left }: StatusMessage): string {
  const which = run === undefined ? cluster : `${cluster}: run ${run}`;
  const soon = left === undefined ? '' : `, about ${span(left)} left`;
  return `${which} → Talos ${target}, ${stands}: ${done} of ${of} nodes${soon}`;
}

/** What is in progress and what waits, then a row for each node, in the run's order. */
export function statusLines({ rows, more, now }: StatusMessage): string[] {
  const lines = rows.map(({ node, sign, words = '' }) => `${signs[sign]} ${node} ${words}`);
  return [...now, ...lines, ...(more > 0 ? [`… and ${more} nodes more`] : [])];
}
