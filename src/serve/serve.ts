import { loadClientConnectConfig } from '@temporalio/envconfig';
import { withLock, type LockOwner } from '../tools/binaries/lock.js';
import { BinaryMissing, resolveBinary, type ResolvedBinary } from '../tools/binaries/resolve-binary.js';
import { messageOf } from '../tools/refusal.js';
import { defaultNamespace } from '../workflows/messages.js';
import { openDataFolder, type DataFolder } from './data-folder.js';
import { claimDatabase } from './database-version.js';
import type { Tell } from './events.js';
import { assertPortsFree, type Listening } from './free-ports.js';
import { ServeRefused } from './serve-refused.js';
import { programOfUtilLinux } from './service-process.js';
import { Supervisor } from './supervisor.js';
import { temporalService } from './temporal-service.js';
import { workerService } from './worker-service.js';

/** How everything is run on one machine. */
export interface ServeSettings extends Listening {
  /** Folder of the database. */
  readonly data: string;
  readonly taskQueue: string;
  /** Ours: what the worker and a person's commands read. */
  readonly env: NodeJS.ProcessEnv;
}

/** How it is asked to end: in order, or at once. */
export interface StopSignals {
  /** Its reason is a word for people: `SIGTERM`. */
  readonly inOrder: AbortSignal;
  readonly atOnce: AbortSignal;
}

const everywhere = '0.0.0.0';
const loopback = '127.0.0.1';
const usualPort = 7233;
const uiPortAbove = 1_000;

/**
 * Runs Temporal and a worker until it is told to stop: Temporal first, then the worker; whichever ends is started
 * again. A worker outlives the death of its Temporal and goes on as soon as that is back: stopping it would cost its
 * work under way for nothing. It is looked at then, and started again when it does not poll again.
 *
 * @throws ServeRefused before anything was started, with what to type.
 */
export async function serve(settings: ServeSettings, tell: Tell, stop: StopSignals): Promise<void> {
  programOfUtilLinux('setpriv');
  programOfUtilLinux('flock');
  const temporal = await findTemporal();
  const data = openDataFolder(settings.data);
  const onWait = (owner: LockOwner): void => {
    throw new ServeRefused(
      `slipway serve runs already on ${data.folder} (pid ${owner.pid} on ${owner.host}).`,
      `To stop that one: kill ${owner.pid}. To run a second beside it: slipway serve --data DIR --port ${settings.port + 100} --ui-port ${settings.uiPort + 100}`,
    );
  };
  await withLock(data.lock, { what: 'serving', onWait }, async () => {
    await assertPortsFree(settings);
    const state = claimDatabase(data, temporal.version, temporal.path);
    tell({ event: 'begin', data: data.folder, temporal: temporal.version, program: temporal.path });
    if (temporal.note !== undefined) tell({ event: 'note', text: `${temporal.note}.` });
    if (state === 'unmade') {
      const text = 'the first start on this database was broken off: it is replaced; nothing was in it yet';
      tell({ event: 'note', text });
    }
    await superviseBoth(settings, data, temporal, tell, stop);
  });
}

async function superviseBoth(
  settings: ServeSettings,
  data: DataFolder,
  { path: program, version }: ResolvedBinary,
  tell: Tell,
  stop: StopSignals,
): Promise<void> {
  const { ip, port, uiPort, taskQueue, env } = settings;
  const asked = askedProfile();
  const address = `${ip === everywhere ? loopback : ip}:${port}`;
  if (ip !== loopback) {
    const text =
      `WARNING: Temporal listens on ${ip} and asks nobody who they are: whoever reaches port ${port} or ` +
      `${uiPort} can start, change and stop upgrades. Let a firewall decide who that is.`;
    tell({ event: 'note', text });
  }
  const temporal = new Supervisor(
    temporalService({ data, program, version, address, ip, port, uiPort }, tell),
    tell,
  );
  const worker = new Supervisor(
    workerService(
      {
        address,
        namespace: asked.namespace,
        taskQueue,
        env,
        temporalReady: (signal) => temporal.ready(signal),
      },
      tell,
    ),
    tell,
  );
  temporal.on('ready', () => void worker.lookAgain());
  worker.once('ready', () => {
    const webUi = `http://${address.replace(/:\d+$/, '')}:${uiPort}/namespaces/${asked.namespace}/workflows`;
    const where = settingsForCommands(asked.address, address, uiPort);
    tell({ event: 'serving', address, namespace: asked.namespace, taskQueue, webUi, settings: where });
  });
  await untilStopped(temporal, worker, tell, stop);
}

/** Runs both; when asked to stop, or when one of them fails in a way that is our own mistake, stops both in order. */
async function untilStopped(
  temporal: Supervisor,
  worker: Supervisor,
  tell: Tell,
  { inOrder, atOnce }: StopSignals,
): Promise<void> {
  const runs = [temporal.run(), worker.run()];
  const asked = new Promise<void>((resolve) => {
    if (inOrder.aborted) resolve();
    else inOrder.addEventListener('abort', () => resolve(), { once: true });
  });
  atOnce.addEventListener('abort', () => [worker, temporal].forEach((each) => each.kill()), { once: true });
  try {
    await Promise.race([asked, ...runs]);
    tell({ event: 'stopping', why: String(inOrder.reason) });
  } finally {
    await worker.stop();
    await temporal.stop();
    await Promise.allSettled(runs);
  }
}

async function findTemporal(): Promise<ResolvedBinary> {
  try {
    return await resolveBinary('temporal', { fetch: false });
  } catch (error) {
    if (error instanceof BinaryMissing)
      throw new ServeRefused(error.message, 'slipway tools lists every program.', { cause: error });
    throw new ServeRefused(messageOf(error), 'slipway tools lists every program.', { cause: error });
  }
}

/** Where a person's commands ask, and in which namespace, as Temporal's own settings say. */
function askedProfile(): { readonly address: string | undefined; readonly namespace: string } {
  try {
    const { connectionOptions, namespace } = loadClientConnectConfig();
    const own = namespace !== undefined && namespace !== 'default';
    return { address: connectionOptions.address, namespace: own ? namespace : defaultNamespace };
  } catch (error) {
    throw new ServeRefused(
      `Temporal's client settings cannot be used: ${messageOf(error)}.`,
      'Correct TEMPORAL_PROFILE, TEMPORAL_CONFIG_FILE or the files they name.',
      { cause: error },
    );
  }
}

/** What a person must set so that their commands find this Temporal, and its Web UI, and no other. */
function settingsForCommands(
  asked: string | undefined,
  address: string,
  uiPort: number,
): Record<string, string> {
  const port = Number(address.slice(address.lastIndexOf(':') + 1));
  const found = (asked ?? `${loopback}:${usualPort}`).replace(/^localhost:/, `${loopback}:`) === address;
  return {
    ...(found ? {} : { TEMPORAL_ADDRESS: address }),
    ...(uiPort === port + uiPortAbove ? {} : { SLIPWAY_WEB_UI: `http://${loopback}:${uiPort}` }),
  };
}
