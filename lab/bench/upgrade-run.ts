import { statSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { PlannedNode } from '../../src/planning/plan/plan.js';
import type { RunStory } from '../../src/planning/report/run-report.js';
import { runSize, type RunSize } from '../../src/planning/plan/run-size.js';
import { nodeId, runId, type RunInput } from '../../src/workflows/messages.js';
import { historyFacts } from '../../src/runs/view/history-facts.js';
import { setInInventory } from '../edit-inventory.js';
import { FaultPlan } from '../faults/fault-plan.js';
import { startFakeServices, type FakeServices } from '../fake-services/fake-services.js';
import type { Verdict } from '../watcher/watch.js';
import { World } from '../world.js';
import { flows, type FlowName } from './flows.js';
import { readLabLogs } from './lab-logs.js';
import { nodeHistory } from './node-history.js';
import { nodeOverhead, type NodeOverhead } from './node-overhead.js';
import { terraformStarts, timedTerraform, type TerraformStart } from './terraform-starts.js';
import { childrenCpuMs, residentMiB, residentOfTreeMiB } from './process-usage.js';

/** The history of one node's workflow. */
export interface HistorySize {
  readonly role: 'control-plane' | 'worker';
  readonly events: number;
  readonly bytes: number;
}

/** The size of a run's data in Temporal. */
export interface WrittenByRun {
  readonly events: number;
  readonly bytes: number;
  /** The size of its result, as one value. */
  readonly resultBytes: number;
  readonly estimated: RunSize;
}

/** A whole cluster upgraded once, undisturbed. */
export interface MeasuredRun {
  readonly nodes: readonly NodeOverhead[];
  readonly histories: readonly HistorySize[];
  /** Milliseconds from the start of the lab until it was ready. */
  readonly labReadyMs: number;
  readonly labMiB: number;
  /** A worker before its first task. */
  readonly workerMiB: number;
  /** Processor time of all processes that the worker started, over the nodes. */
  readonly cpuPerNodeMs: number;
  /** The size of the run's own history, beside the estimate for its plan. */
  readonly written: WrittenByRun;
  readonly verdict: Verdict;
}

/** Upgrades the lab's cluster and measures it. @throws Error when the run does not end done: then there is nothing to measure. */
export async function measureRun(
  temporal: string,
  flow: FlowName,
  say: (line: string) => void,
): Promise<MeasuredRun> {
  const { lab } = flows[flow];
  const folder = await mkdtemp(path.join(os.tmpdir(), 'slipway-bench-programs-'));
  const terraform = lab.hypervisor ? await timedTerraform(folder) : undefined;
  const fakeServices = await startFakeServices({ faults: new FaultPlan() });
  const began = Date.now();
  const world = await World.start({
    name: `bench-${flow}`,
    temporal,
    ...lab,
    ...(terraform ? { workerEnv: terraform.env } : {}),
  });
  try {
    const labReadyMs = statSync(path.join(world.lab.directory, 'lab.json')).mtimeMs - began;
    const labMiB = residentOfTreeMiB(world.lab.pid);
    const worker = workerOf(world);
    const workerMiB = residentMiB(worker);
    say(`${flow}: the lab is ready, the cluster is upgraded`);
    await nameReceiver(world, fakeServices);
    const cpuBefore = childrenCpuMs(worker);
    const run = await world.upgrade();
    const result = await world.result(run);
    if (result.outcome !== 'done')
      throw new Error(`the run ended ${result.outcome}: ${JSON.stringify(result.reasons)}`);
    const eventTypes = fakeServices.webhook
      .received()
      .map(({ body }) => (body as { readonly type: string }).type);
    if (!eventTypes.includes('slipway.done'))
      throw new Error(`no notification says that the run is done: ${eventTypes.join(', ')}`);
    const cpuPerNodeMs = (childrenCpuMs(worker) - cpuBefore) / result.nodes.length;
    const read = await readNodes(world, run, result, terraform ? await terraformStarts(terraform) : []);
    const written = await writtenBy(world, run, result);
    const verdict = await world.stop();
    return { ...read, labReadyMs, labMiB, workerMiB, cpuPerNodeMs, written, verdict };
  } finally {
    await world.stop().catch(() => undefined);
    await fakeServices.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** The run sends notifications: their history is part of what is measured. */
async function nameReceiver(world: World, { webhook }: FakeServices): Promise<void> {
  const folder = path.dirname(world.lab.inventory);
  for (const [name, text] of [
    ['to-hook', webhook.hook],
    ['hook-secret', webhook.secret],
  ] as const)
    await writeFile(path.join(folder, name), `${text}\n`, { mode: 0o600 });
  const receiver = { webhook: { url: { file: 'to-hook' }, secret: { file: 'hook-secret' } } };
  await setInInventory(world, ['notify'], [receiver]);
  // Terraform's configuration is checked out from a commit that declares the same.
  if (world.lab.hypervisor) await world.owner.merge('notifications');
}

function workerOf({ worker }: World): number {
  if (!worker) throw new Error('the world has no worker');
  return worker.identity.pid;
}

async function readNodes(
  world: World,
  run: number,
  story: RunStory,
  terraform: readonly TerraformStart[],
): Promise<Pick<MeasuredRun, 'nodes' | 'histories'>> {
  const client = await world.client();
  const logs = await readLabLogs(world.lab, terraform);
  const read = await Promise.all(
    plannedNodes(story).map(async ({ name, role, soak }) => {
      const handle = client.workflow.getHandle(nodeId(world.lab.cluster, run, 1, name, 1));
      const [{ events }, { historySize, historyLength }] = await Promise.all([
        handle.fetchHistory(),
        handle.describe(),
      ]);
      const evidence = { node: name, role, soak, history: nodeHistory(events ?? []), logs };
      return {
        overhead: nodeOverhead(evidence),
        size: { role, events: historyLength, bytes: historySize ?? 0 },
      };
    }),
  );
  return { nodes: read.map(({ overhead }) => overhead), histories: read.map(({ size }) => size) };
}

async function writtenBy(world: World, run: number, { plan }: RunStory): Promise<WrittenByRun> {
  const { workflow } = await world.client();
  const handle = workflow.getHandle(runId(world.lab.cluster, run));
  const [{ historySize, historyLength }, result, history] = await Promise.all([
    handle.describe(),
    handle.result() as Promise<unknown>,
    handle.fetchHistory(),
  ]);
  const input = historyFacts(history).input as RunInput;
  if (!plan) throw new Error('the run made no plan');
  return {
    events: historyLength,
    bytes: historySize ?? 0,
    resultBytes: Buffer.byteLength(JSON.stringify(result)),
    estimated: runSize(plan, input.inventory),
  };
}

function plannedNodes({ plan }: RunStory): readonly PlannedNode[] {
  const [hop, ...more] = plan?.hops ?? [];
  if (!hop || more.length > 0) throw new Error('the benchmark measures runs of one hop');
  return hop.nodes;
}
