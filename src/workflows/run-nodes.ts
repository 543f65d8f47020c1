import { CancellationScope, ParentClosePolicy, executeChild, isCancellation } from '@temporalio/workflow';
import type { NodeBefore } from '../planning/node/classify-node.js';
import { cannotBeEmptied } from '../planning/reasons/failure.js';
import { stepsOf } from '../planning/steps/node-steps.js';
import type { Hop, PlannedNode, UpgradePlan } from '../planning/plan/plan.js';
import type { Reason } from '../planning/reasons/reason.js';
import type { NodeEnding, NodeState } from '../planning/report/run-result.js';
import type { Standing } from './decision-refusals.js';
import { reasonOf } from './failure-reason.js';
import { keyword } from './keyword.js';
import { nodeId, searchAttributes, type Phase, type RunInput } from './messages.js';
import type { NodeAttempt } from './decided-run.js';
import { NodeDecisions } from './node-decisions.js';
import type { NodeInput } from './node-input.js';
import { NodeLooks, type CurrentHop } from './node-looks.js';
import { endingOf, isStopped, isTouched, leftOut, notBegun, skipped } from './node-results.js';
import { upgradeBatch } from './run-batch.js';
import type { RunNotifications } from './run-notifications.js';
import { upgradeNode } from './upgrade-node.js';
import { valuesFor } from './rollback-hop.js';

/** The nodes of one run: a child workflow carries each to its end; a person may retry it or skip it. */
export class RunNodes {
  /** How nodes ended, hop after hop; for a retried node, the last ending. */
  readonly endings: NodeEnding[] = [];
  /** Nodes under work, or about to be. */
  current: readonly string[] = [];
  /** Those of them that roll back. */
  private rollingBack: ReadonlySet<string> = new Set();
  private now: CurrentHop | undefined;
  /** The recorded facts of nodes before this hop, for those that halted in it. */
  private readonly before = new Map<string, NodeBefore>();
  private readonly decisions: NodeDecisions;
  /** The work on each node under way: when cancelled, it ends at its next safe point. */
  private readonly underWay = new Map<string, CancellationScope>();

  /**
   * @param ending whether the run is about to end.
   * @param onChange called when something about nodes has changed; with the phase, where that has.
   * @param notifications sends what people are notified of.
   */
  constructor(
    private readonly input: RunInput,
    private readonly ending: () => boolean,
    private readonly onChange: (phase?: Phase) => void,
    private readonly notifications: RunNotifications,
  ) {
    const looks = new NodeLooks(input, () => this.hopNow(), this.endings);
    this.decisions = new NodeDecisions({
      limit: input.inventory.limits.decision,
      ending,
      standing: (node) => this.standing(node),
      retry: (node) => looks.retry(node),
      rollback: (node) => looks.rollback(node),
      ownRollback: (node, halt) => looks.ownRollback(node, halt),
      without: (ended) => this.goesOnWithout(ended),
      stop: (node) => this.underWay.get(node)?.cancel(),
      tell: onChange,
      news: notifications,
    });
  }

  /** Starts a hop. */
  begin(plan: UpgradePlan, hop: Hop, number: number): void {
    this.now = { plan, hop, number };
    this.before.clear();
  }

  endingsOfHop(): NodeEnding[] {
    return this.endings.filter(({ to }) => to === this.now?.hop.to);
  }

  /** Why skipped nodes still need a person's attention. */
  leftUnwell(): Reason[] {
    return this.endings.flatMap(({ skippedBy, state, reason }) =>
      skippedBy !== undefined && reason && !wellStates.has(state) ? [reason] : [],
    );
  }

  /** Whether the run ends because a node rolled back by replacement. */
  rolledBackByReplacement(reason: Reason): boolean {
    if (reason.kind !== 'rolled-back') return false;
    return this.hopNow().hop.nodes.some(
      ({ name, replacement }) => name === reason.node && replacement !== undefined,
    );
  }

  /** The nodes of a batch that need work; the others are recorded as skipped. */
  toTouch(names: readonly string[]): PlannedNode[] {
    const { hop } = this.hopNow();
    return names.flatMap((name) => {
      const node = hop.nodes.find((candidate) => candidate.name === name);
      if (!node) throw new Error(`${name} is in the order and not in the plan`);
      const skippedBy = this.decisions.skippedBy(name);
      if (isTouched(node) && skippedBy === undefined) return [node];
      this.endings.push(skippedBy === undefined ? skipped(node, hop.to) : leftOut(node, hop.to, skippedBy));
      return [];
    });
  }

