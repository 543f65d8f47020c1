import { ApplicationFailure, allHandlersFinished, condition, setHandler } from '@temporalio/workflow';
import type { OwnRollback } from '../activities/plan-own-rollback.js';
import type { Reason } from '../planning/reasons/reason.js';
import type { Retry } from '../planning/rollback/retry.js';
import type { Rollback } from '../planning/rollback/rollback.js';
import type { NodeEnding } from '../planning/report/run-result.js';
import type { DecidedRun, Settled, NodeAttempt } from './decided-run.js';
import { decisionRefusal, type DecisionVerb, type Standing } from './decision-refusals.js';
import { takesNodeDecision } from './valid-decision.js';
import { onOneLine } from './valid-texts.js';
import {
  decisionTimer,
  leftOutByItself,
  retryNode,
  rollBackNode,
  skipNode,
  type NodeDecisionInput,
  type RetryAnswer,
  type RollbackAnswer,
  type SkipAnswer,
} from './messages.js';

/** People's decisions about the nodes of one run. Where a node halts the run, the run waits for them. */
export class NodeDecisions {
  private readonly skipped = new Map<string, string>();
  /** The next work on a node, because somebody decided it. */
  private readonly next = new Map<string, { readonly said: string; readonly work: NextWork }>();
  /** Nodes that roll back, or rolled back: who decided that, and why; undefined: automatically. */
  private readonly back = new Map<string, string | undefined>();
  /** Why nodes halted last. */
  private readonly haltedBy = new Map<string, Reason>();
  /** Nodes under observation for a decision. */
  private readonly asked = new Map<string, string>();
  /** Nodes that were skipped while under work. */
  private readonly skippedAtWork = new Set<string>();
  /** The run ends with the settled result: later decisions have no effect. */
  private over = false;

  constructor(private readonly run: DecidedRun) {
    const refusal = (verb: DecisionVerb) => (input: NodeDecisionInput) =>
      decisionRefusal(verb, this.standing(input.node), input.node);
    const retries = 'A node that halted the run is observed, and retried from what it is now.';
    const rollsBack =
      'A node that halted the run rolls back to the version it ran before; then the run ends, held.';
    const skips = 'The run goes on without a node that halted it, or that is not installed yet.';
    setHandler(
      retryNode,
      onOneLine((input) => this.retry(input)),
      takesNodeDecision(retryNode, retries, refusal('retry')),
    );
    setHandler(
      rollBackNode,
      onOneLine((input) => this.rollback(input)),
      takesNodeDecision(rollBackNode, rollsBack, refusal('rollback')),
    );
    setHandler(
      skipNode,
      onOneLine((input) => this.skip(input)),
      takesNodeDecision(skipNode, skips, refusal('skip')),
    );
  }

  /** Who skipped the node, and why. */
  skippedBy(node: string): string | undefined {
    return this.skipped.get(node);
  }

  /**
   * Waits for a decision about every node that halted a batch. Nodes that only stopped with the batch are retried.
   *
   * @param stopped the nodes of the batch that are not done.
   * @param attempts the last attempt at each node of the batch.
   */
  async settle(stopped: readonly NodeEnding[], attempts: readonly NodeAttempt[]): Promise<Settled> {
    const settled = await this.settled(stopped, attempts);
    this.over = settled.kind === 'ends';
    return settled;
  }

