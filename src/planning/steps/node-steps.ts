import type { Limits } from '../../inventory/schema.js';
import { stepOrders, type StepsName } from './step-orders.js';

/**
 * The steps of one node, as data: the order, the limit, the undo, and what a cancel does at each. The workflow follows this table and
 * decides nothing.
 */
export type StepName =
  | 'snapshot'
  | 'templates'
  | 'plan-replacement'
  | 'prepare-image'
  | 'await-gates'
  | 'cordon'
  | 'drain'
  | 'transfer-leadership'
  | 'record-facts'
  | 'install'
  | 'reboot'
  | 'roll-back'
  | 'replace-machine'
  | 'continue-machine'
  | 'remove-member'
  | 'configure-machine'
  | 'await-boot'
  | 'await-ready'
  | 'await-etcd-member'
  | 'patch-machine'
  | 'verify-node'
  | 'probe-node'
  | 'uncordon'
  | 'soak';

/** What happens when a step runs again after its worker died. */
export type Repeat = 'safe' | 'observe-first' | 'once';

export interface Step {
  /** For people: what the step does, present tense. */
  readonly does: string;
  /** The limit of its wait: a key of the inventory's `limits`. `probes`: the sum of the limits of the node's smoke tests. */
  readonly limit: keyof Limits | 'soak' | 'probes';
  /** `once`: sent at most once per node without a person; every later attempt only observes. */
  readonly repeat: Repeat;
  /** The step that undoes it, or why there is none. */
  readonly undo: StepName | { readonly none: string };
  /**
   * What a cancel (abort) does while this step runs: `undo` it and all before it, or `finish` the node first. From the install on the node
   * is finished: half an upgrade is the one state nobody wants.
   */
  readonly onCancel: 'undo' | 'finish';
  /** Left out on nodes of the other role. */
  readonly only?: 'control-plane';
}

export { stepOrders, type StepsName };

/**
 * The order with a smoke test step, where some node of the order has smoke tests: no other pods may run on the node before they have
 * passed.
 */
export function withProbes(order: readonly StepName[]): readonly StepName[] {
  return order.flatMap((step): StepName[] => (step === 'uncordon' ? ['probe-node', step] : [step]));
}

/** The parts of a plan that determine its steps. */
interface StepsSource {
  readonly steps: Readonly<Partial<Record<StepsName, readonly StepName[]>>>;
}

/** The steps of one node of a plan, in order. */
export function stepsOf(
  plan: StepsSource,
  node: { readonly steps: StepsName; readonly probes?: readonly unknown[] },
): readonly StepName[] {
  // A retry or a rollback may need an order that no node of the plan follows.
  const order = plan.steps[node.steps] ?? stepOrders[node.steps];
  return node.probes ? order : order.filter((step) => step !== 'probe-node');
}

/** Every step that some node of a plan takes, in order. */
export function allSteps(plan: StepsSource): readonly StepName[] {
  const taken = new Set(Object.values(plan.steps).flat());
  return inOrder.filter((name) => taken.has(name));
}

