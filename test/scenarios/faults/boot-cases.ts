import type { FaultCase } from './fault-case.js';

const done = { outcome: 'done', node: 'done', state: 'on-target', installs: 1, boots: 1 } as const;
const halted = { outcome: 'halted', node: 'halted', installs: 1, cordoned: true } as const;

/** Faults from the reboot request until the node is well again. */
export const bootCases: readonly FaultCase[] = [
  {
    name: 'the request to reboot is lost on its way',
    faults: [{ name: 'reboot-request-lost' }],
    limits: { install: '6s' },
    ends: {
      lifecycle: {
        ...halted,
        state: 'armed',
        failedStep: 'await-boot',
        kind: 'reboot-unanswered',
        says: /^k8s-work-1 shows no sign of the reboot .* boots with its next reboot, whatever causes it$/,
        advises: 'slipway upgrade',
        boots: 0,
      },
    },
  },
  {
    name: 'the answer to the request to reboot is lost',
    faults: [{ name: 'reboot-answer-lost' }],
    ends: { lifecycle: done },
  },
  {
    name: 'somebody reboots the node as soon as it is armed',
    faults: [{ name: 'rebooted-by-hand' }],
    ends: { lifecycle: done },
  },
  {
    name: 'the reboot is slow',
    faults: [{ name: 'slow-reboot' }],
    ends: { both: done },
  },
  {
    name: 'the node never comes back',
    faults: [{ name: 'never-returns' }],
    limits: { boot: '6s' },
    ends: {
      both: {
        ...halted,
        state: 'unreachable',
        failedStep: 'await-boot',
        kind: 'node-never-returned',
        says: /^k8s-work-1 did not come back, awaited since /,
        advises: 'get node k8s-work-1',
        boots: 0,
      },
    },
  },
  {
    name: 'the new version hangs in the firmware',
    faults: [{ name: 'powercycle-hangs' }],
    limits: { boot: '6s' },
    ends: {
      both: {
        ...halted,
        state: 'unreachable',
        failedStep: 'await-boot',
        kind: 'node-never-returned',
        says: /^k8s-work-1 did not come back, awaited since /,
        advises: 'get node k8s-work-1',
        boots: 0,
      },
    },
  },
  {
    name: 'the new version meets a fatal error, and the node boots the old one again',
    faults: [{ name: 'boots-old-slot' }],
    ends: {
      both: {
        ...halted,
        state: 'back-on-old',
        failedStep: 'await-boot',
        kind: 'back-on-old-version',
        says: /^k8s-work-1 came back on v1\.1[23]\.1 after the install .* the image is not installed again automatically$/,
        advises: 'slipway.dev/run-',
        boots: 2,
      },
    },
  },
  {
    name: 'the new version runs, and its kubelet never starts',
    faults: [{ name: 'never-ready' }],
    limits: { ready: '5s' },
    ends: {
      both: {
        ...halted,
        state: 'on-target',
        failedStep: 'await-ready',
        kind: 'node-stays-not-ready',
        says: /^k8s-work-1 runs v[0-9.]+ and is not Ready since /,
        advises: 'service',
        boots: 1,
      },
    },
  },
  {
    name: 'the Node stays not Ready after the boot',
    faults: [{ name: 'kubelet-not-ready', after: 'reboot:power-gone' }],
    limits: { ready: '5s' },
    ends: {
      both: {
        ...halted,
        state: 'on-target',
        failedStep: 'await-ready',
        kind: 'node-stays-not-ready',
        says: /^k8s-work-1 runs v[0-9.]+ and is not Ready since /,
        advises: 'dmesg',
        boots: 1,
      },
    },
  },
  {
    name: 'the clock jumps two hours at the boot',
    faults: [{ name: 'clock-jumps' }],
    ends: { both: done },
  },
  {
    name: 'the time is not synced after the boot',
    faults: [{ name: 'time-not-synced', after: 'reboot:power-gone' }],
    limits: { check: '10s', nodeChecks: '10s' },
    ends: {
      both: {
        ...halted,
        state: 'on-target',
        failedStep: 'verify-node',
        kind: 'talos-not-ready',
        says: /^Talos on k8s-work-1 is running and waits for time: time is not synced$/,
        advises: 'get machinestatus',
        boots: 1,
      },
    },
  },
  {
    name: 'the time is not synced once the node is armed',
    faults: [{ name: 'time-not-synced', after: 'lifecycle:armed' }],
    limits: { reboot: '6s' },
    ends: {
      lifecycle: {
        ...halted,
        state: 'armed',
        failedStep: 'reboot',
        kind: 'gave-up',
        says: /^waited 6s for this: the reboot of k8s-work-1; .*time is not synced/,
        advises: 'get machinestatus',
        boots: 0,
      },
    },
  },
];
