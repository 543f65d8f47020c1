import { nodesAhead, runningNodes } from './run-nodes.js';
import type { AbortView, RunView } from './run-view.js';

/** A current abort: who requested it and why, and what happens to running nodes. */
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
