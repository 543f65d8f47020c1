import { ApplicationFailure } from '@temporalio/workflow';
import { validTexts } from './valid-texts.js';
import { decisionMost, type NodeDecisionInput } from './messages.js';

/** Who decides something about a run or a queue, and why. */
export type Said = Pick<NodeDecisionInput, 'by' | 'why'>;

/** The subject of a decision: one node of a run; or the run, or the cluster, which its workflow id names. */
type Subject = 'node' | 'whole';

const shapes: Readonly<Record<Subject, string>> = {
  node: '{ "node": NODE, "by": NAME, "why": REASON }',
  whole: '{ "by": NAME, "why": REASON }',
};

/**
 * Validates the input of a decision: any sender, any shape.
 *
 * @param update the update's name in Temporal.
 * @returns the decision, or why it is rejected: a sentence with the expected JSON.
 */
export function validDecision(update: string, subject: 'node', given: unknown): NodeDecisionInput | string;
export function validDecision(update: string, subject: Subject, given: unknown): Said | string;
export function validDecision(update: string, subject: Subject, given: unknown): Said | string {
  const { node, ...most } = decisionMost;
  return validTexts(given, {
    what: `The input of ${update}`,
    shape: shapes[subject],
    most: subject === 'node' ? { node, ...most } : most,
  }) as unknown as Said | string;
}

interface Named {
  readonly name: string;
}

/** Options of an update that is a decision; its handler gets validated input. */
export interface TakesDecision<Input> {
  readonly validator: (given: Input) => void;
  /** As the Web UI shows it. */
  readonly description: string;
}

/**
 * For an update that decides about a whole run or cluster.
 *
 * @param does its effect: a sentence.
 */
export function takesDecision({ name }: Named, does: string): TakesDecision<Said> {
  return {
    validator: (given: unknown) => {
      const decision = validDecision(name, 'whole', given);
      if (typeof decision === 'string') throw notTaken(decision);
    },
    description: `${does} Input: ${shapes.whole}`,
  };
}

/**
 * For an update that decides about a node.
 *
 * @param refusal why it is rejected in the run's present state; undefined: it is accepted.
 */
export function takesNodeDecision(
  { name }: Named,
  does: string,
  refusal: (decision: NodeDecisionInput) => string | undefined,
): TakesDecision<NodeDecisionInput> {
  return {
    validator: (given: unknown) => {
      const decision = validDecision(name, 'node', given);
      const why = typeof decision === 'string' ? decision : refusal(decision);
      if (why !== undefined) throw notTaken(why);
    },
    description: `${does} Input: ${shapes.node}`,
  };
}

function notTaken(why: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(why, 'decision-refused');
}
