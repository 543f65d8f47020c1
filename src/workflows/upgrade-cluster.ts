import { CancellationScope, setHandler } from '@temporalio/workflow';
import { failureOf } from '../planning/reasons/failure.js';
import type { Hop, PlannedNode, UpgradePlan } from '../planning/plan/plan.js';
import type { Reason } from '../planning/reasons/reason.js';
import type { RunResult, SnapshotRecord } from '../planning/report/run-result.js';
import type { LeftToChange } from '../planning/terraform/left-to-change.js';
import { PlanAnswer } from './await-approval.js';
import { reasonOf } from './failure-reason.js';
import { takesDecision } from './valid-decision.js';
import { onOneLine } from './valid-texts.js';
import { abortRun, type Phase, type RunInput } from './messages.js';
import { countsOf, notDoneOf, reasonsGiven, skippedShort, withMode } from './node-results.js';
import { leftAfter } from './run-confirmation.js';
import { missingImages } from './run-images.js';
import { RunNotifications, type Stop } from './run-notifications.js';
import { RunNodes } from './run-nodes.js';
import { RunPause } from './run-pause.js';
import { showDetails, showPhase } from './run-details.js';
import { RunSuperseded } from './run-superseded.js';
import { RunWindow } from './run-window.js';
import { hasTemplates, templatesMissing } from './run-templates.js';
import { activitiesFor } from './step-activities.js';

/** One run: plan, snapshot, node by node, result. The first failure ends it; the result names what is not done. */
export async function upgradeCluster(input: RunInput): Promise<RunResult> {
  const run = new Run(input);
  setHandler(
    abortRun,
    onOneLine(({ by, why }) => {
      run.abort(by, why);
      return { verdict: 'aborting' };
    }),
    takesDecision(
      abortRun,
      'Stops the run: the node under way is undone, or finished when its install was sent. The cluster is held.',
    ),
  );
  return run.go();
}

class Run {
  private readonly startedAt = new Date().toISOString();
  private readonly scope = new CancellationScope();
  private newest: SnapshotRecord | undefined;
  private left: LeftToChange | undefined;
  /** Of the hop under way. */
  private order: readonly string[] = [];
  private plan: UpgradePlan | undefined;
  /** While it waits for a person's approval. */
  private unanswered: UpgradePlan | undefined;
  private abortedBy: string | undefined;
  /** A node's work has begun: from now on the run ends clean, or holds the cluster. */
  private begun = false;

  /** The run's result is final: later decisions have no effect. */
  private over = false;

  private readonly cluster: string;
  private readonly notifications: RunNotifications;
  private readonly pause: RunPause;
  private readonly answer: PlanAnswer;
  private readonly window: RunWindow;
  private readonly nodes: RunNodes;

  constructor(private readonly input: RunInput) {
    this.cluster = input.request.cluster;
    this.notifications = new RunNotifications(input, () => ({
      order: this.order,
      endings: this.nodes.endingsOfHop(),
      current: this.nodes.current,
    }));
    const ending = (): boolean => this.over || this.aborted();
    this.pause = new RunPause(input.inventory.limits.pause, ending, this.notifications);
    const superseded = new RunSuperseded();
    const reason = (): Reason | undefined => superseded.reason();
    this.answer = new PlanAnswer(
      input.inventory.limits.approval,
      ending,
      reason,
      () => this.updateDetails(),
      this.notifications,
    );
    const { limits, upgrade } = input.inventory;
    this.window = new RunWindow(
      // A rollback repairs: it does not wait for a window.
      input.request.back ? undefined : upgrade.windows,
      limits.window,
      ending,
      reason,
      this.notifications,
    );
    this.nodes = new RunNodes(
      input,
      ending,
      (phase) => {
        if (phase) this.phase(phase);
        this.updateDetails();
      },
      this.notifications,
    );
    this.answer.hearSignals();
  }

  abort(by: string, why: string): void {
    if (this.over) return;
    if (this.abortedBy === undefined) this.notifications.decided({ kind: 'abort', by, why });
    this.abortedBy ??= `${by}: ${why}`;
    this.phase('aborting');
    this.scope.cancel();
  }

