import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { WorkflowHandle } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { Interrupter } from '../../lab/interruptions/interrupter.js';
import { startTemporalAlone } from '../../lab/temporal-alone.js';
import { World } from '../../lab/world.js';
import { projectRoot } from '../../src/tools/project-root.js';
import { stories } from './stories.js';

/**
 * Plays stories in labs and writes the histories of their workflows to `test/replay/histories`, with their real ids and the version of
 * package.json in their names. Files of earlier versions stay: they show a running upgrade of that release.
 * `npm run record-histories [STORY…]`; without a name it records all stories and removes files of this version that no story writes.
 */
const named = process.argv.slice(2);
const folder = path.join(projectRoot, 'test', 'replay', 'histories');
const { version } = JSON.parse(await readFile(path.join(projectRoot, 'package.json'), 'utf8')) as {
  readonly version: string;
};
/** A story waits most of its time: so many of them share two cores. */
const sideBySide = 3;
const recorded = new Set<string>();
const failed: string[] = [];

async function handleOf(world: World, workflowId: string, ended: boolean): Promise<WorkflowHandle> {
  const { workflow } = await world.client();
  if (!ended) return workflow.getHandle(workflowId);
  // The queue starts over after each run: the execution that ended is the one with a story.
  let handle = workflow.getHandle(workflowId);
  for await (const execution of workflow.list({ query: `WorkflowId = "${workflowId}"` })) {
    if (execution.status.name !== 'RUNNING') handle = workflow.getHandle(workflowId, execution.runId);
  }
  return handle;
}

async function record(handle: WorkflowHandle, name: string): Promise<void> {
  const { workflowId } = handle;
  // Already JSON text: protobuf's own form of it. Stack traces name the folder of whoever records it.
  const text = historyToJSON(await handle.fetchHistory()).replaceAll(projectRoot, '/slipway');
  const history = JSON.parse(text) as unknown;
  const file = `${name}-${version}.json`;
  await writeFile(path.join(folder, file), `${JSON.stringify({ workflowId, history })}\n`);
  recorded.add(file);
  process.stdout.write(`recorded ${file}\n`);
}

async function play(name: string, temporal: string): Promise<void> {
  let world: World | undefined;
  let stage: Interrupter | undefined;
  const here = { name: `record-${name.toLowerCase()}`, temporal, limits: 'short' } as const;
  try {
    await stories[name]?.play(
      async (options) => (world = await World.start({ ...options, ...here })),
      async (workflow, kept, of) => {
        if (typeof workflow !== 'string') await record(workflow, kept);
        else if (world) await record(await handleOf(world, workflow, of !== undefined), kept);
      },
      async () => {
        stage = await Interrupter.start(here);
        world = stage.world;
        return stage;
      },
    );
  } catch (error) {
    failed.push(name);
    process.stderr.write(
      `${name} failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
  } finally {
    await (stage ?? world)?.stop();
  }
}

const unknown = named.find((name) => !(name in stories));
if (unknown !== undefined)
  throw new Error(`There is no story ${unknown}, only ${Object.keys(stories).join(', ')}.`);

const started = Date.now();
await mkdir(folder, { recursive: true });
const temporal = await startTemporalAlone();
try {
  const { address } = temporal.server.description;
  // Where stories that have workflows and no lab find it, as under jest.
  process.env['SLIPWAY_TEST_TEMPORAL'] = address;
  const left = Object.keys(stories).filter((name) => named.length === 0 || named.includes(name));
  const playNext = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) await play(next, address);
  };
  await Promise.all(Array.from({ length: sideBySide }, playNext));
} finally {
  await temporal.stop();
}
if (named.length === 0 && failed.length === 0)
  for (const file of await readdir(folder))
    if (file.endsWith(`-${version}.json`) && !recorded.has(file)) await rm(path.join(folder, file));
process.stdout.write(`${recorded.size} histories in ${Math.round((Date.now() - started) / 1000)} s\n`);
if (failed.length > 0) {
  process.stderr.write(`Not recorded: ${failed.join(', ')}\n`);
  process.exitCode = 1;
}
