import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { LabProcess } from '../../../lab/processes/lab-process.js';
import type { World } from '../../../lab/world.js';
import { findProgram } from '../../../src/tools/find-program.js';
import { projectRoot } from '../../../src/tools/project-root.js';
import { nodeId } from '../../../src/workflows/messages.js';

const main = fileURLToPath(new URL('../../../lab/worker-pods/worker-of-a-pod.js', import.meta.url));

/**
 * Starts a worker on what looks like another machine: with its own host name, and its own files where it records the Terraforms it
 * started. The previous worker continues; it is returned, for the test to end it.
 */
export async function startOnOtherHost(at: World, host: string): Promise<LabProcess> {
  const { worker } = at;
  if (!worker) throw new Error('there is no worker beside which another one could be started');
  const unshare = findProgram('unshare', process.env['PATH'] ?? '');
  if (unshare === undefined) throw new Error('unshare (util-linux) is not on the PATH: no other host');
  const namespace = ['--user', '--map-root-user', '--uts', '--', 'setpriv', '--pdeathsig', 'KILL', '--'];
  const program = path.join(projectRoot, 'dist/programs/worker.js');
  await at.startWorker({
    command: unshare,
    args: [...namespace, process.execPath, main, program, host, String(process.pid)],
    env: { TEMPORAL_ADDRESS: at.temporal, XDG_STATE_HOME: path.join(at.folder, host) },
  });
  return worker;
}

/** Waits until a worker of that host has taken up an activity of the node's workflow. */
export async function takenUpBy(
  at: World,
  host: string,
  run: number,
  node: string,
  attempt = 1,
): Promise<void> {
  const { workflow } = await at.client();
  const handle = workflow.getHandle(nodeId(at.lab.cluster, run, 1, node, attempt));
  const isIts = (identity: string | null | undefined): boolean =>
    identity?.startsWith(`slipway-worker@${host}:`) === true;
  await at.until(`${host} has taken over`, async () => {
    const { raw } = await handle.describe();
    if (raw.pendingActivities?.some((one) => Number(one.state) === started && isIts(one.lastWorkerIdentity)))
      return true;
    const { events } = await handle.fetchHistory();
    return events?.some((event) => isIts(event.activityTaskStartedEventAttributes?.identity)) ?? false;
  });
}

/** PENDING_ACTIVITY_STATE_STARTED */
const started = 2;
