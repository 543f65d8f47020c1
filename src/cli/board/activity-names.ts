import { steps, type StepName } from '../../planning/node-steps.js';

/** The steps of a node by the names their activities have in history. */
const stepNames: Readonly<Record<string, StepName>> = {
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
  uncordonNode: 'uncordon',
  soakNode: 'soak',
};

/** What the run itself does between nodes: a short name, and the sentence. */
const runWork: Readonly<Record<string, { readonly name: string; readonly does: string }>> = {
  planUpgrade: { name: 'plan', does: 'observes the cluster and makes the plan' },
  takeSnapshot: { name: 'snapshot', does: 'takes an etcd snapshot, verifies it and stores it encrypted' },
  resolveOrder: { name: 'order', does: 'asks etcd who leads, and puts the nodes in order' },
  warmFactory: { name: 'images', does: 'has the factory build every image that is needed' },
  rebuildTemplates: { name: 'templates', does: 'makes the templates of the hop anew, where they differ' },
  confirmNoChanges: { name: 'terraform', does: 'asks Terraform what it would still change' },
  awaitEtcdStable: { name: 'etcd', does: 'waits until etcd has been healthy without a break' },
  writeReport: { name: 'report', does: 'writes the report' },
};

/** The step an activity carries out; undefined for an activity that is none of a node's. */
export function stepOfActivity(activity: string): StepName | undefined {
  return stepNames[activity];
}

/** Name and sentence of any activity. One that this version does not know is shown by its own name. */
export function workOfActivity(activity: string): { readonly name: string; readonly does: string } {
  const step = stepOfActivity(activity);
  if (step) return { name: step, does: steps[step].does };
  return runWork[activity] ?? { name: activity, does: `runs ${activity}` };
}