  private async settled(stopped: readonly NodeEnding[], attempts: readonly NodeAttempt[]): Promise<Settled> {
    const [first] = stopped;
    if (!first) return { kind: 'goes-on', turns: [] };
    const wentBack = stopped.find(({ state }) => state === 'rolled-back');
    if (wentBack) return { kind: 'ends', reason: this.wentBack(wentBack) };
    const { limit, ending, tell, news } = this.run;
    const reason = this.whyStopped(first);
    if (ending()) return { kind: 'ends', reason };
    const halting = stopped.filter(halts);
    for (const { node, reason: why } of halting) if (why) this.haltedBy.set(node, why);
    for (const one of halting) this.heedHalt(one);
    for (const one of halting) {
      if (this.skipped.has(one.node) || !this.run.without(one)) continue;
      this.skipped.set(one.node, leftOutByItself);
      const [by = '', why = ''] = leftOutByItself.split(': ');
      news.decided({ kind: 'skip', by, why, node: one.node });
    }
    await this.rollBackAutomatically(halting, attempts);
    // A request about another node that runs meanwhile gets its response before the batch is settled.
    await condition(allHandlersFinished);
    // The run ends after a rollback, whoever decided it, so it does not wait for decisions about the others.
    const isDecided = (): boolean => this.anyRollsBack(halting) || halting.every((one) => !this.isOpen(one));
    if (!isDecided()) {
      const open = halting.filter((one) => this.isOpen(one));
      if (limit === 0) {
        news.halted(open);
        return { kind: 'ends', reason };
      }
      tell('decision');
      news.halted(open, new Date(Date.now() + limit).toISOString());
      const options = { summary: decisionTimer };
      const decided = await condition(() => ending() || isDecided(), limit, options);
      // A request of this moment gets its response before the run is over.
      await condition(allHandlersFinished);
      if (ending()) return { kind: 'ends', reason };
      if (!decided && !isDecided()) return { kind: 'ends', reason: this.undecided(halting, first, reason) };
      tell('upgrading');
    }
    // Notifies of the other halted nodes, too: the run ends, and they stay halted.
    if (this.anyRollsBackAutomatically(halting)) {
      const left = halting.filter((one) => this.isOpen(one));
      if (left.length > 0) news.halted(left);
    }
    // The run ends after a node's rollback: nodes that only stopped with the batch are not retried.
    const back = stopped.some(({ node }) => this.next.get(node)?.work.node.back === true);
    const again = stopped.filter(({ node }) => !this.skipped.has(node) && (!back || this.next.has(node)));
    return { kind: 'goes-on', turns: again.map((one) => this.attemptOf(one, attempts)) };
  }

  /** A node that was skipped after its install was sent, and then halts, halts the run like any other. */
  private heedHalt({ node, outcome }: NodeEnding): void {
    if (outcome !== 'halted' || !this.skippedAtWork.has(node)) return;
    this.skippedAtWork.delete(node);
    this.skipped.delete(node);
  }

  /** A rollback that was aborted before anything was sent leaves the reason the node halted for. */
  private whyStopped({ node, outcome, reason }: NodeEnding): Reason {
    const before = reason?.kind === 'aborted' && this.back.has(node) ? this.haltedBy.get(node) : undefined;
    return before ?? reason ?? { kind: 'unexpected', message: `${node} ended ${outcome}` };
  }

  /** The reason where nobody decided in time. */
  private undecided(halting: readonly NodeEnding[], first: NodeEnding, reason: Reason): Reason {
    const open = halting.find((one) => this.isOpen(one)) ?? first;
    return { kind: 'undecided', node: open.node, limit: this.run.limit, reason: open.reason ?? reason };
  }

  private wentBack({ node, from }: NodeEnding): Reason {
    const by = this.back.get(node);
    const after = this.haltedBy.get(node);
    return {
      kind: 'rolled-back',
      node,
      version: from,
      ...(by === undefined ? {} : { by }),
      ...(after ? { after } : {}),
    };
  }

  private attemptOf({ node, attempt }: NodeEnding, attempts: readonly NodeAttempt[]): NodeAttempt {
    const last = attemptOf(node, attempts);
    const next = this.next.get(node);
    this.next.delete(node);
    return { ...last, ...next?.work, attempt: attempt + 1 };
  }

  /** Rolls back the nodes that roll back automatically; only a person decides about a failed rollback. */
  private async rollBackAutomatically(
    halting: readonly NodeEnding[],
    attempts: readonly NodeAttempt[],
  ): Promise<void> {
    const { ownRollback } = this.run;
    await Promise.all(
      halting.map(async ({ node, outcome, failedStep, reason }) => {
        if (outcome !== 'halted' || !failedStep || !reason) return;
        if (this.skipped.has(node) || attemptOf(node, attempts).node.back === true) return;
        const answer = await this.deciding(node, 'rollback automatically', () =>
          ownRollback(node, { failedStep, reason }),
        );
        if (answer?.verdict === 'rollback') this.back.set(node, undefined);
      }),
    );
  }

