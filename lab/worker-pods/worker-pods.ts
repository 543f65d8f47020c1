import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseAllDocuments } from 'yaml';
import { projectRoot } from '../../src/tools/project-root.js';
import type { Terminal } from '../terminal.js';
import { runsWorker, type WorkerPodLine } from './open-worker-pods.js';

/** The lab's overrides of the shipped manifest. */
export interface WorkerPodSettings {
  /** Default: as shipped, two. */
  readonly replicas?: number;
  /** Default: as shipped. */
  readonly graceSeconds?: number;
}

/** A worker whose process runs. */
export interface RunningWorkerPod {
  readonly pod: string;
  readonly node: string;
  readonly pid: number;
}

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string };
}

interface Deployment extends Manifest {
  readonly spec: {
    readonly replicas: number;
    readonly template: {
      readonly metadata: object;
      readonly spec: {
        readonly terminationGracePeriodSeconds: number;
        readonly containers: readonly (object & { readonly env: unknown })[];
        readonly volumes: readonly { readonly name: string }[];
      };
    };
  };
}

const file = path.join(projectRoot, 'deploy/kubernetes/worker.yaml');
const deployment = ['deployment/slipway-worker', '--namespace=slipway'];

/** The workers of the shipped manifest, in the lab's own cluster. */
export class WorkerPods {
  constructor(private readonly at: Terminal) {}

  /** Applies the manifest, and waits until all of its workers poll. */
  async start(settings: WorkerPodSettings = {}): Promise<void> {
    const shipped = parseAllDocuments(readFileSync(file, 'utf8')).map((one) => one.toJS() as Manifest);
    const items = shipped
      .filter(({ kind }) => kind !== 'PersistentVolumeClaim')
      .map((one) => (one.kind === 'Deployment' ? this.#inTheLab(one as Deployment, settings) : one));
    await this.at.apply({ apiVersion: 'v1', kind: 'List', items });
    await this.ready();
  }

  async scale(replicas: number): Promise<void> {
    await this.at.kubectl('scale', ...deployment, `--replicas=${replicas}`);
    await this.ready();
  }

  /** Waits until the expected number of workers polls. */
  async ready(): Promise<void> {
    await this.at.kubectl('rollout', 'status', ...deployment, '--timeout=25s');
    const end = Date.now() + 60_000;
    while (!this.running().every((one) => this.#polls(one))) {
      if (Date.now() > end) throw new Error('a worker of a pod does not poll, a minute after it was started');
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  /** The running workers. */
  running(): readonly RunningWorkerPod[] {
    const alive = new Map<string, RunningWorkerPod>();
    for (const { event, pod, node, pid } of this.lines()) {
      if (event === 'started' && pid !== undefined) alive.set(pod, { pod, node, pid });
      if (event === 'ended') alive.delete(pod);
    }
    return [...alive.values()];
  }

  /** All lines of their log so far. */
  lines(): readonly WorkerPodLine[] {
    const text = read(this.at.lab.logs.pods).trim();
    return text === '' ? [] : text.split('\n').map((line) => JSON.parse(line) as WorkerPodLine);
  }

  /** The node of a worker, present or past, by its name in Temporal. */
  nodeOf(identity: string): string | undefined {
    const pid = Number(/#(?<pid>\d+)$/.exec(identity)?.groups?.['pid']);
    return this.lines().findLast((line) => line.pid === pid)?.node;
  }

  #polls({ pod }: RunningWorkerPod): boolean {
    return read(path.join(this.at.lab.directory, 'logs', `${pod}.log`)).includes('works on task queue');
  }

  /** Simulated kubelets mount nothing: the worker gets the lab's files at their original paths. */
  #inTheLab(shipped: Deployment, { replicas, graceSeconds }: WorkerPodSettings): Deployment {
    const { template } = shipped.spec;
    const { spec } = template;
    const environment = {
      ...this.at.environment(),
      SLIPWAY_CREDENTIALS_DIR: path.dirname(this.at.lab.inventory),
    };
    const env = Object.entries(environment).map(([name, value]) => ({ name, value }));
    return {
      ...shipped,
      spec: {
        ...shipped.spec,
        replicas: replicas ?? shipped.spec.replicas,
        template: {
          ...template,
          metadata: { ...template.metadata, annotations: { [runsWorker]: 'yes' } },
          spec: {
            ...spec,
            terminationGracePeriodSeconds: graceSeconds ?? spec.terminationGracePeriodSeconds,
            containers: spec.containers.map((container) => ({ ...container, env })),
            volumes: spec.volumes.map(({ name }) => ({ name, emptyDir: {} })),
          },
        },
      },
    };
  }
}

function read(name: string): string {
  try {
    return readFileSync(name, 'utf8');
  } catch {
    return '';
  }
}
