import type { World } from '../../../lab/world.js';
import type { FaultCase } from './fault-case.js';
import { plannedReplacementBack } from './replace-cases.js';
import { hasFired, killTerraform, stageOf } from './terraform-deaths.js';
import { anotherWorker } from './worker-cases.js';

const halted = {
  outcome: 'halted',
  node: 'halted',
  state: 'replacing',
  failedStep: 'replace-machine',
  installs: 0,
  cordoned: true,
} as const;

/** The worker dies, or Terraform, or both, at each moment at which a naive one would destroy or create a machine twice. */
export const replacementWorkerCases: readonly FaultCase[] = [
  {
    name: 'the worker dies while Terraform plans, before anything is touched',
    during: async (at, run, node) => {
      await at.untilBegun(run, node, 'planReplacement');
      await anotherWorker(at);
    },
    ends: { replace: plannedReplacementBack },
  },
  {
    name: 'the worker dies as soon as the Node says that its machine is replaced',
    during: async (at, _run, node) => {
      await at.until('it is marked', () => isMarked(at, node));
      await anotherWorker(at);
    },
    ends: { replace: plannedReplacementBack },
  },
  {
    name: 'the worker dies when the old machine is gone and the new one is being made',
    faults: [{ name: 'vm-create-hangs' }],
    during: async (at, run) => {
      await at.until('it is being made', () => hasFired(at, run, 'vm-create-hangs'));
      await anotherWorker(at);
      await at.until('it says what it waits for', () =>
        isSaid(at, /process \d+ of an earlier attempt finishes what it has in hand/),
      );
      await at.control('DELETE', '/faults');
    },
    ends: { replace: plannedReplacementBack },
  },
  {
    name: 'the worker dies when the new machine is on, and Terraform has not heard of it',
    node: 'k8s-ctrl-2',
    faults: [{ name: 'vm-answer-hangs' }],
    during: async (at, run, node) => {
      await at.until('it is on', () => hasFired(at, run, 'vm-answer-hangs'));
      // The machine there then shows a self-signed certificate.
      await at.until('it has booted', async () => (await stageOf(at, node)) === 'maintenance');
      await anotherWorker(at);
      await at.control('DELETE', '/faults');
    },
    ends: { replace: plannedReplacementBack },
  },
  {
    name: 'the worker dies while the new machine boots',
    faults: [{ name: 'slow-first-boot' }],
    during: async (at, run, node) => {
      await at.untilBegun(run, node, 'configureMachine');
      await anotherWorker(at);
    },
    ends: { replace: plannedReplacementBack },
  },
  {
    name: 'the worker dies as soon as the new machine has its configuration',
    node: 'k8s-ctrl-2',
    during: async (at, _run, node) => {
      const before = (await at.machineEvents(node, 'configured')).length;
      await at.until(
        'it has its configuration',
        async () => (await at.machineEvents(node, 'configured')).length > before,
      );
      await anotherWorker(at);
    },
    ends: { replace: plannedReplacementBack },
  },
  {
    name: 'Terraform is killed, with the lock in its hand, while the new machine is being made',
    faults: [{ name: 'vm-create-hangs' }],
    during: async (at, run) => {
      await at.until('it is being made', () => hasFired(at, run, 'vm-create-hangs'));
      killTerraform(at);
    },
    ends: {
      replace: {
        ...halted,
        kind: 'terraform-apply-failed',
        says: /^terraform did not carry the plan out to its end: .*SIGKILL/,
        advises: 'terraform plan',
        destroyed: 1,
        created: 0,
      },
    },
  },
  {
    name: 'worker and Terraform are killed while the new machine is being made',
    faults: [{ name: 'vm-create-hangs' }],
    during: async (at, run) => {
      await at.until('it is being made', () => hasFired(at, run, 'vm-create-hangs'));
      await at.killWorker();
      killTerraform(at);
      await at.startWorker();
    },
    ends: {
      replace: {
        ...halted,
        kind: 'terraform-unclear',
        says: /^Slipway cannot determine whether module\.worker_nodes\["k8s-work-1"\]\.terraform_data\.vm of k8s-work-1 is still the old one: the state does not hold it, and nobody knows whether a machine stands there$/,
        advises: 'slipway report',
        destroyed: 1,
        created: 0,
      },
    },
  },
  {
    name: 'worker and Terraform are killed when the new machine is on, and the state does not say so',
    faults: [{ name: 'vm-answer-hangs' }],
    during: async (at, run, node) => {
      await at.until('it is on', () => hasFired(at, run, 'vm-answer-hangs'));
      await at.until('it has booted', async () => (await stageOf(at, node)) === 'maintenance');
      await at.killWorker();
      killTerraform(at);
      await at.startWorker();
    },
    ends: {
      replace: {
        ...halted,
        kind: 'terraform-machine-unrecorded',
        says: /^a machine stands where k8s-work-1 was, and the Terraform state has no module\.worker_nodes\["k8s-work-1"\]\.terraform_data\.vm: /,
        advises: 'terraform import',
        destroyed: 1,
        created: 1,
      },
    },
  },
];

async function isMarked(at: World, node: string): Promise<boolean> {
  const mark = await at.kubectl(
    'get',
    'node',
    node,
    String.raw`--output=jsonpath={.metadata.annotations.slipway\.dev/replace}`,
  );
  return mark !== '';
}

/** What a person reads who asks what the run waits for. */
async function isSaid(at: World, words: RegExp): Promise<boolean> {
  const stdout = await at.says();
  return words.test(stdout.replaceAll(/\s+/g, ' '));
}
