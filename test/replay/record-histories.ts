import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { WorkflowHandle } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { startTemporalAlone } from '../../lab/temporal-alone.js';
import { Interrupter } from '../../lab/interruptions/interrupter.js';
import { World } from '../../lab/world.js';
import { projectRoot } from '../../src/tools/project-root.js';
import { stories } from './stories.js';

/**
 * Plays stories in the lab and writes the histories of their workflows to `test/replay/histories`, with their real ids.
 * Old files stay: they are what a running upgrade of an earlier release looks like. `npm run record-histories [PREFIX] [STORY…]`.
 */
const [prefix = new Date().toISOString().slice(0, 10), ...named] = process.argv.slice(2);
const folder = path.join(projectRoot, 'test', 'replay', 'histories');

async function handleOf(world: World, workflowId: string, ended: boolean): Promise<WorkflowHandle> {
  const { workflow } = await world.client();
  if (!ended) return workflow.getHandle(workflowId);
  // The queue starts over after each run: the run of its own that ended is the one with a story.
  let handle = workflow.getHandle(workflowId);
  for await (const execution of workflow.list({ query: `WorkflowId = "${workflowId}"` })) {
    if (execution.status.name !== 'RUNNING') handle = workflow.getHandle(workflowId, execution.runId);
  }
  return handle;
}

async function record(handle: WorkflowHandle, name: string): Promise<void> {
  const { workflowId } = handle;
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

const unknown = named.find((name) => !(name in stories));
if (unknown !== undefined)
  throw new Error(`There is no story ${unknown}, only ${Object.keys(stories).join(', ')}.`);

await mkdir(folder, { recursive: true });
const temporal = await startTemporalAlone();
const { address } = temporal.server.description;
try {
  for (const [name, play] of Object.entries(stories)) {
    if (named.length > 0 && !named.includes(name)) continue;
    let world: World | undefined;
    let stage: Interrupter | undefined;
    const here = { name: 'record', temporal: address };
    try {
      await play(
        async (options) => (world = await World.start({ limits: 'short', ...options, ...here })),
        async (workflow, kept, of) => {
          if (typeof workflow !== 'string') await record(workflow, kept);
          else if (world) await record(await handleOf(world, workflow, of !== undefined), kept);
        },
        async () => {
          stage = await Interrupter.start({ limits: 'short', ...here });
          world = stage.world;
          return stage;
        },
      );
    } finally {
      await (stage ?? world)?.stop();
    }
  }
} finally {
  await temporal.stop();
}
