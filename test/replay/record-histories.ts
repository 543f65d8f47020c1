import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { startTemporalAlone } from '../../lab/temporal-alone.js';
import { World } from '../../lab/world.js';
import { projectRoot } from '../../src/tools/project-root.js';
import { nodeId, queueId, runId } from '../../src/workflows/messages.js';
import { setInInventory } from '../scenarios/edit-inventory.js';

/**
 * Plays stories in the lab and writes the histories of their workflows to `test/replay/histories`, with their real ids.
 * Old files stay: they are what a running upgrade of an earlier release looks like. `npm run record-histories [PREFIX]`.
 */
const prefix = process.argv[2] ?? new Date().toISOString().slice(0, 10);
const folder = path.join(projectRoot, 'test', 'replay', 'histories');

async function record(world: World, workflowId: string, name: string, first = false): Promise<void> {
  const { workflow } = await world.client();
  let handle = workflow.getHandle(workflowId);
  if (first) {
    // The queue starts over after each run: the run of its own that ended is the one with a story.
    for await (const execution of workflow.list({ query: `WorkflowId = "${workflowId}"` })) {
      if (execution.status.name !== 'RUNNING') handle = workflow.getHandle(workflowId, execution.runId);
    }
  }
  // Already JSON text: protobuf's own form of it.
  // Stack traces name the folder of whoever records it.
  const text = historyToJSON(await handle.fetchHistory()).replaceAll(projectRoot, '/slipway');
  const history = JSON.parse(text) as unknown;
  await writeFile(
    path.join(folder, `${name}-${prefix}.json`),
    `${JSON.stringify({ workflowId, history })}\n`,
  );
  process.stdout.write(`recorded ${name}-${prefix}\n`);
}

await mkdir(folder, { recursive: true });
const temporal = await startTemporalAlone();
const { address } = temporal.server.description;
try {
  const whole = await World.start({ name: 'record', temporal: address });
  const { cluster } = whole.lab;
  await whole.result(await whole.upgrade());
  await whole.until('the queue has started over', async () => {
    const { raw } = await (await whole.client()).workflow.getHandle(queueId(cluster)).describe();
    return Number(raw.workflowExecutionInfo?.historyLength ?? 0) < 10;
  });
  await record(whole, queueId(cluster), 'queue-done', true);
  await record(whole, runId(cluster, 1), 'run-done');
  await record(whole, nodeId(cluster, 1, 1, 'k8s-ctrl-1', 1), 'node-control-plane-done');
  await record(whole, nodeId(cluster, 1, 1, 'k8s-work-1', 1), 'node-canary-done');
  await whole.stop();

  const halted = await World.start({
    name: 'record',
    temporal: address,
    faults: ['install-fails@k8s-work-1'],
  });
  await halted.result(await halted.upgrade('--only', 'k8s-work-1'));
  await record(halted, runId(cluster, 1), 'run-halted');
  await record(halted, nodeId(cluster, 1, 1, 'k8s-work-1', 1), 'node-halted');
  await halted.stop();

  const aborted = await World.start({ name: 'record', temporal: address });
  await aborted.slowPods('k8s-work-1', 8);
  const run = await aborted.upgrade('--only', 'k8s-work-1');
  await aborted.untilBegun(run, 'k8s-work-1', 'drainNode');
  await aborted.slipway('abort', '--why', 'to record it');
  await aborted.result(run);
  await record(aborted, runId(cluster, run), 'run-aborted');
  await record(aborted, nodeId(cluster, run, 1, 'k8s-work-1', 1), 'node-aborted');
  await aborted.stop();

  const asking = await World.start({ name: 'record', temporal: address });
  const other = ['--only', 'k8s-work-1', '--talos', 'v1.13.9', '--strategy', 'in-place'];
  const asked = await asking.upgrade(...other);
  const { plan } = JSON.parse((await asking.slipway('plan', ...other, '--json')).stdout) as {
    readonly plan: { readonly hash: string };
  };
  await asking.slipway('approve', '--plan', plan.hash, '--by', 'Ada', '--reason', 'to record it');
  await asking.result(asked);
  await record(asking, runId(cluster, asked), 'run-approved');
  await asking.stop();

  const lifecycle = await World.start({
    name: 'record',
    temporal: address,
    labArgs: ['--talos', 'v1.13.1', '--target', 'v1.13.9'],
  });
  await setInInventory(lifecycle, ['upgrade', 'workers', 'batch'], 2);
  const paused = await lifecycle.upgrade('--only', 'k8s-ctrl-1', 'k8s-work-1', 'k8s-work-2', 'k8s-work-3');
  await lifecycle.slipway('pause', '--why', 'to record it');
  await lifecycle.until('it is paused', async () =>
    (await lifecycle.slipway('status')).stdout.includes('paused'),
  );
  await lifecycle.slipway('resume', '--why', 'to record it');
  await lifecycle.result(paused);
  await record(lifecycle, runId(cluster, paused), 'run-lifecycle-batches-paused');
  await record(lifecycle, nodeId(cluster, paused, 1, 'k8s-ctrl-1', 1), 'node-lifecycle-control-plane');
  await record(lifecycle, nodeId(cluster, paused, 1, 'k8s-work-3', 1), 'node-lifecycle-in-batch');
  await lifecycle.stop();

  const together = await World.start({
    name: 'record',
    temporal: address,
    faults: ['install-fails@k8s-work-2'],
  });
  await setInInventory(together, ['upgrade', 'workers', 'batch'], 2);
  await together.slowPods('k8s-work-3', 120);
  const stopped = await together.upgrade('--only', 'k8s-work-1', 'k8s-work-2', 'k8s-work-3');
  await together.result(stopped);
  await record(together, runId(cluster, stopped), 'run-batch-halted');
  await record(together, nodeId(cluster, stopped, 1, 'k8s-work-3', 1), 'node-stopped-with-its-batch');
  await together.stop();
} finally {
  await temporal.stop();
}
