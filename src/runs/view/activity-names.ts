import type { Activities } from '../../activities/index.js';
import { steps, type StepName } from '../../planning/steps/node-steps.js';

/** A step of a node, or work of the run between nodes: a short name, and the sentence. */
type Named = StepName | { readonly name: string; readonly does: string };

/** Keyed by activity type in the history. */
const names: Readonly<Record<keyof Activities, Named>> = {
  // The run executes these two between nodes as well.
  takeSnapshot: 'snapshot',
  replaceTemplates: 'templates',
  planReplacement: 'plan-replacement',
  prepareImage: 'prepare-image',
  awaitGates: 'await-gates',
  cordonNode: 'cordon',
  drainNode: 'drain',
  transferLeadership: 'transfer-leadership',
  recordFacts: 'record-facts',
  installTalos: 'install',
  rebootNode: 'reboot',
  rollBackNode: 'roll-back',
  replaceMachine: 'replace-machine',
  continueMachine: 'continue-machine',
  removeMember: 'remove-member',
  configureMachine: 'configure-machine',
  awaitBoot: 'await-boot',
  awaitReady: 'await-ready',
  awaitEtcdMember: 'await-etcd-member',
  patchMachine: 'patch-machine',
  verifyNode: 'verify-node',
  probeNode: 'probe-node',
  uncordonNode: 'uncordon',
  soakNode: 'soak',
  planUpgrade: { name: 'plan', does: 'observes the cluster and makes the plan' },
  planRetry: { name: 'look', does: 'looks at the node, to retry it' },
  planRollback: {
    name: 'look',
    does: 'looks at the node, and where it was replaced at Terraform, to roll it back',
  },
  readChanges: { name: 'read', does: 'reads what a delivery changed' },
  submitMerge: { name: 'submit-merge', does: 'submits what was merged to its queue' },
  cancelPending: { name: 'cancel', does: 'cancels a pending merge that git has reverted' },
  readComment: { name: 'read', does: 'reads a comment at a pull request' },
  answerPlan: { name: 'answer', does: "hands somebody's answer to its run" },
  commentOnPullRequest: { name: 'comment', does: 'comments on the pull request' },
  readPullRequest: { name: 'read', does: 'reads a pull request' },
  planForPullRequest: { name: 'plan', does: 'plans what a pull request proposes' },
  publishPlan: { name: 'comment', does: 'writes the plan to the pull request' },
  lookAtWindow: { name: 'window', does: 'looks whether a maintenance window is open' },
  resolveOrder: { name: 'order', does: 'asks etcd who leads, and puts the nodes in order' },
  warmFactory: { name: 'images', does: 'has the factory build every image that is needed' },
  confirmNoChanges: { name: 'terraform', does: 'asks Terraform what it would still change' },
  awaitEtcdStable: { name: 'etcd', does: 'waits until etcd has been healthy without a break' },
  sendNotification: { name: 'notify', does: 'sends a notification' },
  reportRun: { name: 'report', does: 'reports the run to the git host' },
  planOwnRollback: { name: 'look', does: 'looks whether a node that halted can roll back automatically' },
};

function named(activity: string): Named | undefined {
  return Object.hasOwn(names, activity) ? names[activity as keyof Activities] : undefined;
}

/** The node step of an activity; undefined for an activity that is no step of a node. */
export function stepOfActivity(activity: string): StepName | undefined {
  const known = named(activity);
  return typeof known === 'string' ? known : undefined;
}

/** Name and sentence of any activity. An activity that this version does not know keeps its type as its name. */
export function workOfActivity(activity: string): { readonly name: string; readonly does: string } {
  const known = named(activity) ?? { name: activity, does: `runs ${activity}` };
  return typeof known === 'string' ? { name: known, does: steps[known].does } : known;
}
