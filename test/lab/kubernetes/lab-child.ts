import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { LabState } from '../../../lab/control/lab-state.js';
import { ApiClient, accessOf } from '../../../lab/kubernetes/api-client.js';
import type { LabDescription } from '../../../lab/lab-description.js';
import { foreground, type Finished } from '../../../lab/processes/foreground.js';
import { LabProcess } from '../../../lab/processes/lab-process.js';
import { toolPath } from '../../../src/tools/tool-path.js';

/** A lab in a separate process, started as a person would. */
export class LabChild {
  readonly admin: ApiClient;

  private constructor(
    readonly process: LabProcess,
    readonly lab: LabDescription,
  ) {
    this.admin = new ApiClient(accessOf(lab.kubeconfig.admin));
  }

  /** Starts `lab/main.js` on a folder and waits for its lab.json. */
  static async start(directory: string, ...args: string[]): Promise<LabChild> {
    const handOff = path.join(directory, 'lab.json');
    const main = fileURLToPath(new URL('../../../lab/main.js', import.meta.url));
    const handedOn = Object.entries(process.env).filter(([name]) =>
      /^(HOME|XDG_CACHE_HOME|SLIPWAY_.*)$/.test(name),
    );
    const child = LabProcess.start({
      name: 'lab',
      command: process.execPath,
      args: [main, '--dir', directory, ...args],
      env: Object.fromEntries(handedOn.map(([name, value]) => [name, value ?? ''])),
      logFile: `${directory}.log`,
      ready: {
        timeoutMs: 150_000,
        probe: async () => (isOf(child.identity.pid, handOff) ? undefined : 'lab.json is not there'),
      },
      graceMs: 15_000,
    });
    await child.ready();
    return new LabChild(child, JSON.parse(readFileSync(handOff, 'utf8')) as LabDescription);
  }

  /** Ctrl-C, and wait until it has exited. */
  async stop(): Promise<void> {
    this.admin.close();
    await this.process.stop();
  }

  /** Kills it as a power cut would. */
  async kill(): Promise<void> {
    this.admin.close();
    await this.process.kill();
  }

  /** The real kubectl, as administrator. */
  async kubectl(...args: string[]): Promise<Finished> {
    return this.kubectlAs(this.lab.kubeconfig.admin, ...args);
  }

  async kubectlAs(kubeconfig: string, ...args: string[]): Promise<Finished> {
    const env = { PATH: process.env['PATH'] ?? '', HOME: this.lab.directory };
    return foreground(await toolPath('kubectl'), ['--kubeconfig', kubeconfig, ...args], {
      env,
      timeoutMs: 30_000,
    });
  }

  /** Sends a request to the lab's control server. */
  async control<T = unknown>(method: 'GET' | 'POST' | 'DELETE', where: string, body?: object): Promise<T> {
    const response = await fetch(`${this.lab.control}${where}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer = (await response.json()) as T & { error?: string };
    if (!response.ok) throw new Error(answer.error);
    return answer;
  }

  async machine(name: string): Promise<LabState['machines'][number]> {
    const { machines } = await this.control<LabState>('GET', '/state');
    const found = machines.find((machine) => machine.name === name);
    if (!found) throw new Error(`no machine ${name}`);
    return found;
  }

  /** Pods on a node that a controller would start elsewhere: `default/web-…`. */
  async movablePods(node: string): Promise<Pod[]> {
    const pods = await this.pods(node);
    return pods.filter((pod) => !/DaemonSet|Node/.test(pod.metadata.ownerReferences?.[0]?.kind ?? ''));
  }

  async pods(node: string): Promise<Pod[]> {
    const where = `/api/v1/pods?fieldSelector=spec.nodeName%3D${node}`;
    return (await this.admin.get<{ items: Pod[] }>(where)).items;
  }

  async node(name: string): Promise<Node> {
    return this.admin.get<Node>(`/api/v1/nodes/${name}`);
  }

  async allowedDisruptions(namespace: string, name: string): Promise<number> {
    const where = `/apis/policy/v1/namespaces/${namespace}/poddisruptionbudgets/${name}`;
    return (await this.admin.get<{ status: { disruptionsAllowed: number } }>(where)).status
      .disruptionsAllowed;
  }
}

/** The fields of a pod that the tests read. */
export interface Pod {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly ownerReferences?: readonly { readonly kind: string }[];
  };
  readonly status: {
    readonly conditions?: readonly Condition[];
    readonly containerStatuses?: readonly { readonly containerID?: string; readonly restartCount: number }[];
  };
}

/** The fields of a Node that the tests read. */
export interface Node {
  readonly status: {
    readonly conditions: readonly Condition[];
    readonly nodeInfo: { readonly bootID: string };
  };
}

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly lastTransitionTime: string;
}

/** The status of its Ready condition: `True`, `False`, `Unknown`. */
export function readyOf(object: { status: { conditions?: readonly Condition[] } }): string | undefined {
  return object.status.conditions?.find((condition) => condition.type === 'Ready')?.status;
}

/** Polls until the condition holds; else throws with the last result. */
export async function eventually<T>(
  look: () => Promise<T>,
  isSo: (value: T) => boolean,
  timeoutMs = 20_000,
): Promise<T> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const value = await look().catch((error: unknown) => error as T);
    if (!(value instanceof Error) && isSo(value)) return value;
    if (Date.now() > end)
      throw new Error(
        `still not so after ${timeoutMs} ms: ${(value instanceof Error ? value.message : JSON.stringify(value)).slice(0, 1_000)}`,
      );
    await sleep(100);
  }
}

function isOf(pid: number, handOff: string): boolean {
  return existsSync(handOff) && (JSON.parse(readFileSync(handOff, 'utf8')) as LabDescription).pid === pid;
}
