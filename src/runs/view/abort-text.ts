import { nodesAhead, runningNodes } from './run-nodes.js';
import type { AbortView, RunView } from './run-view.js';

/** An abort that goes on: who wants it and why, and what becomes of the nodes under way. */
export function abortText(view: RunView, { by, why }: AbortView): string {
  const then = nodesAhead(view).length > 0 ? ' No further node is begun.' : '';
  return `Abort asked for by ${by}${why === '' ? '' : `: ${why}`}. ${whatOfThem(runningNodes(view).length)}${then}`;
}

function whatOfThem(underWay: number): string {
  if (underWay === 0) return 'No node is under way.';
  return underWay === 1
    ? 'The node under way is undone, or finished where its install was sent.'
    : 'Each node under way is undone, or finished where its install was sent.';
}