/** All steps, in an order that agrees with every order of `stepOrders`. */
export const steps: Readonly<Record<StepName, Step>> = {
  snapshot: {
    does: 'takes an etcd snapshot, verifies it and stores it encrypted',
    limit: 'snapshot',
    repeat: 'safe',
    undo: { none: 'a snapshot changes nothing' },
    onCancel: 'undo',
    only: 'control-plane',
  },
  templates: {
    does: 'makes the templates that nodes are replaced of, where they differ',
    limit: 'templates',
    repeat: 'observe-first',
    undo: { none: 'the next run makes those of its own version' },
    onCancel: 'finish',
  },
  'plan-replacement': {
    does: 'lets Terraform plan the new machine, and refuses all that it would do beside',
    limit: 'terraformPlan',
    repeat: 'safe',
    undo: { none: 'a plan changes nothing' },
    onCancel: 'undo',
  },
  'prepare-image': {
    does: 'asks the factory for the installer image and lets the node pull it',
    limit: 'image',
    repeat: 'safe',
    undo: { none: 'an image that was pulled changes nothing; Talos deletes it after an hour' },
    onCancel: 'undo',
  },
  'await-gates': {
    does: 'waits until every gate of the cluster is open',
    limit: 'gates',
    repeat: 'safe',
    undo: { none: 'it only looks' },
    onCancel: 'undo',
  },
  cordon: {
    does: 'marks the node unschedulable, with the mark of this run',
    limit: 'check',
    repeat: 'safe',
    undo: 'uncordon',
    onCancel: 'undo',
  },
  drain: {
    does: 'evicts its pods, as their PodDisruptionBudgets allow',
    limit: 'drain',
    repeat: 'safe',
    undo: { none: 'pods may come back by themselves once the node is uncordoned' },
    onCancel: 'undo',
  },
  'transfer-leadership': {
    does: 'moves the etcd leadership to another member, where this node leads',
    limit: 'transferLeadership',
    repeat: 'observe-first',
    undo: { none: 'any healthy member may lead' },
    onCancel: 'undo',
    only: 'control-plane',
  },
  'record-facts': {
    does: 'records boot id, version, schematic and etcd member, as they are before the change',
    limit: 'check',
    repeat: 'safe',
    undo: { none: 'it only looks' },
    onCancel: 'undo',
  },
  install: {
    does: 'takes a preflight check, then sends the upgrade request, once',
    limit: 'install',
    repeat: 'once',
    undo: {
      none: 'the other boot slot keeps the old version; talosctl rollback, sent ONCE, boots it',
    },
    onCancel: 'finish',
  },
  reboot: {
    does: 'takes another preflight check, then reboots the node, once',
    limit: 'reboot',
    repeat: 'once',
    undo: { none: 'a reboot cannot be undone; the other boot slot keeps the old version' },
    onCancel: 'finish',
  },
  'roll-back': {
    does: 'takes a preflight check, then boots the previous version, once',
    limit: 'reboot',
    repeat: 'once',
    undo: { none: 'a second rollback would boot the version that did not get well' },
    onCancel: 'finish',
  },
  'replace-machine': {
    does: 'plans and checks again, takes a preflight check, then lets Terraform destroy the machine and replace it, once',
    limit: 'replace',
    repeat: 'once',
    undo: {
      none: 'a machine that is gone does not come back; a rollback replaces it from its old template',
    },
    onCancel: 'finish',
  },
  'continue-machine': {
    does: 'looks at how far an earlier run came with the machine, and lets Terraform make what the state lacks, once',
    limit: 'replace',
    repeat: 'once',
    undo: { none: 'the old machine is gone already' },
    onCancel: 'finish',
  },
  'remove-member': {
    does: 'removes the etcd member of the machine that is gone, by its recorded id',
    limit: 'removeMember',
    repeat: 'observe-first',
    undo: { none: 'the data of that member went with its machine' },
    onCancel: 'finish',
    only: 'control-plane',
  },
  'configure-machine': {
    does: 'makes sure of the new machine, and gives it its configuration where Terraform does not',
    limit: 'configure',
    repeat: 'observe-first',
    undo: { none: 'a machine without a configuration is of no use to anybody' },
    onCancel: 'finish',
  },
  'await-boot': {
    does: 'waits until the node runs the version it was to boot: new boot id, version, schematic, extensions',
    limit: 'boot',
    repeat: 'safe',
    undo: { none: 'it only looks' },
    onCancel: 'finish',
  },
  'await-ready': {
    does: 'waits until its Node is Ready with that boot id',
    limit: 'ready',
    repeat: 'safe',
    undo: { none: 'it only looks' },
    onCancel: 'finish',
  },
  'await-etcd-member': {
    does: 'waits until its etcd member votes and has caught up',
    limit: 'etcdRejoin',
    repeat: 'safe',
    undo: { none: 'it only looks' },
    onCancel: 'finish',
    only: 'control-plane',
  },
  'patch-machine': {
    does: 'merges the patches that waited until it is Ready into its configuration; a reboot they need follows a preflight check, once',
    limit: 'boot',
    repeat: 'once',
    undo: { none: 'what a patch changed, another one changes back' },
    onCancel: 'finish',
  },
  'verify-node': {
    does: 'compares services, extensions, labels, taints and annotations with what was before',
    limit: 'nodeChecks',
    repeat: 'safe',
    undo: { none: 'it only looks' },
    onCancel: 'finish',
  },
  'probe-node': {
    does: 'tries the node with the probes of slipway.yaml, each a Pod of its own that is deleted at its end',
    limit: 'probes',
    repeat: 'observe-first',
    undo: { none: 'its Pods are deleted at their end, however it came' },
    onCancel: 'finish',
  },
  uncordon: {
    does: 'removes the cordon and the annotations of this run',
    limit: 'check',
    repeat: 'safe',
    undo: { none: 'it is itself the undo of the cordon' },
    onCancel: 'finish',
  },
  soak: {
    does: 'watches the workload gates for a while',
    limit: 'soak',
    repeat: 'safe',
    undo: { none: 'it only looks' },
    onCancel: 'undo',
  },
};

/** All orders together: an object keeps its keys in insertion order. */
const inOrder = Object.keys(steps) as readonly StepName[];

/** The limits that only a replacement uses: a plan without replacements does not depend on them. */
export const replacementLimits: readonly string[] = [
  'terraformPlan',
  'terraformLock',
  'templates',
  'replace',
  'removeMember',
  'configure',
] satisfies readonly (keyof Limits)[];
