import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { Worker, bundleWorkflowCode, DefaultLogger, Runtime } from '@temporalio/worker';
import { projectRoot } from '../../src/tools/project-root.js';
import { bundleParts } from '../../src/worker/bundle-workflows.js';

/**
 * Replays every recorded history against today's workflow code, with its real workflow id (child ids derive from it).
 * Prints one line each; exit code 1 when one no longer replays. A process of its own: jest never loads the worker.
 */
interface Recorded {
  readonly workflowId: string;
  readonly history: unknown;
}

interface Started {
  readonly workflowExecutionStartedEventAttributes?: {
    readonly input: { readonly payloads: { data: string }[] };
  };
}

/** The history of a release that told nobody, whatever was named: messages are no part of it, and never become one. */
function withReceivers({ workflowId, history }: Recorded): Recorded {
  const changed = structuredClone(history) as { readonly events: readonly Started[] };
  const [payload] = changed.events[0]?.workflowExecutionStartedEventAttributes?.input.payloads ?? [];
  if (!payload) throw new Error(`${workflowId} was started with nothing`);
  const input = JSON.parse(Buffer.from(payload.data, 'base64').toString('utf8')) as { inventory: object };
  const inventory = { ...input.inventory, notify: [{ discord: { webhook: { env: 'DISCORD' } } }] };
  payload.data = Buffer.from(JSON.stringify({ ...input, inventory })).toString('base64');
  return { workflowId, history: changed };
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
  if (file === 'run-done-0.2.0.json')
    await replay(`${file}, had its slipway.yaml named receivers`, withReceivers(recorded));
}
process.exitCode = failed > 0 ? 1 : 0;
