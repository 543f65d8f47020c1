import { readFile, writeFile } from 'node:fs/promises';
import type { World } from '../../../lab/world.js';
import { setInInventory } from '../../../lab/edit-inventory.js';
import type { Ending, FaultCase } from './fault-case.js';

/** However slow it was: one machine was destroyed, one created, nothing was installed. */
export const plannedReplacementBack = {
  outcome: 'done',
  node: 'done',
  state: 'on-target',
  installs: 0,
  destroyed: 1,
  created: 1,
} as const;

/** The run halts there, and the node stays cordoned. */
const halted = { outcome: 'halted', node: 'halted', installs: 0, cordoned: true } as const;

/** Terraform began with the machine, and did not finish. */
const replacing = {
  ...halted,
  state: 'replacing',
  failedStep: 'replace-machine',
  kind: 'terraform-apply-failed',
  advises: 'terraform plan',
} as const;

/** The new machine exists, and does not join. */
const notJoined = {
  ...halted,
  state: 'not-joined',
  failedStep: 'configure-machine',
  destroyed: 1,
  created: 1,
} as const;

const neverBoots: Ending = {
  ...notJoined,
  kind: 'gave-up',
  says: /^waited 8s for this: the new machine of k8s-work-1 to take its configuration; the last that was seen: the new machine of k8s-work-1 does not answer at 10\.20\.67\.4: /,
  advises: 'get machinestatus --insecure',
};

const otherVersion: Ending = {
  ...notJoined,
  kind: 'machine-wrong-version',
  says: /^the new machine of k8s-work-1 booted v1\.12\.1, and v1\.13\.7 is wanted: it was made of another template$/,
  advises: 'get version --insecure',
};

