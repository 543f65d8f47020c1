import type { FaultCase } from './fault-case.js';

const done = { outcome: 'done', node: 'done', state: 'on-target', installs: 1, boots: 1 } as const;
const untouched = { outcome: 'halted', node: 'undone', state: 'untouched', installs: 0, boots: 0 } as const;

/** Faults of the image, from the factory to the moment the installer needs it. */
export const imageCases: readonly FaultCase[] = [
  {
    name: 'the registry answers 404 when the run asks for all images',
    faults: [{ name: 'factory-404', node: 'none' }],
    ends: {
      both: {
        outcome: 'refused',
        kind: 'image-missing',
        says: /^the factory answers 404 for factory\.talos\.dev\/nocloud-installer\/\S+: there is no such image$/,
        advises: 'slipway inventory check',
        installs: 0,
        boots: 0,
      },
    },
  },
  {
    name: 'the registry answers 429 and says when to come back',
    faults: [{ name: 'factory-429', node: 'none' }],
    ends: { both: done },
  },
  {
    name: 'the registry answers 429 until the limit is over',
    faults: [{ name: 'factory-429', node: 'none', times: 50 }],
    limits: { image: '3s' },
    ends: {
      both: {
        outcome: 'refused',
        kind: 'image-unavailable',
        says: /^the factory did not give \S+ in time: .*429/,
        advises: 'slipway release',
        installs: 0,
        boots: 0,
      },
    },
  },
  {
    name: 'the registry is slow: it builds the image first',
    faults: [{ name: 'factory-slow', node: 'none' }],
    ends: { both: done },
  },
  {
    name: 'the node learns that there is no such image',
    faults: [{ name: 'image-missing' }],
    ends: {
      both: {
        ...untouched,
        kind: 'image-pull-failed',
        failedStep: 'prepare-image',
        says: /^k8s-work-1 could not pull \S+: .*not found/,
        advises: 'image pull',
      },
    },
  },
  {
    name: 'the connection breaks while the node pulls the image',
    faults: [{ name: 'image-pull-fails' }],
    ends: { both: done },
  },
  {
    name: 'the image that was pulled has expired when the installer wants it',
    faults: [{ name: 'pulled-image-expires' }],
    ends: { both: done },
  },
  {
    name: 'the image is gone when the installer is to be started',
    faults: [{ name: 'image-gone-at-install' }],
    ends: {
      lifecycle: {
        outcome: 'halted',
        node: 'undone',
        state: 'undone',
        kind: 'install-refused',
        failedStep: 'install',
        says: /^Talos on k8s-work-1 refused the upgrade and changed nothing: .*not found/,
        advises: 'dmesg',
        installs: 0,
        boots: 0,
      },
    },
  },
];
