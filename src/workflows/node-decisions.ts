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

/** What people decide about the nodes of one run. Where a node halts the run, it waits for that. */
export class NodeDecisions {
  private readonly skipped = new Map<string, string>();
  /** What is done next with a node, because somebody said so. */
  private readonly next = new Map<string, { readonly said: string; readonly work: NextWork }>();
  /** Nodes that roll back, or went: who said so, and why; undefined: they do by themselves. */
  private readonly back = new Map<string, string | undefined>();
  /** Why nodes halted last. */
  private readonly haltedBy = new Map<string, Reason>();
  /** Nodes that are observed for that just now. */
  private readonly asked = new Map<string, string>();
  /** Nodes that were under work when somebody had them left out. */
  private readonly skippedAtWork = new Set<string>();
  /** The run ends with how it is settled: nothing that is said now is done. */
  private over = false;

  constructor(private readonly run: DecidedRun) {
    const refusal = (verb: DecisionVerb) => (input: NodeDecisionInput) =>
      decisionRefusal(verb, this.standing(input.node), input.node);
    const retries = 'A node that halted the run is observed, and retried from what it is now.';
    const rollsBackAutomatically =
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
      takesNodeDecision(rollBackNode, rollsBackAutomatically, refusal('rollback')),
    );
    setHandler(
      skipNode,
      onOneLine((input) => this.skip(input)),
      takesNodeDecision(skipNode, skips, refusal('skip')),
    );
  }

  /** Who said that the run goes on without it, and why. */
  skippedBy(node: string): string | undefined {
    return this.skipped.get(node);
  }

  /**
   * Waits until somebody has decided about every node that halted a batch; those that only stopped with it are retried.
   *
   * @param stopped the nodes of the batch that are not done.
   * @param turns how each node of the batch was begun last.
   */
  async settle(stopped: readonly NodeEnding[], turns: readonly NodeAttempt[]): Promise<Settled> {
    const settled = await this.settled(stopped, turns);
    this.over = settled.kind === 'ends';
    return settled;
  }

  private async settled(stopped: readonly NodeEnding[], turns: readonly NodeAttempt[]): Promise<Settled> {
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
    await this.goBackByThemselves(halting, turns);
    // Whoever asks meanwhile about another one gets an answer before that is settled.
    await condition(allHandlersFinished);
    // The run ends after a rollback, whoever said so: nobody is waited for about the others.
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
      // Whoever asks just now gets an answer before the run is over.
      await condition(allHandlersFinished);
      if (ending()) return { kind: 'ends', reason };
      if (!decided && !isDecided()) return { kind: 'ends', reason: this.undecided(halting, first, reason) };
      tell('upgrading');
    }
    // The others that halted are told of, too: the run ends, and they stay as they are.
    if (this.anyRollsBackAutomatically(halting)) {
      const left = halting.filter((one) => this.isOpen(one));
      if (left.length > 0) news.halted(left);
    }
    // Where a node rolls back the run ends after it: what only stopped with it is not retried.
    const back = stopped.some(({ node }) => this.next.get(node)?.work.node.back === true);
    const again = stopped.filter(({ node }) => !this.skipped.has(node) && (!back || this.next.has(node)));
    return { kind: 'goes-on', turns: again.map((one) => this.attemptOf(one, turns)) };
  }

  /** Whom somebody had left out when its install was sent already, and who then halts, halts the run as any other. */
  private heedHalt({ node, outcome }: NodeEnding): void {
    if (outcome !== 'halted' || !this.skippedAtWork.has(node)) return;
    this.skippedAtWork.delete(node);
    this.skipped.delete(node);
  }

  /** A rollback that was aborted before anything was sent leaves what the node halted for. */
  private whyStopped({ node, outcome, reason }: NodeEnding): Reason {
    const before = reason?.kind === 'aborted' && this.back.has(node) ? this.haltedBy.get(node) : undefined;
    return before ?? reason ?? { kind: 'unexpected', message: `${node} ended ${outcome}` };
  }

  /** About whom nobody decided. */
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

  private attemptOf({ node, attempt }: NodeEnding, turns: readonly NodeAttempt[]): NodeAttempt {
    const turn = attemptOf(node, turns);
    const next = this.next.get(node);
    this.next.delete(node);
    return { ...turn, ...next?.work, attempt: attempt + 1 };
  }

  /** Those of which that can be said without a person; a rollback that failed is a person's. */
  private async goBackByThemselves(
    halting: readonly NodeEnding[],
    turns: readonly NodeAttempt[],
  ): Promise<void> {
    const { ownRollback } = this.run;
    await Promise.all(
      halting.map(async ({ node, outcome, failedStep, reason }) => {
        if (outcome !== 'halted' || !failedStep || !reason) return;
        if (this.skipped.has(node) || attemptOf(node, turns).node.back === true) return;
        const answer = await this.deciding(node, 'rollback automatically', () =>
          ownRollback(node, { failedStep, reason }),
        );
        if (answer?.verdict === 'rollback') this.back.set(node, undefined);
      }),
    );
  }

  /** Nobody has decided about it. */
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

  /** Nobody else decides about a node while it is observed. */
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

function attemptOf(node: string, turns: readonly NodeAttempt[]): NodeAttempt {
  const turn = turns.find((one) => one.node.name === node);
  if (!turn) throw new Error(`${node} halted, and had no turn`);
  return turn;
}

type NextWork = Pick<NodeAttempt, 'node' | 'steps'>;

/** Whether it is for a person to decide about; a node that was stopped by another one's failure, and undone, is not. */
function halts({ outcome, reason }: NodeEnding): boolean {
  return outcome === 'halted' || reason?.kind !== 'fleet-halted';
}