  /** Whether nobody has decided about the node. */
  private isOpen({ node }: NodeEnding): boolean {
    return !this.skipped.has(node) && !this.next.has(node);
  }

  private anyRollsBack(halting: readonly NodeEnding[]): boolean {
    return halting.some(({ node }) => this.next.get(node)?.work.node.back === true);
  }

  private anyRollsBackAutomatically(halting: readonly NodeEnding[]): boolean {
    return halting.some(
      ({ node }) => this.next.has(node) && this.back.has(node) && this.back.get(node) === undefined,
    );
  }

  private standing(node: string): Standing {
    if (this.over || this.run.ending()) return { kind: 'ending' };
    const skipped = this.skipped.get(node);
    if (skipped !== undefined) return { kind: 'decided', how: `skip by ${skipped}` };
    const next = this.asked.get(node) ?? this.next.get(node)?.said;
    if (next !== undefined) return { kind: 'decided', how: next };
    return this.run.standing(node);
  }

  private async retry(input: NodeDecisionInput): Promise<RetryAnswer> {
    const { node } = input;
    const answer = await this.decide('retry', input, () => this.run.retry(node));
    if (answer.verdict === 'refused') return answer;
    this.back.delete(node);
    this.run.news.decided({ kind: 'retry', ...input });
    return { verdict: 'retrying', node, steps: answer.steps };
  }

  private async rollback(input: NodeDecisionInput): Promise<RollbackAnswer> {
    const { node, by, why } = input;
    const answer = await this.decide('rollback', input, () => this.run.rollback(node));
    if (answer.verdict === 'refused') return answer;
    this.back.set(node, `${by}: ${why}`);
    this.run.news.decided({ kind: 'rollback', ...input });
    const { steps, costs } = answer;
    return { verdict: 'rolling-back', node, steps, ...(costs ? { costs } : {}) };
  }

  /** No other decision about a node is accepted while it is observed. */
  private async decide<Answer extends Retry | Rollback>(
    verb: string,
    { node, by, why }: NodeDecisionInput,
    observe: () => Promise<Answer>,
  ): Promise<Answer> {
    const answer = await this.deciding(node, `${verb} by ${by}: ${why}`, observe);
    if (!this.over && !this.run.ending()) return answer;
    this.next.delete(node);
    throw ApplicationFailure.nonRetryable(
      `The run came to its end while ${node} was observed: nothing was begun.`,
      'decision-refused',
    );
  }

  private async deciding<Answer extends Retry | OwnRollback | undefined>(
    node: string,
    said: string,
    observe: () => Promise<Answer>,
  ): Promise<Answer> {
    this.asked.set(node, said);
    try {
      const answer = await observe();
      if (answer && 'steps' in answer)
        this.next.set(node, { said, work: { node: answer.node, steps: answer.steps } });
      return answer;
    } finally {
      this.asked.delete(node);
    }
  }

  private skip(input: NodeDecisionInput): SkipAnswer {
    const { node, by, why } = input;
    const underWay = this.run.standing(node).kind === 'under-way';
    if (underWay) this.skippedAtWork.add(node);
    this.skipped.set(node, `${by}: ${why}`);
    this.run.news.decided({ kind: 'skip', ...input });
    if (underWay) this.run.stop(node);
    return { verdict: underWay ? 'stopping' : 'skipped', node };
  }
}

function attemptOf(node: string, attempts: readonly NodeAttempt[]): NodeAttempt {
  const last = attempts.find((one) => one.node.name === node);
  if (!last) throw new Error(`${node} halted, and had no attempt`);
  return last;
}

type NextWork = Pick<NodeAttempt, 'node' | 'steps'>;

/** Whether a person has to decide about it; not a node that another one's failure stopped, and that was undone. */
function halts({ outcome, reason }: NodeEnding): boolean {
  return outcome === 'halted' || reason?.kind !== 'fleet-halted';
}