  /**
   * Works on a batch until each of its nodes is done, or skipped by a person.
   *
   * @param beforeAgain awaited before nodes are retried or rolled back: a person may have taken hours to decide. A reason ends the
   *   run.
   * @returns why the run ends here
   */
  async carryOut(
    nodes: readonly PlannedNode[],
    beforeAgain: (first: PlannedNode) => Promise<Reason | undefined>,
  ): Promise<Reason | undefined> {
    const { plan } = this.hopNow();
    let attempts: readonly NodeAttempt[] = nodes.map((node) => ({
      node,
      steps: stepsOf(plan, node),
      attempt: 1,
    }));
    /** The last attempt at each node. */
    const batch = new Map<string, NodeAttempt>();
    while (attempts.length > 0) {
      for (const one of attempts) batch.set(one.node.name, one);
      const results = await this.upgradeNodes(attempts);
      const stopped = this.stoppedOf(batch, results);
      const settled = await this.decisions.settle(stopped, [...batch.values()]);
      if (settled.kind === 'ends') return settled.reason;
      this.markLeftOut(stopped);
      attempts = settled.turns;
      const [next] = attempts;
      if (!next) return undefined;
      // A decision stands, also while a snapshot is taken before its work begins.
      this.underWork(attempts);
      const ended = await beforeAgain(next.node);
      if (ended) {
        this.current = [];
        return ended;
      }
      attempts = this.notLeftOut(attempts);
    }
    this.current = [];
    return undefined;
  }

  /** The nodes of a batch that are not done: of these attempts, and of earlier ones that were deferred while another rolled back. */
  private stoppedOf(batch: ReadonlyMap<string, NodeAttempt>, results: readonly NodeEnding[]): NodeEnding[] {
    const stopped = results.filter(isStopped);
    const begun = new Set(results.map(({ node }) => node));
    const deferred = this.endingsOfHop().filter(
      (ending) => batch.has(ending.node) && !begun.has(ending.node) && isStopped(ending),
    );
    return [...stopped, ...deferred];
  }

  private underWork(attempts: readonly NodeAttempt[]): void {
    this.current = attempts.map(({ node }) => node.name);
    this.rollingBack = new Set(attempts.flatMap(({ node }) => (node.back === true ? node.name : [])));
  }

  /** Drops nodes that somebody skipped before their retry: each stays as it ended. */
  private notLeftOut(attempts: readonly NodeAttempt[]): NodeAttempt[] {
    const begun = attempts.filter(({ node }) => this.decisions.skippedBy(node.name) === undefined);
    if (begun.length === attempts.length) return begun;
    this.markLeftOut(this.endingsOfHop());
    return begun;
  }

  /** Records who skipped nodes that halted the run. */
  private markLeftOut(stopped: readonly NodeEnding[]): void {
    for (const ending of stopped) {
      const skippedBy = this.decisions.skippedBy(ending.node);
      if (skippedBy !== undefined && isStopped(ending))
        this.endings.splice(this.endings.indexOf(ending), 1, { ...ending, skippedBy });
    }
  }

  private async upgradeNodes(attempts: readonly NodeAttempt[]): Promise<NodeEnding[]> {
    const { hop } = this.hopNow();
    const names = attempts.map(({ node }) => node.name);
    this.underWork(attempts);
    this.onChange();
    this.notifications.nodesBegin(attempts.flatMap(({ node }) => this.halted(node)));
    const results = await upgradeBatch(
      attempts,
      async (attempt) => {
        const ending = await this.upgradeScoped(attempt, names);
        this.notifications.nodeEnded(ending);
        return ending;
      },
      ({ node }) => notBegun(node, hop.to),
    );
    this.current = [];
    // Only the last ending of a retried node counts.
    const before = this.endings.filter(({ node, to }) => to !== hop.to || !names.includes(node));
    this.endings.splice(0, this.endings.length, ...before, ...results);
    this.onChange();
    return results;
  }

  /** How a node that rolls back now halted the run. */
  private halted({ name, back }: PlannedNode): NodeEnding[] {
    if (back !== true) return [];
    return this.endings.filter(({ node, to }) => node === name && to === this.now?.hop.to);
  }

