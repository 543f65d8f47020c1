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

/** The settings of `slipway serve`. */
export interface ServeSettings extends Listening {
  /** Folder of the database. */
  readonly data: string;
  readonly taskQueue: string;
  /** Our environment, which the worker and a person's commands read. */
  readonly env: NodeJS.ProcessEnv;
}

/** Signals that end it: in order, or immediately. */
export interface StopSignals {
  /** Its reason is printed: `SIGTERM`. */
  readonly inOrder: AbortSignal;
  readonly atOnce: AbortSignal;
}

const everywhere = '0.0.0.0';
const loopback = '127.0.0.1';
const usualPort = 7233;
const uiPortAbove = 1_000;

/**
 * Runs Temporal and a worker until a signal: Temporal first, then the worker. Whichever ends is restarted. The worker keeps running
 * while Temporal is down, because stopping it would lose its activities under way. When Temporal is back, the worker is checked, and
 * restarted if it does not poll.
 *
 * @throws ServeRefused before anything was started, with what to type.
 */
export async function serve(settings: ServeSettings, report: Tell, stop: StopSignals): Promise<void> {
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
    report({ event: 'begin', data: data.folder, temporal: temporal.version, program: temporal.path });
    if (temporal.note !== undefined) report({ event: 'note', text: `${temporal.note}.` });
    if (state === 'unmade') {
      const text = 'the first start on this database was broken off: it is replaced; nothing was in it yet';
      report({ event: 'note', text });
    }
    await superviseBoth(settings, data, temporal, report, stop);
  });
}

async function superviseBoth(
  settings: ServeSettings,
  data: DataFolder,
  { path: program, version }: ResolvedBinary,
  report: Tell,
  stop: StopSignals,
): Promise<void> {
  const { ip, port, uiPort, taskQueue, env } = settings;
  const asked = askedProfile();
  const address = `${ip === everywhere ? loopback : ip}:${port}`;
  if (ip !== loopback) {
    const text =
      `WARNING: Temporal listens on ${ip} and asks nobody who they are: whoever reaches port ${port} or ` +
      `${uiPort} can start, change and stop upgrades. Let a firewall decide who that is.`;
    report({ event: 'note', text });
  }
  const temporal = new Supervisor(
    temporalService({ data, program, version, address, ip, port, uiPort }, report),
    report,
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
      report,
    ),
    report,
  );
  temporal.on('ready', () => void worker.lookAgain());
  worker.once('ready', () => {
    const webUi = `http://${address.replace(/:\d+$/, '')}:${uiPort}/namespaces/${asked.namespace}/workflows`;
    const where = settingsForCommands(asked.address, address, uiPort);
    report({ event: 'serving', address, namespace: asked.namespace, taskQueue, webUi, settings: where });
  });
  await untilStopped(temporal, worker, report, stop);
}

/** Runs both services. On a signal, or when one fails by a bug of ours, stops both in order. */
async function untilStopped(
  temporal: Supervisor,
  worker: Supervisor,
  report: Tell,
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
    report({ event: 'stopping', why: String(inOrder.reason) });
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

/** The address and namespace of a person's commands, by Temporal's own settings. */
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

/** Environment variables that make a person's commands use this Temporal and its Web UI. */
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