  async go(): Promise<RunResult> {
    return this.notifications.over(await this.result());
  }

  private async result(): Promise<RunResult> {
    try {
      return await this.scope.run(() => this.upgrade());
    } catch (error) {
      return this.stopped(reasonOf(error, 'the run', 0));
    }
  }

  private async upgrade(): Promise<RunResult> {
    this.phase('planning');
    const { run, inventory } = this.input;
    const { cluster } = this;
    // Where machines are replaced the plan needs Terraform, too.
    const asking = inventory.terraform ? inventory.limits.terraformPlan : 0;
    const limit = inventory.limits.observe + asking;
    const planned = await activitiesFor('look', limit, 'observe the cluster and make the plan').planUpgrade({
      cluster,
      run,
    });
    if (planned.verdict === 'nothing-to-do') return this.end('nothing-to-do', [planned.reason]);
    if (planned.verdict === 'refused') return this.end('refused', planned.reasons);
    this.plan = planned.plan;
    const [firstHop] = planned.plan.hops;
    // While the run waits for approval, or for its window, somebody may skip a node already.
    if (firstHop) this.nodes.begin(planned.plan, firstHop, 1);
    this.notifications.planned(planned.plan);
    const until = new Date(Date.now() + inventory.limits.approval).toISOString();
    const unanswered = await this.answer.point(planned.plan, (phase) => {
      this.phase(phase, phase === 'approval' ? { until } : undefined);
      this.unanswered = phase === 'approval' ? planned.plan : undefined;
      this.updateDetails();
    });
    this.unanswered = undefined;
    if (unanswered) return this.stopped(unanswered);
    this.notifications.begins(planned.plan);
    for (const [index, hop] of planned.plan.hops.entries()) {
      const failed = await this.upgradeHop(planned.plan, hop, index + 1);
      if (!failed) continue;
      // Git names the version that was left: Terraform would bring it again.
      if (this.nodes.rolledBackByReplacement(failed))
        this.left = await leftAfter({ cluster, run }, planned.plan, inventory, () => this.abortedBy);
      return this.stopped(failed);
    }
    const unwell = this.nodes.leftUnwell();
    // The others are done; these still need a person's attention.
    if (unwell.length > 0) return this.end('halted', unwell);
    this.left = await leftAfter({ cluster, run }, planned.plan, inventory, () => this.abortedBy);
    const skipped = skippedShort(planned.plan, this.nodes.endings);
    return skipped.length > 0 ? this.end('incomplete', [this.skippedReason(skipped)]) : this.end('done', []);
  }

  private skippedReason(nodes: readonly string[]): Reason {
    const { talos, declared, strategy, back } = this.input.request;
    return {
      kind: 'nodes-skipped',
      nodes,
      target: talos,
      declared,
      ...(strategy === undefined ? {} : { strategy }),
      ...(back ? { rollsBack: back.run } : {}),
    };
  }

  /** Before the first node nothing needs a hold; an abort still holds the cluster (I9). */
  private stopped(reason: Reason): RunResult {
    if (reason.kind === 'aborted') return this.end('aborted', [reason]);
    return this.end(this.begun ? 'halted' : 'refused', [reason]);
  }

