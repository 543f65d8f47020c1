import type { NodeState } from './run-result.js';

/** The meaning of each state of a node; follows the node's name. */
export const stateWords: Readonly<Record<NodeState, string>> = {
  untouched: 'was not touched',
  cordoned: 'is still cordoned by this run',
  undone: 'is as it was before',
  'install-unknown': 'was asked to upgrade, or may have been, and shows no sign of it',
  armed: 'has the new version installed, and boots it with its next reboot, whatever causes it',
  installing: 'was on its way to the new version when it was seen last',
  rebooting: 'was rebooting when it was seen last',
  replacing: 'was being replaced by Terraform when it was seen last',
  'not-joined': 'has a new machine, which has not joined the cluster',
  'on-target': 'runs the new version',
  'rolled-back': 'was rolled back, and runs the previous version',
  'back-on-old': 'runs the old version again',
  unreachable: 'does not answer',
  unknown: 'was under work when its workflow ended without a word; look at its marks',
};