/** Faults between the hypervisor and the cluster while a machine is replaced. */
export const replacementCases: readonly FaultCase[] = [
  {
    name: 'slipway.yaml says that machines join through this very control plane',
    node: 'k8s-ctrl-2',
    prepare: async (at) => {
      await setInInventory(at, ['controlPlane', 'endpoint'], 'https://10.20.67.2:6443');
      await at.owner.merge('another endpoint');
    },
    ends: {
      replace: {
        outcome: 'refused',
        kind: 'replacement-endpoint',
        says: /^machine configurations name k8s-ctrl-2 as the cluster endpoint \(https:\/\/10\.20\.67\.2:6443\): its new machine would have to join through itself$/,
        advises: 'slipway plan --only',
        installs: 0,
        destroyed: 0,
        created: 0,
      },
    },
  },
  {
    name: 'its machine configuration says so, and slipway.yaml does not',
    node: 'k8s-ctrl-2',
    prepare: (at, node) => changeConfiguration(at, node, 'https://10.20.67.100:', 'https://10.20.67.2:'),
    cleanUp: (at, node) => changeConfiguration(at, node, 'https://10.20.67.2:', 'https://10.20.67.100:'),
    ends: {
      replace: {
        outcome: 'halted',
        node: 'undone',
        state: 'untouched',
        failedStep: 'plan-replacement',
        kind: 'replacement-endpoint',
        says: /^machine configurations name k8s-ctrl-2 as the cluster endpoint \(https:\/\/10\.20\.67\.2:6443\)/,
        advises: 'slipway plan --only',
        installs: 0,
        destroyed: 0,
        created: 0,
      },
    },
  },
  {
    name: 'the disk of a template cannot be imported',
    faults: [{ name: 'template-create-fails', node: 'none' }],
    ends: {
      replace: {
        outcome: 'halted',
        kind: 'terraform-apply-failed',
        says: /^terraform did not carry the plan out to its end: module\.templates\["baldar-worker"\]\.terraform_data\.template: .*no space left on device/,
        advises: 'terraform plan',
        installs: 0,
        destroyed: 0,
        created: 0,
      },
    },
  },
  {
    name: 'a template that was replaced holds what it held before',
    faults: [{ name: 'template-keeps-old-image', node: 'none' }],
    ends: { replace: otherVersion },
  },
  {
    name: 'the host cannot be reached when its machine is to be destroyed',
    faults: [{ name: 'host-unreachable' }],
    ends: {
      replace: {
        ...replacing,
        says: /^terraform did not carry the plan out to its end: .*no route to host baldar/,
        destroyed: 0,
        created: 0,
      },
    },
  },
  {
    name: 'the machine is locked and cannot be destroyed',
    faults: [{ name: 'vm-destroy-fails' }],
    ends: {
      replace: {
        ...replacing,
        says: /^terraform did not carry the plan out to its end: .*VM 8004 cannot be destroyed: can't lock its file/,
        destroyed: 0,
        created: 0,
      },
    },
  },
  {
    name: 'somebody deleted the template when the machine is to be made',
    faults: [{ name: 'template-missing' }],
    ends: {
      replace: {
        ...replacing,
        says: /^terraform did not carry the plan out to its end: .*template 900\d does not exist/,
        destroyed: 1,
        created: 0,
      },
    },
  },
  {
    name: 'the provider fails half way: the machine is made, and not switched on',
    faults: [{ name: 'vm-create-fails' }],
    ends: {
      replace: {
        ...replacing,
        says: /^terraform did not carry the plan out to its end: .*VM 8004 was made, but not started/,
        destroyed: 1,
        created: 0,
      },
    },
  },
  {
    name: 'the machine is cloned slowly',
    faults: [{ name: 'vm-create-slow' }],
    ends: { replace: plannedReplacementBack },
  },
  {
    name: 'the machine finds nothing to boot',
    faults: [{ name: 'vm-never-boots' }],
    limits: { configure: '8s' },
    ends: { replace: { ...neverBoots, created: 0 } },
  },
  {
    name: 'the machine comes without its disk',
    faults: [{ name: 'vm-without-disk' }],
    limits: { configure: '8s' },
    ends: { replace: { ...neverBoots, created: 0 } },
  },
  {
    name: 'the first boot takes long',
    faults: [{ name: 'slow-first-boot' }],
    ends: { replace: plannedReplacementBack },
  },
  {
    name: 'the machine is cloned from what its template held before',
    faults: [{ name: 'vm-boots-old-image' }],
    ends: { replace: otherVersion },
  },
  {
    name: 'the machine has another system UUID than Terraform asked for',
    faults: [{ name: 'vm-other-uuid' }],
    ends: {
      replace: {
        ...notJoined,
        kind: 'machine-other',
        says: /^another machine than the one Terraform knows stands at the address of k8s-work-1: its system UUID should be [\da-f-]{36} and is [\da-f-]{36}$/,
        advises: 'get systeminformation --insecure',
      },
    },
  },
  {
    name: 'the machine has another MAC than Terraform asked for',
    faults: [{ name: 'vm-wrong-mac' }],
    ends: {
      replace: {
        ...notJoined,
        kind: 'machine-other',
        says: /^another machine than the one Terraform knows stands at the address of k8s-work-1: its MAC should be bc:24:11:00:1f:44 and is /,
        advises: 'get systeminformation --insecure',
      },
    },
  },
  {
    name: 'the only card of the machine is in another VLAN than Terraform asked for',
    node: 'k8s-ctrl-2',
    faults: [{ name: 'vm-wrong-vlan' }],
    limits: { configure: '8s' },
    ends: {
      replace: {
        ...notJoined,
        kind: 'gave-up',
        says: /^waited 8s for this: the new machine of k8s-ctrl-2 to take its configuration; the last that was seen: the new machine of k8s-ctrl-2 does not answer at 10\.20\.67\.2: /,
        advises: 'get machinestatus --insecure',
      },
    },
  },
  {
    name: 'the machine lacks its last network interface',
    faults: [{ name: 'vm-nic-missing' }],
    ends: {
      replace: {
        ...halted,
        state: 'on-target',
        failedStep: 'verify-node',
        kind: 'network-interfaces-wrong',
        says: /^the new machine of k8s-work-1 has 2 network interfaces, and slipway\.yaml names 3 for its role/,
        advises: 'get links',
        destroyed: 1,
        created: 1,
      },
    },
  },
  {
    name: 'the machine takes its configuration, and stays in maintenance mode',
    faults: [{ name: 'never-leaves-maintenance' }],
    limits: { configure: '8s' },
    ends: {
      replace: {
        ...notJoined,
        kind: 'gave-up',
        says: /^waited 8s for this: the new machine of k8s-work-1 to take its configuration; the last that was seen: the new machine of k8s-work-1 waits at 10\.20\.67\.4 for a machine configuration/,
        advises: 'apply-config --insecure',
      },
    },
  },
  {
    name: 'the answer to the removal of the dead etcd member is lost',
    node: 'k8s-ctrl-2',
    faults: [{ name: 'member-removal-answer-lost', node: 'none' }],
    ends: { replace: plannedReplacementBack },
  },
  {
    name: 'the new etcd member is never given its vote',
    node: 'k8s-ctrl-2',
    faults: [{ name: 'etcd-stays-learner' }],
    limits: { etcdRejoin: '8s' },
    ends: {
      replace: {
        ...halted,
        state: 'on-target',
        failedStep: 'await-etcd-member',
        kind: 'etcd-not-rejoined',
        says: /^the etcd member on k8s-ctrl-2 did not come back: .*learner/,
        advises: 'etcd members',
        destroyed: 1,
        created: 1,
      },
    },
  },
];

/** Edits the file that slipway.yaml refers to, which is in no git. */
async function changeConfiguration(at: World, node: string, from: string, to: string): Promise<void> {
  const file = at.lab.machineConfigurations[node] ?? '';
  await writeFile(file, (await readFile(file, 'utf8')).replace(from, to));
}
