import path from 'node:path';
import { findProgram } from '../../src/tools/find-program.js';
import { projectRoot } from '../../src/tools/project-root.js';
import type { PodProcess, StartPodProcess } from '../kubernetes/kubelet/pod-process.js';
import type { WirePod } from '../kubernetes/kubelet/pod-status.js';
import { openJsonLines } from '../machines/json-lines.js';
import { foreground } from '../processes/foreground.js';
import { describeExit, type LabProcess, type ProcessSpec } from '../processes/lab-process.js';
import type { ProcessGroup } from '../processes/process-group.js';
import { cleanEnvironment } from '../terminal.js';

/** A pod with this annotation is a Slipway worker of this checkout; the environment of its first container is the worker's. */
export const runsWorker = 'lab.slipway.dev/runs-worker';

/** A line of `pods.jsonl`. */
export interface WorkerPodLine {
  /** ISO time with milliseconds. */
  readonly time: string;
  readonly event: 'started' | 'told-to-end' | 'killed-with-its-machine' | 'ended';
  readonly pod: string;
  readonly node: string;
  /** Pid of the started process. */
  readonly pid?: number;
  /** How it ended: `exit code 0`, `signal SIGKILL`. */
  readonly how?: string;
}

/** The settings of a lab's worker pods. */
export interface WorkerPodPlace {
  readonly processes: ProcessGroup;
  readonly directory: string;
  readonly log: string;
}

/** The program that gives a process its own host name; undefined: not possible here, and all have that of this machine. */
type OwnHost = { readonly unshare: string; readonly setpriv: string } | undefined;

/** The starter of worker pods for a lab's kubelets. */
export function openWorkerPods({ processes, directory, log }: WorkerPodPlace): StartPodProcess {
  // Opened with the first, and never closed: its pods may outlive the other parts of the lab.
  let lines: ReturnType<typeof openJsonLines<WorkerPodLine>> | undefined;
  let ownHost: Promise<OwnHost> | undefined;
  return (pod) => {
    const { name = '', annotations = {} } = pod.metadata ?? {};
    if (annotations[runsWorker] === undefined) return undefined;
    lines ??= openJsonLines<WorkerPodLine>(log);
    const written = lines;
    const node = pod.spec?.nodeName ?? '';
    const say: Say = (event, more = {}) =>
      written.write({ time: new Date().toISOString(), event, pod: name, node, ...more });
    ownHost ??= hostsCanBeMade();
    const logFile = path.join(directory, 'logs', `${name}.log`);
    const starting = ownHost.then((host) => processes.start(workerSpec(pod, logFile, host)));
    return new WorkerPod(starting, say);
  };
}

type Say = (event: WorkerPodLine['event'], more?: { readonly pid?: number; readonly how?: string }) => void;

class WorkerPod implements PodProcess {
  readonly exited: Promise<unknown>;
  #over = false;

  constructor(
    private readonly starting: Promise<LabProcess>,
    private readonly say: Say,
  ) {
    this.exited = starting.then(
      async (started) => {
        say('started', { pid: started.identity.pid });
        const exit = await started.exited;
        this.#over = true;
        say('ended', { how: describeExit(exit) });
      },
      // The lab is stopping, or its programs are gone.
      (error: unknown) => say('ended', { how: error instanceof Error ? error.message : String(error) }),
    );
  }

  async stop(graceMs: number): Promise<void> {
    const started = await this.starting.catch(() => undefined);
    if (!started || this.#over) return;
    this.say('told-to-end');
    await started.stop(graceMs);
  }

  kill(): void {
    void this.starting.then(
      (started) => {
        if (this.#over || started.stopping) return undefined;
        this.say('killed-with-its-machine');
        return started.kill();
      },
      () => undefined,
    );
  }
}

function workerSpec(pod: WirePod, logFile: string, host: OwnHost): ProcessSpec {
  const { name = '' } = pod.metadata ?? {};
  const [container] = pod.spec?.containers ?? [];
  const given = (container?.env ?? []).flatMap((one) =>
    one.value === undefined ? [] : [[one.name, one.value] as const],
  );
  const main = path.join(projectRoot, 'dist/lab/worker-pods/worker-of-a-pod.js');
  const program = path.join(projectRoot, 'dist/programs/worker.js');
  const worker = [process.execPath, main, program, ...(host ? [name, String(process.pid)] : [])];
  const alone = host
    ? // Changing the namespace clears the process' parent-death signal: it is set again.
      [host.unshare, '--user', '--map-root-user', '--uts', '--', host.setpriv, '--pdeathsig', 'KILL', '--']
    : [];
  const [command = '', ...args] = [...alone, ...worker];
  return { name: `pod ${name}`, command, args, env: cleanEnvironment(Object.fromEntries(given)), logFile };
}

/** A pod's host name is its own; here that takes a namespace, which some machines do not permit. */
async function hostsCanBeMade(): Promise<OwnHost> {
  const [unshare, setpriv] = ['unshare', 'setpriv'].map((one) => findProgram(one, process.env['PATH'] ?? ''));
  if (unshare === undefined || setpriv === undefined) return undefined;
  const tried = ['--user', '--map-root-user', '--uts', '--', setpriv, '--version'];
  const { code } = await foreground(unshare, tried, { env: cleanEnvironment({}), timeoutMs: 10_000 });
  return code === 0 ? { unshare, setpriv } : undefined;
}
