import type { StepName } from '../../../src/planning/steps/node-steps.js';
import type { MatrixOrder } from './orders.js';

/** The part of an order that is played automatically, and who plays the rest of it. */
export interface Share {
  /** Steps in which its worker dies, or its answer is lost; left out: all of them. */
  readonly deaths?: readonly StepName[];
  /** Steps that fail, or are aborted, each with those it stands for; left out: as `deaths` says. */
  readonly ends?: Readonly<Partial<Record<StepName, readonly StepName[]>>>;
  /** The orders that play what is left: each step in the first of them that has it. */
  readonly others: readonly MatrixOrder[];
  /** Why it is the same code there. */
  readonly because: string;
}

/**
 * Why one step stands for another one of its order, where it fails or is aborted. A step interrupted by a death is another activity
 * each time; the workflow alone decides about a failure and an abort, for all steps of one stretch by the same lines.
 */
export const sameStretch =
  'the table of steps has one entry for both, and the workflow leaves the node in the same state';

const emptying = ['cordon', 'transfer-leadership', 'record-facts'] as const;
const returned = ['await-ready', 'await-etcd-member'] as const;
const lateBack: Share = {
  deaths: [],
  ends: {},
  others: ['rollback-replaced', 'replace-patched'],
  because:
    'patches are merged by the same activity in either direction, and the other steps do not know of them',
};

/** Orders that do not play all of their steps themselves. */
export const shares: Readonly<Partial<Record<MatrixOrder, Share>>> = {
  probed: {
    deaths: ['probe-node'],
    others: ['legacy'],
    because: 'probes are one more step before the cordon is removed, and the other steps do not know of them',
  },
  lifecycle: {
    ends: { install: [], reboot: [], 'await-boot': [], 'verify-node': returned },
    others: ['legacy'],
    because:
      'a failure and an abort go by the table of steps, which has one entry for the step in either flow',
  },
  armed: {
    deaths: ['record-facts', 'reboot', 'await-boot'],
    // A node returned to service stays armed.
    ends: { drain: emptying, reboot: [], 'await-boot': [], 'verify-node': returned },
    others: ['lifecycle'],
    because: 'the version is installed already, and the step does not know of that',
  },
  replace: {
    ends: {
      'plan-replacement': [],
      'replace-machine': [],
      'remove-member': [],
      'configure-machine': ['await-boot'],
      'verify-node': returned,
    },
    others: ['legacy'],
    because:
      'a failure and an abort go by the table of steps, which has one entry for the step in either flow',
  },
  'replace-patched': {
    deaths: ['patch-machine'],
    others: ['replace'],
    because: 'the patches that wait are one more step, and the other steps do not know of them',
  },
  resumed: {
    deaths: ['cordon', 'record-facts', 'continue-machine'],
    others: ['replace'],
    because: 'from the new machine on it is the same activity with the same input',
  },
  'resumed-patched': {
    deaths: [],
    others: ['resumed', 'replace-patched', 'replace'],
    because: 'the patches that wait are one more step, and the other steps do not know of them',
  },
  'adopted-patched': {
    deaths: ['patch-machine'],
    // Nothing is undone in this order, wherever it ends: the node may lack its patches.
    ends: { 'record-facts': ['cordon', ...returned, 'verify-node', 'uncordon', 'soak'], 'patch-machine': [] },
    others: ['adopted', 'replace-patched'],
    because: 'it is the same activity with the same input',
  },
  'rollback-in-place': {
    ends: {
      drain: emptying,
      'roll-back': [],
      'await-boot': [],
      'verify-node': [...returned, 'uncordon'],
    },
    others: [],
    because: sameStretch,
  },
  'rollback-run': {
    deaths: ['roll-back'],
    ends: { drain: emptying, 'roll-back': [] },
    others: ['rollback-in-place', 'legacy'],
    because:
      'the nodes of a run that is rolled back go as one that halted it does, and wait for gates as in an upgrade',
  },
  'rollback-replaced': {
    ends: {
      snapshot: [],
      templates: [],
      drain: ['plan-replacement', ...emptying],
      'replace-machine': [],
      'configure-machine': ['remove-member', 'await-boot'],
      'verify-node': [...returned, 'uncordon'],
    },
    others: [],
    because: sameStretch,
  },
  'rollback-replaced-patched': lateBack,
  'rollback-resumed': {
    ends: {
      'record-facts': ['snapshot', 'templates', 'cordon'],
      'continue-machine': [],
      'configure-machine': ['remove-member', 'await-boot'],
      'verify-node': [...returned, 'uncordon'],
    },
    others: [],
    because: sameStretch,
  },
  'rollback-resumed-patched': { ...lateBack, others: ['rollback-resumed', 'replace-patched'] },
};
