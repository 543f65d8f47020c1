import { notInRun } from '../planning/report/decision-commands.js';

/** The run's progress with one node, as far as decisions depend on it. */
export type Standing =
  | { readonly kind: 'unknown'; readonly known: readonly string[] }
  /** The run has not reached it. */
  | { readonly kind: 'ahead' }
  | { readonly kind: 'under-way' }
  /** It is being rolled back to the previous version. */
  | { readonly kind: 'rolling-back' }
  /** It halted, too, and another node of its batch rolls back: the run ends after that rollback if it succeeds. */
  | { readonly kind: 'blocked-by-rollback'; readonly other: string }
  /** It halted the run, which waits. */
  | { readonly kind: 'halted' }
  /** Its rollback failed: no other node is begun before this one is repaired. */
  | { readonly kind: 'back-failed' }
  /** Somebody has decided about it: `retry by Ada: the disk was replaced`. */
  | { readonly kind: 'decided'; readonly how: string }
  | { readonly kind: 'done' }
  /** The run is about to end. */
  | { readonly kind: 'ending' };

export type DecisionVerb = 'retry' | 'skip' | 'rollback';

/** Why a decision about a node is rejected in the run's present state: a sentence. Undefined: it is accepted. */
export function decisionRefusal(verb: DecisionVerb, standing: Standing, node: string): string | undefined {
  const halted = verb === 'skip' ? undefined : `${node} has not halted: `;
  const sentences: Readonly<Record<Standing['kind'], string | undefined>> = {
    unknown: notInRun(node, standing.kind === 'unknown' ? standing.known : []),
    ending: 'The run is on its way to its end: nothing is decided any more.',
    done: `${node} is through: there is nothing to decide about it.`,
    decided: `${node} was decided about already: ${standing.kind === 'decided' ? standing.how : ''}.`,
    halted: undefined,
    'back-failed':
      verb === 'skip'
        ? `The rollback of ${node} failed: no other node is begun before it is whole. Retry it, roll it back again, or abort the run.`
        : undefined,
    ahead: halted && `${halted}its turn has not come.`,
    'under-way': halted && `${halted}it is under work.`,
    'rolling-back': `${node} is rolling back: that is finished first.`,
    'blocked-by-rollback': `${standing.kind === 'blocked-by-rollback' ? standing.other : ''} is rolling back, and the run ends after it: decide about ${node} should that fail.`,
  };
  return sentences[standing.kind];
}
