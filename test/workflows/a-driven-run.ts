import { setTimeout as pause } from 'node:timers/promises';
import type { Client, WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure, DefaultFailureConverter, defaultPayloadConverter } from '@temporalio/common';
import type { Windows } from '../../src/inventory/windows.js';
import type { SnapshotRecord } from '../../src/planning/report/run-result.js';
import { describe as sentence } from '../../src/planning/reasons/describe.js';
import type { Reason } from '../../src/planning/reasons/reason.js';
import type { PlannedNode, UpgradePlan } from '../../src/planning/plan/plan.js';
import { planUpgrade } from '../../src/planning/plan/upgrade-plan.js';
import { stepOrders } from '../../src/planning/steps/node-steps.js';
import { decoded } from '../../src/runs/view/history-values.js';
import { runId, workflowTypes } from '../../src/workflows/messages.js';
import { cluster, taskQueue, type WorkflowsAlone } from './a-waiting-run.js';
import { aCluster } from '../planning/a-cluster.js';
import { until } from '../until.js';

/** A request to an activity; with the node, where it is about one. */
export interface Asked {
  readonly name: string;
  readonly node: string | undefined;
  /** The whole input. */
  readonly input: unknown;
}

/** A reason that an activity fails with. */
export class Fails {
  constructor(readonly reason: Reason) {}
}

/** How the first two workers halt a run: one on the new version, which is a reason to roll back; one that is on the old one again. */
export const unwell = new Fails({ kind: 'extensions-lost', node: 'work-1', lost: ['qemu-guest-agent'] });
export const oldAgain = new Fails({
  kind: 'back-on-old-version',
  node: 'work-2',
  version: 'v1.12.1',
  wanted: 'v1.12.6',
});

/** An activity's result in this test; undefined: the result where all is well. */
export type Answers = (asked: Asked) => unknown;

export interface DrivenRun {
  readonly handle: WorkflowHandle;
  readonly plan: UpgradePlan;
  /** The activities so far: `drainNode work-1`. */
  readonly asked: readonly string[];
  /** Sends a decision, and returns its verdict, or the sentence of its rejection. */
  decide(verb: string, node: string, by?: string): Promise<string>;
  until(what: string, look: () => boolean | Promise<boolean>): Promise<void>;
  stop(): Promise<void>;
}

/** Something that an activity waits for until the test lets it go. */
export function gate(): { readonly open: () => void; readonly opened: Promise<void> } {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
}

/** Steps by which a node rolls back, as the activity plans them. */
export const backSteps = stepOrders['rollback-in-place'].filter((step) => step !== 'transfer-leadership');

export interface DrivenPlan {
  /** The plan's part of each node instead. */
  readonly found?: (node: PlannedNode) => PlannedNode;
  /** Left out: `ask`. */
  readonly onFailure?: 'ask' | 'rollback';
  /** How long the run waits for a decision, in milliseconds. Left out: longer than any test. */
  readonly decision?: number;
  /** Left out: nodes are begun at any time. */
  readonly windows?: Windows;
}

