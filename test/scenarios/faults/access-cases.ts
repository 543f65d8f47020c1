import type { FaultCase } from './fault-case.js';

const refused = { outcome: 'refused', installs: 0, boots: 0 } as const;
const untouched = { outcome: 'halted', node: 'undone', state: 'untouched', installs: 0, boots: 0 } as const;
const armed = {
  outcome: 'halted',
  node: 'halted',
  state: 'armed',
  failedStep: 'reboot',
  installs: 1,
  boots: 0,
  cordoned: true,
} as const;

/** Certificates that expire or are rejected, and a machine under another name. */
export const accessCases: readonly FaultCase[] = [
  {
    name: 'the client certificate has expired for the node before the run',
    faults: [{ name: 'client-certificate-expired', node: 'none' }],
    ends: {
      both: {
        ...refused,
        kind: 'credential-rejected',
        says: /does not accept the talosconfig \(reader\): .*expired certificate/,
        advises: 'slipway inventory check',
      },
    },
  },
  {
    name: 'the client certificate expires once the image is on the node',
    faults: [{ name: 'client-certificate-expired', node: 'none', after: 'image:pulled' }],
    limits: { gates: '4s' },
    ends: {
      both: {
        ...untouched,
        failedStep: 'await-gates',
        kind: 'credential-rejected',
        says: /does not accept the talosconfig \(reader\): .*expired certificate/,
        advises: 'slipway inventory check',
      },
    },
  },
  {
    name: 'the client certificate is not accepted any more once the image is on the node',
    faults: [{ name: 'client-certificate-rejected', node: 'none', after: 'image:pulled' }],
    limits: { gates: '4s' },
    ends: {
      both: {
        ...untouched,
        failedStep: 'await-gates',
        kind: 'credential-rejected',
        says: /does not accept the talosconfig \(reader\): .*unknown certificate/,
        advises: 'slipway inventory check',
      },
    },
  },
  {
    name: 'the client certificate expires once the node is armed',
    faults: [{ name: 'client-certificate-expired', node: 'none', after: 'lifecycle:armed' }],
    limits: { reboot: '6s' },
    ends: {
      lifecycle: {
        ...armed,
        kind: 'credential-rejected',
        says: /does not accept the talosconfig \(\w+\): .*expired certificate/,
        advises: 'slipway inventory check',
      },
    },
  },
  {
    name: 'the client certificate is not accepted any more while the node boots',
    faults: [{ name: 'client-certificate-rejected', node: 'none', after: 'reboot:power-gone' }],
    limits: { boot: '6s' },
    ends: {
      both: {
        outcome: 'halted',
        node: 'halted',
        state: 'unreachable',
        failedStep: 'await-boot',
        kind: 'node-never-returned',
        says: /unknown/,
        advises: 'get node k8s-work-1',
        installs: 1,
        boots: 1,
        cordoned: true,
      },
    },
  },
  {
    name: 'the machine calls itself by another name before the run',
    faults: [{ name: 'node-renamed' }],
    ends: {
      both: {
        ...refused,
        kind: 'inventory-disagrees',
        says: /^slipway\.yaml and the cluster disagree on k8s-work-1: the name Talos knows the machine by should be k8s-work-1 and is \S+$/,
        advises: 'get nodename',
      },
    },
  },
  {
    name: 'the machine calls itself by another name once the image is on it',
    faults: [{ name: 'node-renamed', after: 'image:pulled' }],
    ends: {
      both: {
        ...untouched,
        failedStep: 'cordon',
        kind: 'expectation-broken',
        says: /^k8s-work-1 is not what the plan was made for: its name should be k8s-work-1 and is \S+$/,
        advises: 'slipway plan',
      },
    },
  },
];
