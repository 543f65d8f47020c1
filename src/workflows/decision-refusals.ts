import { notInRun } from '../planning/report/decision-commands.js';

/** Where a run is with one node, as far as a person's decision goes. */
export type Standing =
  | { readonly kind: 'unknown'; readonly known: readonly string[] }
  /** Its turn has not come. */
  | { readonly kind: 'ahead' }
  | { readonly kind: 'under-way' }
  /** It rolls back to the previous version, and is under work for that. */
  | { readonly kind: 'going-back' }
  /** It halted, too, and another node of its batch rolls back: the run ends after that, if all goes well. */
  | { readonly kind: 'stands-aside'; readonly other: string }
  /** It halted the run, which waits. */
  | { readonly kind: 'halted' }
  /** The same, and its rollback failed: no other node is begun before this one is whole. */
  | { readonly kind: 'back-failed' }
  /** Somebody decided about it: `retry by Ada: the disk was replaced`. */
  | { readonly kind: 'decided'; readonly how: string }
  | { readonly kind: 'done' }
  /** The run is on its way to its end. */
  | { readonly kind: 'ending' };

export type DecisionVerb = 'retry' | 'skip' | 'rollback';

/** Why a decision about a node is not taken as the run stands: a sentence. Undefined: it is. */
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
    'going-back': `${node} is rolling back: that is finished first.`,
    'stands-aside': `${standing.kind === 'stands-aside' ? standing.other : ''} is rolling back, and the run ends after it: decide about ${node} should that fail.`,
  };
  return sentences[standing.kind];
}