  /** One node in its own scope, so that a person can skip it while it is under way. */
  private async upgradeScoped(attempt: NodeAttempt, batch: readonly string[]): Promise<NodeEnding> {
    const { name } = attempt.node;
    const scope = new CancellationScope();
    this.underWay.set(name, scope);
    try {
      const ending = await scope.run(() => this.upgradeOne(attempt, batch));
      const skippedBy = this.decisions.skippedBy(name);
      return ending.outcome === 'undone' && skippedBy !== undefined ? { ...ending, skippedBy } : ending;
    } catch (error) {
      const skippedBy = this.decisions.skippedBy(name);
      if (skippedBy === undefined || this.ending() || !isCancellation(error)) throw error;
      return leftOut(attempt.node, this.hopNow().hop.to, skippedBy);
    } finally {
      this.underWay.delete(name);
    }
  }

  private async upgradeOne(
    { node, steps, attempt }: NodeAttempt,
    batch: readonly string[],
  ): Promise<NodeEnding> {
    const { plan, hop, number } = this.hopNow();
    const { request, run } = this.input;
    const { cluster } = request;
    const { limits, drain } = plan;
    // A rollback ends at the version the hop found.
    const to =
      node.back === true ? (hop.nodes.find(({ name }) => name === node.name)?.from ?? hop.to) : hop.to;
    const before = node.back === true ? this.before.get(node.name) : undefined;
    const beside = batch.filter((name) => name !== node.name);
    const input: NodeInput = {
      cluster,
      run,
      node,
      to,
      steps,
      limits,
      drain,
      attempt,
      ...valuesFor(node, hop),
      ...(before ? { before } : {}),
      ...(beside.length > 0 ? { beside } : {}),
    };
    const startedAt = new Date().toISOString();
    const child = executeChild(upgradeNode, {
      args: [input],
      workflowId: nodeId(cluster, run, number, node.name, attempt),
      parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
      cancellationType: 'WAIT_CANCELLATION_COMPLETED',
      staticSummary: `${node.name}: ${node.from} → ${to}`,
      typedSearchAttributes: [
        { key: keyword(searchAttributes.cluster), value: cluster },
        { key: keyword(searchAttributes.target), value: to },
      ],
    });
    return child.then(
      (result) => {
        if (result.before && !this.before.has(node.name)) this.before.set(node.name, result.before);
        return { ...endingOf(result), ...(node.back === true ? { from: to, to: hop.to } : {}) };
      },
      (error: unknown) => {
        if (isCancellation(error)) throw error;
        const reason = reasonOf(error, node.name, 0);
        return { ...skipped(node, hop.to), outcome: 'halted', state: 'unknown', attempt, startedAt, reason };
      },
    );
  }

  private goesOnWithout({ node, outcome, reason }: NodeEnding): boolean {
    const { plan, hop } = this.hopNow();
    const worker = hop.nodes.some(({ name, role, back }) => name === node && role === 'worker' && !back);
    return (
      plan.undrained === 'skip' &&
      worker &&
      outcome === 'undone' &&
      reason !== undefined &&
      cannotBeEmptied(reason)
    );
  }

  /** The run's progress with a node, apart from decisions. */
  private standing(name: string): Standing {
    const known = this.now?.hop.nodes.map((node) => node.name) ?? [];
    if (!known.includes(name)) return { kind: 'unknown', known };
    if (this.current.includes(name))
      return { kind: this.rollingBack.has(name) ? 'rolling-back' : 'under-way' };
    const ending = this.endings.findLast(({ node, to }) => node === name && to === this.now?.hop.to);
    if (!ending) return { kind: 'ahead' };
    if (!isStopped(ending)) return { kind: 'done' };
    const other = this.current.find((one) => this.rollingBack.has(one));
    if (other !== undefined) return { kind: 'blocked-by-rollback', other };
    return { kind: ending.reason?.kind === 'rollback-failed' ? 'back-failed' : 'halted' };
  }

  private hopNow(): CurrentHop {
    if (!this.now) throw new Error('no hop is under way');
    return this.now;
  }
}

/** States of a node that nobody has to look at. */
const wellStates: ReadonlySet<NodeState> = new Set<NodeState>(['untouched', 'undone']);
