import type { FaultName } from '../faults/catalogue.js';
import type { ChaosFlow } from './shapes.js';

/**
 * The machine that a fault is armed for. `node`: one of the run's nodes; `control-plane`: a control plane among them;
 * `other-control-plane`: an etcd peer of one of them; `none`: no machine in particular.
 */
export type FaultPlace = 'node' | 'control-plane' | 'other-control-plane' | 'none';

/** A fault that may be drawn. */
export interface ChaosFault {
  readonly name: FaultName;
  readonly at: FaultPlace;
  /** The fault sleeps until this point is passed: a standing fault would make the run refuse at once. */
  readonly after?: string;
}

const onTheNode = (...names: readonly FaultName[]): ChaosFault[] =>
  names.map((name) => ({ name, at: 'node' }));
const onAControlPlane = (...names: readonly FaultName[]): ChaosFault[] =>
  names.map((name) => ({ name, at: 'control-plane' }));
const nowhere = (...names: readonly FaultName[]): ChaosFault[] => names.map((name) => ({ name, at: 'none' }));

/** Of both in-place flows. */
const inPlace: readonly ChaosFault[] = [
  ...nowhere('etcd-snapshot-cut', 'factory-404', 'factory-429', 'factory-slow', 'vip-stays'),
  ...onTheNode(
    'image-missing',
    'image-pull-fails',
    'pulled-image-expires',
    'upgraded-by-hand',
    'upgrade-request-lost',
    'another-install-runs',
    'slow-install',
    'install-fails',
    'wrong-schematic',
    'extension-missing',
    'slow-reboot',
    'never-returns',
    'boots-old-slot',
    'never-ready',
    'clock-jumps',
  ),
  ...onAControlPlane('etcd-member-down', 'api-front-stays-cut', 'api-front-stays-open'),
  { name: 'kubelet-not-ready', at: 'node', after: 'reboot:power-gone' },
  { name: 'time-not-synced', at: 'node', after: 'reboot:power-gone' },
  { name: 'client-certificate-rejected', at: 'none', after: 'reboot:power-gone' },
  { name: 'etcd-alarm', at: 'other-control-plane', after: 'image:pulled' },
  { name: 'etcd-learner', at: 'other-control-plane', after: 'image:pulled' },
  { name: 'etcd-behind', at: 'other-control-plane', after: 'image:pulled' },
  { name: 'etcd-no-leader', at: 'other-control-plane', after: 'image:pulled' },
];

/** The faults of each flow. Left out: those that stand until somebody ends them and show nothing meanwhile (a clone that hangs). */
export const chaosFaults: Readonly<Record<ChaosFlow, readonly ChaosFault[]>> = {
  legacy: [...inPlace, ...onTheNode('upgrade-answer-lost')],
  lifecycle: [
    ...inPlace,
    ...onTheNode(
      'image-gone-at-install',
      'installed-by-hand',
      'install-stream-cut',
      'install-answer-lost',
      'rebooted-by-hand',
      'reboot-request-lost',
      'reboot-answer-lost',
    ),
    { name: 'time-not-synced', at: 'node', after: 'lifecycle:armed' },
  ],
  replace: [
    { name: 'kubelet-not-ready', at: 'node', after: 'boot:first' },
    ...nowhere('etcd-snapshot-cut', 'template-create-fails', 'template-keeps-old-image'),
    ...onTheNode(
      'host-unreachable',
      'vm-create-slow',
      'vm-create-fails',
      'vm-destroy-fails',
      'vm-never-boots',
      'vm-boots-old-image',
      'vm-other-uuid',
      'vm-wrong-mac',
      'vm-nic-missing',
      'vm-without-disk',
      'slow-first-boot',
      'never-leaves-maintenance',
    ),
    ...onAControlPlane('etcd-stays-learner'),
  ],
};

/** Faults of a node that runs the new version and does not become healthy. A replaced machine meets each of them in its rollback, too. */
export const sendsBack: Readonly<Record<ChaosFlow, readonly FaultName[]>> = {
  legacy: ['extension-missing', 'wrong-schematic', 'never-ready'],
  lifecycle: ['extension-missing', 'wrong-schematic', 'never-ready'],
  replace: [],
};