/** A run of workers in batches, on the real workflows; activities return what the test says. */
export async function driveRun(
  { temporal: { client } }: WorkflowsAlone,
  activities: DrivenActivities,
  run: number,
  batches: readonly (readonly string[])[],
  answers: Answers,
  { found = (node) => node, onFailure = 'ask', decision = 120_000, windows }: DrivenPlan = {},
): Promise<DrivenRun> {
  const input = aCluster()
    .declaring((inventory) => ({
      ...inventory,
      limits: { ...inventory.limits, decision },
      snapshot: { ...inventory.snapshot, maxAge: 0 },
    }))
    .upgrading({ approve: [], onFailure, workers: { canary: 0, batch: 2, undrained: 'halt' }, windows })
    .planInput();
  const planned = planUpgrade(input);
  if (planned.verdict !== 'planned') throw new Error(JSON.stringify(planned));
  const hops = planned.plan.hops.map((hop) => ({ ...hop, nodes: hop.nodes.map(found) }));
  const plan: UpgradePlan = { ...planned.plan, hops };
  const well: Readonly<Record<string, unknown>> = {
    planUpgrade: { verdict: 'planned', plan },
    resolveOrder: { order: batches.flat(), batches, rebootModes: {} },
    recordFacts: { bootId: 'b', version: 'v1.12.1' },
    installTalos: { note: 'installed' },
    awaitBoot: { note: 'booted', bootId: 'c' },
    takeSnapshot: {
      file: 'f',
      from: 'ctrl-1',
      takenAt: '2026-11-21T14:32:00.000Z',
      bytes: 20 * 1024 * 1024,
      sha256: 'a'.repeat(64),
      revision: 4_711,
      keys: 1_200,
      proven: true,
    } satisfies SnapshotRecord,
  };
  const planOf = (name: string) => plan.hops[0]?.nodes.find((node) => node.name === name);
  const wellOf = (name: string, node: string | undefined): unknown => {
    const planOfNode = planOf(node ?? '');
    if (name === 'planRollback' && planOfNode)
      return {
        verdict: 'rollback',
        node: { ...planOfNode, back: true, steps: 'rollback-in-place', from: 'v1.12.6', soak: 0 },
        steps: backSteps,
      };
    if (name === 'planRetry' && planOfNode)
      return { verdict: 'again', node: planOfNode, steps: ['cordon', 'uncordon'] };
    return well[name] ?? 'well';
  };
  const asked: string[] = [];
  activities.answers(run, async (name, about, asking) => {
    asked.push([name, about].filter(Boolean).join(' '));
    const answer = await answers({ name, node: about, input: asking });
    return answer === undefined ? wellOf(name, about) : answer;
  });
  const { inventory, request } = input;
  const handle = await client.workflow.start(workflowTypes.run, {
    workflowId: runId(cluster, run),
    taskQueue,
    args: [{ request, run, inventory, base: '/', only: [] }],
  });
  return {
    handle,
    plan,
    asked,
    decide: async (verb, node, by = 'Ada') => {
      try {
        const answer = await handle.executeUpdate<{ readonly verdict: string }, [object]>(verb, {
          args: [{ node, by, why: 'to try it' }],
        });
        return answer.verdict;
      } catch (error) {
        const { cause } = error as { readonly cause?: Error };
        return cause?.message ?? String(error);
      }
    },
    until: async (what, look) => {
      try {
        await until(what, async () => (await look()) || pause(50, false));
      } catch (error) {
        throw new Error(`${String(error)}; it was asked ${asked.join(', ')}`, { cause: error });
      }
    },
    stop: async () => {
      await handle.terminate().catch(() => undefined);
    },
  };
}

/** How long a poll is open; Temporal accepts none that is much shorter. Milliseconds. */
const pollMs = 20_000;

type Answering = (name: string, node: string | undefined, input: unknown) => Promise<unknown>;

/** Carries out the activities of all driven runs, several at a time: each with the results of its own test. */
export class DrivenActivities {
  private readonly runs = new Map<number, Answering>();
  /** The run that was driven last: it serves activities that are about no run. */
  private newest = 0;
  private readonly over = new AbortController();
  private readonly working: Promise<void>;

  constructor(private readonly client: Client) {
    this.working = this.work();
  }

  answers(run: number, answering: Answering): void {
    this.runs.set(run, answering);
    this.newest = run;
  }

  async stop(): Promise<void> {
    this.over.abort();
    await this.working;
  }

  private async work(): Promise<void> {
    const { client } = this;
    const common = { namespace: client.options.namespace, identity: 'by hand' };
    while (!this.over.signal.aborted) {
      const poll = () =>
        client.workflowService.pollActivityTaskQueue({ ...common, taskQueue: { name: taskQueue } });
      const task = await client
        .withAbortSignal(this.over.signal, () => client.withDeadline(Date.now() + pollMs, poll))
        .catch(() => undefined);
      const { taskToken, activityType, input } = task ?? {};
      if (!taskToken || taskToken.length === 0) continue;
      const about = decoded(input?.payloads?.[0]) as {
        readonly run?: number;
        readonly node?: { readonly name: string };
      };
      const answering = this.runs.get(about.run ?? this.newest) ?? (() => Promise.resolve('nobody asks'));
      void answering(activityType?.name ?? '', about.node?.name, about).then((result) =>
        this.respond(taskToken, result),
      );
    }
  }

  private async respond(taskToken: Uint8Array, result: unknown): Promise<void> {
    const { workflowService, options } = this.client;
    const common = { namespace: options.namespace, identity: 'by hand', taskToken };
    if (result instanceof Fails) {
      const { reason } = result;
      const failure = ApplicationFailure.create({
        message: sentence(reason),
        type: reason.kind,
        nonRetryable: true,
        details: [reason],
      });
      await workflowService.respondActivityTaskFailed({
        ...common,
        failure: new DefaultFailureConverter().errorToFailure(failure, defaultPayloadConverter),
      });
      return;
    }
    const payloads = [defaultPayloadConverter.toPayload(result)];
    await workflowService.respondActivityTaskCompleted({ ...common, result: { payloads } });
  }
}
