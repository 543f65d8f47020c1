import { statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { Client, type Connection } from '@temporalio/client';
import { DefaultLogger, Runtime, Worker, bundleWorkflowCode } from '@temporalio/worker';
import { createActivities } from '../activities/index.js';
import { loadDialMap } from '../tools/dial-map.js';
import { keptConnections } from '../tools/kept-connections.js';
import { messageOf } from '../tools/refusal.js';
import { sweepStepFolders } from '../tools/step-folder.js';
import { askingQueues } from './asking-queues.js';
import { bundleParts, bundlePath, compileRecord } from './workflow-bundle.js';
import { connect } from './connect.js';
import { openWork } from './open-work.js';
import { plansThrough } from './plan-answers.js';
import { prepareNamespace } from './prepare-namespace.js';
import { runInputs } from './run-inputs.js';
import { readSettings, type WorkerSettings } from './settings.js';
import { takeOver } from './take-over.js';
import { ownWorkerIdentity } from './worker-identity.js';
import { workerLimits } from './worker-limits.js';

/** How long a worker tries to reach Temporal before it exits; its supervisor starts it again. */
const patienceMs = 60_000;

async function main(): Promise<void> {
  const settings = readSettings(process.env);
  const shutdown = listenForSignals();
  Runtime.install({
    // The SDK's own handlers would swallow signals that come before there is a worker.
    shutdownSignals: [],
    logger: new DefaultLogger('WARN'),
    telemetryOptions: { logging: { filter: { core: 'ERROR', other: 'ERROR' } } },
  });
  await sweepStepFolders();
  const { client, native, namespace } = await connect(patienceMs, say);
  await prepareNamespace(client, namespace, settings.retentionDays);
  const connections = keptConnections();
  const takingOver = takeOverFromDeadWorkers(client, namespace, settings);
  const inputOf = runInputs(client, namespace);
  const asker = new Client({ connection: client, namespace });
  const worker = await Worker.create({
    connection: native,
    namespace,
    taskQueue: settings.taskQueue,
    identity: settings.identity,
    workflowBundle: await workflowBundle(settings),
    activities: createActivities({
      dialMap: loadDialMap(settings.dialMapFile),
      credentialsFolder: settings.credentialsFolder,
      repositoriesFolder: settings.repositoriesFolder,
      connections,
      inputOf,
      openWork: openWork(client, namespace),
      ...askingQueues(asker, settings.taskQueue),
      plans: plansThrough(asker, settings.taskQueue, inputOf),
    }),
    ...workerLimits,
  });
  say(`worker ${settings.identity} works on task queue ${settings.taskQueue}, namespace ${namespace}`);
  const running = worker.run();
  shutdown.ends(worker);
  await running;
  connections.close();
  await takingOver;
  await native.close();
  await client.close();
}

/**
 * Handles SIGTERM and the other stop signals. A worker that still connects to Temporal, or starts, exits at once. Later it accepts no
 * more work, and hands off activities that only wait or observe to another worker at once. It stays for the answers to requests on
 * their way (`Wait.sending`), until its supervisor sends SIGKILL.
 */
function listenForSignals(): { ends(worker: Worker): void } {
  let running: Worker | undefined;
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGQUIT'] as const)
    // Once: the second signal ends it at once.
    process.once(signal, () => {
      if (!running) process.exit(0);
      if (running.getState() === 'RUNNING') running.shutdown();
    });
  return { ends: (worker) => (running = worker) };
}

/** An activity that cannot be taken over now is retried after its heartbeat timeout: no reason not to start. */
async function takeOverFromDeadWorkers(
  connection: Connection,
  namespace: string,
  { taskQueue }: WorkerSettings,
): Promise<void> {
  const own = ownWorkerIdentity();
  if (!own) return;
  try {
    await takeOver({ connection, namespace, taskQueue, own, say });
  } catch (error) {
    say(`what a dead worker had begun comes back after its heartbeat timeout: ${messageOf(error)}`);
  }
}

/** The bundle made at build time; made now, in a second or two, where it is missing or older than the compiled code. */
async function workflowBundle({ workflowBundle: named }: WorkerSettings): Promise<{ code: string }> {
  if (named) return { code: await readFile(named, 'utf8') };
  const compiled = statSync(compileRecord, { throwIfNoEntry: false });
  const bundled = statSync(bundlePath, { throwIfNoEntry: false });
  if (compiled && bundled && bundled.mtimeMs >= compiled.mtimeMs)
    return { code: await readFile(bundlePath, 'utf8') };
  return bundleWorkflowCode({ ...bundleParts });
}

function say(line: string): void {
  process.stderr.write(`${new Date().toISOString()} ${line}\n`);
}

main().catch((error: unknown) => {
  say(error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.exitCode = 1;
});
