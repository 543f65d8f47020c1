import { ApplicationFailure, allHandlersFinished, condition, setHandler } from '@temporalio/workflow';
import type { PlannedNode } from '../planning/plan.js';
import type { Reason } from '../planning/reason.js';
import type { Retry } from '../planning/retry.js';
import type { Rollback } from '../planning/rollback.js';
import type { NodeEnding } from '../planning/run-result.js';
import type { StepName } from '../planning/node-steps.js';
import { decisionRefusal, type Standing } from './decision-refusals.js';
import {
  decisionTimer,
  retryNode,
  rollBackNode,
  skipNode,
  type NodeDecisionInput,
  type RetryAnswer,
  type RollbackAnswer,
  type SkipAnswer,
} from './messages.js';

/** One attempt at a node: what it does, and which it is. */
export interface Turn {
  readonly node: PlannedNode;
  readonly steps: readonly StepName[];
  /** From 1. */
  readonly attempt: number;
}

/** What the decisions of a run rest on. */
export interface DecidedRun {
  /** Milliseconds a halted run waits; 0: it ends at once. */
  readonly limit: number;
  /** Whether it is on its way to its end. */
  readonly ending: () => boolean;
  /** Where it is with a node, but for what was decided about it. */
  readonly standing: (node: string) => Standing;
  /** Observes a node that halted, and says how it would be begun once more. */
  readonly retry: (node: string) => Promise<Retry>;
  /** The same of how it would go back. */
  readonly rollback: (node: string) => Promise<Rollback>;
  /** Stops the work on a node at its next safe point. */
  readonly stop: (node: string) => void;
  /** Called when it begins to wait, and when it goes on. */
  readonly tell: (phase: 'decision' | 'upgrading') => void;
}

/** What a halted batch comes to. */
export type Settled =
  | { readonly kind: 'goes-on'; readonly turns: readonly Turn[] }
  | { readonly kind: 'ends'; readonly reason: Reason };

/** What people decide about the nodes of one run. Where a node halts the run, it waits for that. */
export class NodeDecisions {
  private readonly skipped = new Map<string, string>();
  /** What is done next with a node, because somebody said so. */
  private readonly next = new Map<string, { readonly said: string; readonly work: NextWork }>();
  private readonly rolledBack = new Map<string, string>();
  /** Nodes that are observed for that just now. */
  private readonly asked = new Map<string, string>();

  constructor(private readonly run: DecidedRun) {
    setHandler(retryNode, (input: NodeDecisionInput) => this.retry(input), {
      validator: (input: NodeDecisionInput) => this.check('retry', input),
      description:
        'A node that halted the run is observed, and begun once more from what it is now; with a name and a reason.',
    });
    setHandler(rollBackNode, (input: NodeDecisionInput) => this.rollback(input), {
      validator: (input: NodeDecisionInput) => this.check('rollback', input),
      description:
        'A node that halted the run goes back to the version it ran before; then the run ends, held. With a name and a reason.',
    });
    setHandler(skipNode, (input: NodeDecisionInput) => this.skip(input), {
      validator: (input: NodeDecisionInput) => this.check('skip', input),
      description:
        'The run goes on without a node that halted it, or that is not installed yet; with a name and a reason.',
    });
  }

  /** Who said that the run goes on without it, and why. */
  skippedBy(node: string): string | undefined {
    return this.skipped.get(node);
  }

