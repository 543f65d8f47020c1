import {
  CancellationScope,
  ParentClosePolicy,
  executeChild,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import { describe, describeNode } from '../planning/describe.js';
import { adoptSteps } from '../planning/node-steps.js';
import type { Hop, PlannedNode, UpgradePlan } from '../planning/plan.js';
import type { Reason } from '../planning/reason.js';
import type { NodeResult, RunResult, SnapshotRecord } from '../planning/run-result.js';
import { reasonOf } from './failure-reason.js';
import { keyword } from './keyword.js';
import { abortRun, nodeId, searchAttributes, type Phase, type RunInput } from './messages.js';
import type { NodeInput } from './node-input.js';
import { activitiesFor } from './step-activities.js';
import { upgradeNode } from './upgrade-node.js';

/** One run: plan, snapshot, node by node, result. The first failure ends it; what it leaves is in the result. */
export async function upgradeCluster(input: RunInput): Promise<RunResult> {
  const run = new Run(input);
  setHandler(
    abortRun,
    ({ by, why }) => {
      run.abort(`${by}: ${why}`);
      return { verdict: 'aborting' };
    },
    {
      description:
        'Stops the run: the node under way is undone, or finished when its install was sent. The cluster is held.',
    },
  );
  return run.go();
}

class Run {
  private readonly startedAt = new Date().toISOString();
  private readonly scope = new CancellationScope();
  private readonly nodes: NodeResult[] = [];
  private readonly snapshots: SnapshotRecord[] = [];
  private order: readonly string[] = [];
  private plan: UpgradePlan | undefined;
  private abortedBy: string | undefined;

  private readonly cluster: string;

  constructor(private readonly input: RunInput) {
    this.cluster = input.request.cluster;
  }

  abort(by: string): void {
    this.abortedBy ??= by;
    this.phase('aborting');
    this.scope.cancel();
  }

  async go(): Promise<RunResult> {
    try {
      return await this.scope.run(() => this.upgrade());
    } catch (error) {
      const reason = reasonOf(error, 'the run', 0);
      return this.end(reason.kind === 'aborted' ? 'aborted' : 'halted', [reason]);
    }
  }

  private async upgrade(): Promise<RunResult> {
    this.phase('planning');
    const { run, inventory } = this.input;
    const { cluster } = this;
    const limit = inventory.limits.observe;
    const planned = await activitiesFor('look', limit, 'observe the cluster and make the plan').planUpgrade({
      cluster,
      run,
    });
    if (planned.verdict === 'nothing-to-do') return this.end('nothing-to-do', [planned.reason]);
    if (planned.verdict === 'refused') return this.end('refused', planned.reasons);
    this.plan = planned.plan;
    for (const [index, hop] of planned.plan.hops.entries()) {
      const failed = await this.upgradeHop(planned.plan, hop, index + 1);
      if (failed) return this.end(failed.kind === 'aborted' ? 'aborted' : 'halted', [failed]);
    }
    return this.end('done', []);
  }

  private async upgradeHop(plan: UpgradePlan, hop: Hop, number: number): Promise<Reason | undefined> {
    const { cluster } = this;
    const { run } = this.input;
    const resolve = activitiesFor('look', plan.limits.check * 3, 'see who leads etcd, and settle the order');
    const { order } = await resolve.resolveOrder({ cluster, run, hop });
    this.order = order;
    this.phase('upgrading');
    let controlPlanesDone = 0;
    for (const name of order) {
      const node = hop.nodes.find((candidate) => candidate.name === name);
      if (!node) throw new Error(`${name} is in the order and not in the plan`);
      if (node.skip && !node.adopts) {
        this.nodes.push(skipped(node, hop.to));
        continue;
      }
      if (node.role === 'control-plane' && controlPlanesDone > 0) await this.etcdStable(plan, name);
      await this.snapshot(plan, node);
      const result = await this.upgradeOne(plan, hop, number, node);
      this.nodes.push(result);
      this.tell();
      if (result.outcome !== 'done')
        return result.reason ?? { kind: 'unexpected', message: `${name} ended ${result.outcome}` };
      if (node.role === 'control-plane') controlPlanesDone += 1;
      if (this.aborted()) return { kind: 'aborted', by: this.abortedBy ?? 'a cancel' };
    }
    return undefined;
  }

  private async upgradeOne(
    plan: UpgradePlan,
    hop: Hop,
    number: number,
    node: PlannedNode,
  ): Promise<NodeResult> {
    const { cluster } = this;
    const { run } = this.input;
    const attempt = 1;
    const { limits, drain } = plan;
    const steps = node.skip ? adoptSteps : plan.steps;
    const input: NodeInput = { cluster, run, node, to: hop.to, steps, limits, drain, attempt };
    this.tell(node.name);
    return executeChild(upgradeNode, {
      args: [input],
      workflowId: nodeId(cluster, run, number, node.name, attempt),
      parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
      cancellationType: 'WAIT_CANCELLATION_COMPLETED',
      staticSummary: `${node.name}: ${node.from} → ${hop.to}`,
      typedSearchAttributes: [
        { key: keyword(searchAttributes.cluster), value: cluster },
        { key: keyword(searchAttributes.target), value: hop.to },
      ],
    });
  }

  private async etcdStable(plan: UpgradePlan, next: string): Promise<void> {
    const { cluster } = this;
    const { run } = this.input;
    const stable = plan.limits.etcdStable;
    const limit = stable + plan.limits.etcdRejoin;
    const act = activitiesFor('wait', stable + limit, `etcd stays healthy before ${next}`);
    await act.awaitEtcdStable({ cluster, run, stable, limit });
  }

  /** Before anything is touched, and again before each control plane once the newest is too old (I3). */
  private async snapshot(plan: UpgradePlan, node: PlannedNode): Promise<void> {
    const newest = this.snapshots.at(-1);
    const fresh = newest && Date.now() - Date.parse(newest.takenAt) < plan.snapshotMaxAge;
    if (newest && (fresh || node.role !== 'control-plane')) return;
    const { cluster } = this;
    const { run } = this.input;
    const limit = plan.limits.snapshot;
    const act = activitiesFor('wait', limit, `etcd snapshot before ${node.name}`);
    this.phase('snapshot');
    this.snapshots.push(await act.takeSnapshot({ cluster, run, before: node.name, prove: !newest, limit }));
    this.phase('upgrading');
  }

  private aborted(): boolean {
    return this.abortedBy !== undefined || CancellationScope.current().consideredCancelled;
  }

  private end(outcome: RunResult['outcome'], reasons: readonly Reason[]): RunResult {
    const { request, run } = this.input;
    this.phase(outcome);
    const result: RunResult = {
      cluster: request.cluster,
      run,
      outcome,
      reasons: reasons.map((reason) =>
        reason.kind === 'aborted' ? { kind: 'aborted', by: this.abortedBy ?? reason.by } : reason,
      ),
      target: request.talos,
      declared: request.declared,
      requestedBy: request.requestedBy,
      startedAt: this.startedAt,
      endedAt: new Date().toISOString(),
      order: this.order,
      nodes: this.nodes,
      snapshots: this.snapshots,
      ...(this.plan ? { plan: this.plan } : {}),
    };
    this.tell(undefined, result);
    return result;
  }

  private phase(phase: Phase): void {
    upsertSearchAttributes([
      { key: keyword(searchAttributes.phase), value: phase },
      { key: keyword(searchAttributes.waitingFor), value: waitingFor[phase] },
    ]);
  }

  /** The Web UI's current details: every node, its state and its time. */
  private tell(current?: string, result?: RunResult): void {
    const { request, run } = this.input;
    const lines = this.order.map((name) => {
      const done = this.nodes.find((node) => node.node === name);
      return done ? `- ${describeNode(done)}` : `- ${name === current ? '●' : '○'} ${name}`;
    });
    const ending = result
      ? `\n**${result.outcome}**\n${result.reasons.map((reason) => `- ${describe(reason)}`).join('\n')}`
      : '';
    setCurrentDetails(
      `## run ${run}: ${request.cluster} → Talos ${request.talos}\n\n${lines.join('\n')}\n${ending}`,
    );
  }
}

/** What a run waits for in each phase, for lists of runs. Which node, and for what in particular, is in its board. */
const waitingFor: Readonly<Record<Phase, string | null>> = {
  planning: 'the plan',
  snapshot: 'an etcd snapshot',
  upgrading: 'its nodes',
  aborting: 'the node under way',
  halted: 'a person: slipway release',
  aborted: 'a person: slipway release',
  done: null,
  refused: null,
  'nothing-to-do': null,
};

function skipped(node: PlannedNode, to: string): NodeResult {
  const at = new Date().toISOString();
  return {
    node: node.name,
    outcome: 'skipped',
    state: 'on-target',
    from: node.from,
    to,
    attempt: 0,
    startedAt: at,
    endedAt: at,
    steps: [],
  };
}
