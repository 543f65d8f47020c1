import type { LabDescription } from '../lab-description.js';
import { startRunningLab } from '../running-lab.js';
import { pooledDecision, pooledSpeed } from './lab-pool.js';
import { leaseLab } from './lease-lab.js';

/** The options that decide whether a lab of the pool fits. */
export interface WantedLab {
  readonly name: string;
  readonly cluster?: string;
  readonly versions?: string;
  readonly faults?: readonly string[];
  readonly labArgs?: readonly string[];
  readonly hypervisor?: boolean;
  readonly workerPods?: object;
  readonly speed?: number;
  readonly limits?: string;
  readonly decision?: string;
}

/** An exclusive lab. */
export interface TakenLab {
  readonly description: LabDescription;
  /** Ends its use. `reusable` false: something failed in it. */
  end(reusable: boolean): Promise<void>;
}

/** Leases a lab of the pool where one fits, and otherwise starts one in the folder. */
export async function takeLab(wanted: WantedLab, folder: string): Promise<TakenLab> {
  const pool = process.env['SLIPWAY_TEST_LABS'];
  if (pool === undefined || !mayBePooled(wanted)) return ownLab(wanted, folder);
  const { description, release } = await leaseLab(pool);
  try {
    for (const fault of wanted.faults ?? []) await arm(description, fault);
  } catch (error) {
    await release(false);
    throw error;
  }
  return { description, end: release };
}

/** Pods that are processes, other clusters, versions and limits are not in the pool. */
function mayBePooled(wanted: WantedLab): boolean {
  const { cluster, versions, labArgs, hypervisor, workerPods, speed, limits, decision } = wanted;
  const own = cluster ?? versions ?? labArgs ?? workerPods ?? limits ?? decision;
  return own === undefined && hypervisor !== true && (speed ?? pooledSpeed) === pooledSpeed;
}

async function ownLab(wanted: WantedLab, folder: string): Promise<TakenLab> {
  const { name, cluster, versions, hypervisor, faults = [], labArgs = [], speed = pooledSpeed } = wanted;
  const args = [
    '--speed',
    String(speed),
    '--decision',
    wanted.decision ?? pooledDecision,
    ...(wanted.limits === undefined ? [] : ['--limits', wanted.limits]),
    ...(cluster === undefined ? [] : ['--cluster', cluster]),
    ...(versions === undefined ? [] : ['--versions', versions]),
    ...(hypervisor ? ['--hypervisor'] : []),
    ...faults.flatMap((fault) => ['--fault', fault]),
    ...labArgs,
  ];
  const lab = await startRunningLab({ name, folder, args });
  return { description: lab.description, end: async () => void (await lab.process.stop()) };
}

/** `never-ready@k8s-work-1`, in the format of the lab's start option. */
async function arm({ control }: LabDescription, fault: string): Promise<void> {
  const [name, node] = fault.split('@');
  const body = JSON.stringify({ name, ...(node === undefined ? {} : { node }) });
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${control}/faults`, { method: 'POST', body, headers });
  if (!answer.ok) throw new Error(`${fault} cannot be armed: ${await answer.text()}`);
}