  /**
   * Waits until somebody has decided about every node that halted a batch; those that only stopped with it are begun once more.
   *
   * @param stopped the nodes of the batch that are not done.
   */
  async settle(stopped: readonly NodeEnding[], turns: readonly Turn[]): Promise<Settled> {
    const [first] = stopped;
    if (!first) return { kind: 'goes-on', turns: [] };
    const back = stopped.find(({ state }) => state === 'rolled-back');
    if (back) return { kind: 'ends', reason: this.wentBack(back) };
    const { limit, ending, tell } = this.run;
    const reason = first.reason ?? { kind: 'unexpected', message: `${first.node} ended ${first.outcome}` };
    if (limit === 0 || ending()) return { kind: 'ends', reason };
    const halting = stopped.filter(halts).map(({ node }) => node);
    const isDecided = (): boolean => halting.every((node) => this.skipped.has(node) || this.next.has(node));
    if (!isDecided()) {
      tell('decision');
      const options = { summary: decisionTimer };
      const decided = await condition(() => ending() || isDecided(), limit, options);
      // Whoever asks just now gets an answer before the run is over.
      await condition(allHandlersFinished);
      if (ending()) return { kind: 'ends', reason };
      if (!decided && !isDecided())
        return { kind: 'ends', reason: { kind: 'undecided', node: first.node, limit, reason } };
      tell('upgrading');
    }
    return { kind: 'goes-on', turns: stopped.flatMap((one) => this.turnsOf(one, turns)) };
  }

  private wentBack({ node, from }: NodeEnding): Reason {
    return { kind: 'rolled-back', node, version: from, by: this.rolledBack.get(node) ?? 'somebody' };
  }

  private turnsOf({ node, attempt }: NodeEnding, turns: readonly Turn[]): Turn[] {
    if (this.skipped.has(node)) return [];
    const turn = turns.find((one) => one.node.name === node);
    if (!turn) throw new Error(`${node} halted, and had no turn`);
    const next = this.next.get(node);
    this.next.delete(node);
    return [{ ...turn, ...next?.work, attempt: attempt + 1 }];
  }

  private check(verb: 'retry' | 'skip' | 'rollback', input: NodeDecisionInput): void {
    const why = decisionRefusal(verb, this.standing(input.node), input);
    if (why !== undefined) throw ApplicationFailure.nonRetryable(why, 'decision-refused');
  }

  private standing(node: string): Standing {
    if (this.run.ending()) return { kind: 'ending' };
    const skipped = this.skipped.get(node);
    if (skipped !== undefined) return { kind: 'decided', how: `skip by ${skipped}` };
    const next = this.asked.get(node) ?? this.next.get(node)?.said;
    if (next !== undefined) return { kind: 'decided', how: next };
    return this.run.standing(node);
  }

  private async retry(input: NodeDecisionInput): Promise<RetryAnswer> {
    const { node } = input;
    const answer = await this.decide('retry', input, () => this.run.retry(node));
    return answer.verdict === 'refused' ? answer : { verdict: 'retrying', node, steps: answer.steps };
  }

  private async rollback(input: NodeDecisionInput): Promise<RollbackAnswer> {
    const { node, by, why } = input;
    const answer = await this.decide('rollback', input, () => this.run.rollback(node));
    if (answer.verdict === 'refused') return answer;
    this.rolledBack.set(node, `${by}: ${why}`);
    const { steps, costs } = answer;
    return { verdict: 'rolling-back', node, steps, ...(costs ? { costs } : {}) };
  }

  /** Nobody else decides about a node while it is observed. */
  private async decide<Answer extends Retry | Rollback>(
    verb: string,
    { node, by, why }: NodeDecisionInput,
    observe: () => Promise<Answer>,
  ): Promise<Answer> {
    const said = `${verb} by ${by}: ${why}`;
    this.asked.set(node, said);
    try {
      const answer = await observe();
      if (answer.verdict !== 'refused')
        this.next.set(node, { said, work: { node: answer.node, steps: answer.steps } });
      return answer;
    } finally {
      this.asked.delete(node);
    }
  }

  private skip({ node, by, why }: NodeDecisionInput): SkipAnswer {
    const underWay = this.run.standing(node).kind === 'under-way';
    this.skipped.set(node, `${by}: ${why}`);
    if (underWay) this.run.stop(node);
    return { verdict: underWay ? 'stopping' : 'skipped', node };
  }
}

type NextWork = Pick<Turn, 'node' | 'steps'>;

/** Whether it is for a person to decide about; a node that was stopped by another one's failure, and undone, is not. */
function halts({ outcome, reason }: NodeEnding): boolean {
  return outcome === 'halted' || reason?.kind !== 'fleet-halted';
}
