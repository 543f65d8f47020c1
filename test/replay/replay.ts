import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { Worker, bundleWorkflowCode, DefaultLogger, Runtime } from '@temporalio/worker';
import { projectRoot } from '../../src/tools/project-root.js';
import { bundleParts } from '../../src/worker/workflow-bundle.js';

/**
 * Replays every recorded history against today's workflow code, with its real workflow id (child ids derive from it).
 * Prints one line each; exit code 1 when one no longer replays. A process of its own: jest never loads the worker.
 */
interface Recorded {
  readonly workflowId: string;
  readonly history: unknown;
}

const folder = path.join(projectRoot, 'test', 'replay', 'histories');

Runtime.install({ logger: new DefaultLogger('ERROR') });
const workflowBundle = await bundleWorkflowCode({ ...bundleParts, logger: new DefaultLogger('ERROR') });
let failed = 0;

async function replay(name: string, { workflowId, history }: Recorded): Promise<void> {
  try {
    await Worker.runReplayHistory({ workflowBundle }, history, workflowId);
    process.stdout.write(`ok ${name}\n`);
  } catch (error) {
    failed += 1;
    process.stdout.write(`FAILED ${name}: ${error instanceof Error ? error.message : String(error)}\n`);
  }
}

for (const file of (await readdir(folder)).filter((name) => name.endsWith('.json')).toSorted()) {
  const recorded = JSON.parse(await readFile(path.join(folder, file), 'utf8')) as Recorded;
  await replay(file, recorded);
}
process.exitCode = failed > 0 ? 1 : 0;
