import type { Decision } from '../../planning/report/run-result.js';
import { answerText } from './approval-text.js';
import { whoAndWhy } from './pause-text.js';

/** A decision in one line. */
export function decisionText(decision: Decision): string {
  if (decision.kind === 'approve' || decision.kind === 'reject') return answerText(decision);
  if (decision.kind === 'retry') return `${decision.node} is retried, by ${whoAndWhy(decision)}`;
  if (decision.kind === 'rollback') return `${decision.node} is rolled back, by ${whoAndWhy(decision)}`;
  if (decision.kind === 'start-now')
    return `nodes are begun although the window is closed, by ${whoAndWhy(decision)}`;
  if (decision.kind === 'skip')
    return decision.tooLate
      ? `${decision.node} was to be left out, which came too late: it halted; by ${whoAndWhy(decision)}`
      : `${decision.node} is left out, by ${whoAndWhy(decision)}`;
  return `${decision.kind === 'pause' ? 'pause asked for' : 'resumed'} by ${whoAndWhy(decision)}`;
}
