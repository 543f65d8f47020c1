import type { Activities } from '../../activities/index.js';
import { steps, type StepName } from '../../planning/steps/node-steps.js';

/** A step of a node, or what the run itself does between nodes: a short name, and the sentence. */
type Named = StepName | { readonly name: string; readonly does: string };

/** By the names that activities have in history. */
const names: Readonly<Record<keyof Activities, Named>> = {
  // The run carries out these two, too, between nodes.
  takeSnapshot: 'snapshot',
  replaceTemplates: 'templates',
  planReplacement: 'plan-replacement',
  prepareImage: 'prepare-image',
  awaitGates: 'await-gates',
  cordonNode: 'cordon',
  drainNode: 'drain',
  handOverLeadership: 'hand-over-leadership',
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
  handOver: { name: 'hand-over', does: 'hands what was merged over to its queue' },
  withdraw: { name: 'withdraw', does: 'tells the queue that git was reverted' },
  readComment: { name: 'read', does: 'reads a comment at a pull request' },
  answerPlan: { name: 'answer', does: "hands somebody's answer to its run" },
  tellPullRequest: { name: 'tell', does: 'tells the pull request' },
  readPullRequest: { name: 'read', does: 'reads a pull request' },
  planForPullRequest: { name: 'plan', does: 'plans what a pull request proposes' },
  tellPlan: { name: 'tell', does: 'tells the pull request its plan' },
  lookAtWindow: { name: 'window', does: 'looks whether a maintenance window is open' },
  resolveOrder: { name: 'order', does: 'asks etcd who leads, and puts the nodes in order' },
  warmFactory: { name: 'images', does: 'has the factory build every image that is needed' },
  confirmNoChanges: { name: 'terraform', does: 'asks Terraform what it would still change' },
  awaitEtcdStable: { name: 'etcd', does: 'waits until etcd has been healthy without a break' },
  tellPeople: { name: 'tell', does: 'tells people' },
  tellForge: { name: 'tell', does: 'tells the forge' },
  planOwnRollback: { name: 'look', does: 'looks whether a node that halted can roll back automatically' },
};

function named(activity: string): Named | undefined {
  return Object.hasOwn(names, activity) ? names[activity as keyof Activities] : undefined;
}

/** The step an activity carries out; undefined for an activity that is none of a node's. */
export function stepOfActivity(activity: string): StepName | undefined {
  const known = named(activity);
  return typeof known === 'string' ? known : undefined;
}

/** Name and sentence of any activity. One that this version does not know is shown by its own name. */
export function workOfActivity(activity: string): { readonly name: string; readonly does: string } {
  const known = named(activity) ?? { name: activity, does: `runs ${activity}` };
  return typeof known === 'string' ? { name: known, does: steps[known].does } : known;
}
