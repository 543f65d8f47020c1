import type { FaultCase } from './fault-case.js';

const done = { outcome: 'done', node: 'done', state: 'on-target', installs: 1, boots: 1 } as const;

/** Faults from the install request until the installer has ended. */
export const installCases: readonly FaultCase[] = [
  {
    name: 'the request to install is lost on its way',
    faults: [{ name: 'upgrade-request-lost' }],
    limits: { install: '8s' },
    ends: {
      legacy: {
        outcome: 'halted',
        node: 'halted',
        state: 'install-unknown',
        failedStep: 'await-boot',
        kind: 'install-unanswered',
        says: /^k8s-work-1 shows no sign of the upgrade request that was, or may have been, sent .*; it is not sent again automatically$/,
        advises: 'slipway.dev/run-',
        installs: 0,
        boots: 0,
        cordoned: true,
      },
      lifecycle: {
        outcome: 'halted',
        node: 'undone',
        state: 'undone',
        failedStep: 'install',
        kind: 'install-not-begun',
        says: /^the request to install on k8s-work-1 never arrived: no installer was started there/,
        advises: 'dmesg',
        installs: 0,
        boots: 0,
      },
    },
  },
  {
    name: 'the answer to the request to install is lost',
    faults: [{ name: 'upgrade-answer-lost' }],
    ends: { legacy: done },
  },
  {
    name: 'somebody else’s install of the same runs already',
    faults: [{ name: 'another-install-runs' }],
    ends: {
      legacy: done,
      lifecycle: {
        outcome: 'halted',
        node: 'undone',
        state: 'armed',
        failedStep: 'install',
        kind: 'installed-by-others',
        // Talos says that it is busy, or the node's log shows the install: whichever is read first.
        says: /^somebody else installed (another image|\S+) on k8s-work-1/,
        advises: 'dmesg',
        installs: 1,
        boots: 0,
      },
    },
  },
  {
    name: 'the installer exits with an error',
    faults: [{ name: 'install-fails' }],
    ends: {
      legacy: {
        outcome: 'halted',
        node: 'halted',
        state: 'back-on-old',
        failedStep: 'await-boot',
        kind: 'back-on-old-version',
        says: /^k8s-work-1 came back on v1\.12\.1 after the install of v1\.12\.2/,
        advises: 'slipway upgrade',
        installs: 1,
        boots: 1,
        cordoned: true,
      },
      lifecycle: {
        outcome: 'halted',
        node: 'halted',
        state: 'install-unknown',
        failedStep: 'install',
        kind: 'install-failed',
        says: /^the installer on k8s-work-1 failed, and the node still runs what it ran: .*exit code 1/,
        advises: 'dmesg',
        installs: 1,
        boots: 0,
        cordoned: true,
      },
    },
  },
  {
    name: 'the connection breaks while the installer runs',
    faults: [{ name: 'install-stream-cut' }],
    limits: { install: '8s' },
    ends: { lifecycle: done },
  },
  {
    name: 'the connection breaks before the installer’s exit code',
    faults: [{ name: 'install-answer-lost' }],
    limits: { install: '8s' },
    ends: { lifecycle: done },
  },
  {
    name: 'the installer is slow',
    faults: [{ name: 'slow-install' }],
    ends: { both: done },
  },
  {
    name: 'the installer writes an image of another schematic',
    faults: [{ name: 'wrong-schematic' }],
    ends: {
      both: {
        outcome: 'halted',
        node: 'halted',
        state: 'on-target',
        failedStep: 'await-boot',
        kind: 'wrong-schematic',
        says: /^k8s-work-1 came back made of schematic \S+, and it should be 990731\S+$/,
        advises: 'rollback',
        installs: 1,
        boots: 1,
        cordoned: true,
      },
    },
  },
  {
    name: 'the installer writes an image that lacks an extension',
    faults: [{ name: 'extension-missing' }],
    ends: {
      both: {
        outcome: 'halted',
        node: 'halted',
        state: 'on-target',
        failedStep: 'await-boot',
        kind: 'extensions-lost',
        says: /^k8s-work-1 came back without the system extension nvidia-open-gpu-kernel-modules-production$/,
        advises: 'rollback',
        installs: 1,
        boots: 1,
        cordoned: true,
      },
    },
  },
];