  private async upgradeHop(plan: UpgradePlan, hop: Hop, number: number): Promise<Reason | undefined> {
    const { cluster } = this;
    const { run } = this.input;
    const phase = (next: Phase, stop?: Stop): void => this.phase(next, stop);
    const closed = await this.window.point(this.begun, phase);
    if (closed) return closed;
    const resolve = activitiesFor('look', plan.limits.check * 3, 'see who leads etcd, and settle the order');
    const { order, batches, rebootModes } = await resolve.resolveOrder({ cluster, run, hop });
    this.order = order;
    this.nodes.begin(plan, hop, number);
    const missing = await missingImages({ cluster, run }, plan.limits.image, hop);
    if (missing) return missing;
    this.phase('upgrading');
    if (hasTemplates(hop)) {
      const failed = await templatesMissing({ cluster, run }, plan.limits, hop);
      // A refusal before Terraform started leaves nothing to hold the cluster for.
      this.begun ||= failed === undefined || failureOf(failed).after === 'halt';
      if (failed) return failed;
    }
    let controlPlanesDone = 0;
    for (const names of batches) {
      const nodes = this.nodes.toTouch(names).map((node) => withMode(node, rebootModes[node.name]));
      const [first] = nodes;
      if (!first) continue;
      const ended = (await this.pause.point(phase)) ?? (await this.window.point(this.begun, phase));
      if (ended) return ended;
      if (first.role === 'control-plane' && controlPlanesDone > 0) await this.etcdStable(plan, first.name);
      await this.snapshot(plan, first);
      // A pause requested while the run waited for etcd holds this batch, too.
      const late = await this.pause.point(phase);
      if (late) return late;
      this.begun = true;
      const halted = await this.nodes.carryOut(nodes, (node) => this.beforeAgain(plan, node));
      if (halted) return halted;
      if (first.role === 'control-plane') controlPlanesDone += 1;
      if (this.aborted()) return { kind: 'aborted', by: this.abortedBy ?? 'a cancel' };
    }
    return undefined;
  }

  private async etcdStable(plan: UpgradePlan, next: string): Promise<void> {
    const { cluster } = this;
    const { run } = this.input;
    const stable = plan.limits.etcdStable;
    const limit = stable + plan.limits.etcdRejoin;
    const act = activitiesFor('wait', stable + limit, `etcd stays healthy before ${next}`);
    await act.awaitEtcdStable({ cluster, run, stable, limit });
  }

  /** Before anything is touched, and again before each control plane node once the newest is too old (I3). */
  private async snapshot(plan: UpgradePlan, node: PlannedNode): Promise<void> {
    const { newest } = this;
    const fresh = newest && Date.now() - Date.parse(newest.takenAt) < plan.snapshotMaxAge;
    if (newest && (fresh || node.role !== 'control-plane')) return;
    const { cluster } = this;
    const { run } = this.input;
    const limit = plan.limits.snapshot;
    const act = activitiesFor('wait', limit, `etcd snapshot before ${node.name}`);
    this.phase('snapshot');
    this.newest = await act.takeSnapshot({ cluster, run, before: node.name, prove: !newest, limit });
    this.phase('upgrading');
  }

  /** A retry waits for what a first attempt waits for; a rollback repairs, and waits for nothing. */
  private async beforeAgain(plan: UpgradePlan, node: PlannedNode): Promise<Reason | undefined> {
    if (node.back !== true) {
      const phase = (next: Phase, stop?: Stop): void => this.phase(next, stop);
      const ended = (await this.pause.point(phase)) ?? (await this.window.point(true, phase));
      if (ended) return ended;
    }
    await this.snapshot(plan, node);
    return undefined;
  }

  private aborted(): boolean {
    return this.abortedBy !== undefined || CancellationScope.current().consideredCancelled;
  }

  private end(outcome: RunResult['outcome'], reasons: readonly Reason[]): RunResult {
    const { request, run } = this.input;
    this.over = true;
    showPhase(outcome);
    const result: RunResult = {
      cluster: request.cluster,
      run,
      outcome,
      reasons: reasonsGiven(reasons, this.abortedBy),
      target: request.talos,
      declared: request.declared,
      requestedBy: request.requestedBy,
      ...(request.commit ? { commit: request.commit } : {}),
      startedAt: this.startedAt,
      endedAt: new Date().toISOString(),
      counts: countsOf(this.plan, this.nodes.endings),
      notDone: notDoneOf(this.nodes.endings),
      ...(this.left ? { terraform: this.left } : {}),
    };
    this.updateDetails(result);
    return result;
  }

  private phase(phase: Phase, stop?: Stop): void {
    showPhase(phase);
    this.notifications.phase(phase, stop);
  }

  private updateDetails(result?: RunResult): void {
    const { request, run } = this.input;
    const { order, unanswered } = this;
    const { yes, refusedSignals } = this.answer;
    const { current } = this.nodes;
    const endings = this.nodes.endingsOfHop();
    showDetails({ request, run, order, endings, current, result, unanswered, yes, refusedSignals });
  }
}
