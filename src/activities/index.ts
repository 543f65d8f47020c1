import type { ActivitySettings } from './activity-context.js';
import { answerPlan } from './answer-plan.js';
import { awaitBoot } from './await-boot.js';
import { awaitEtcdMember, awaitEtcdStable } from './await-etcd.js';
import { awaitGates } from './await-gates.js';
import { awaitReady } from './await-ready.js';
import { configureMachine } from './configure-machine.js';
import { confirmNoChanges } from './confirm-no-changes.js';
import { continueMachine } from './continue-machine.js';
import { cordonNode } from './cordon-node.js';
import { drainNode } from './drain-node.js';
import { handOver } from './hand-over.js';
import { handOverLeadership } from './hand-over-leadership.js';
import { installTalos } from './install-talos.js';
import { lookAtWindow } from './look-at-window.js';
import { patchMachine } from './patch-machine.js';
import { planForPullRequest } from './plan-for-pull-request.js';
import { planOwnRollback } from './plan-own-rollback.js';
import { planReplacement } from './plan-replacement.js';
import { planRollback } from './plan-rollback.js';
import { planRetry } from './plan-retry.js';
import { planUpgrade } from './plan-upgrade.js';
import { prepareImage } from './prepare-image.js';
import { probeNode } from './probe-node.js';
import { readChanges } from './read-changes.js';
import { readComment } from './read-comment.js';
import { readPullRequest } from './read-pull-request.js';
import { rebootNode } from './reboot-node.js';
import { replaceTemplates } from './replace-templates.js';
import { recordFacts } from './record-facts.js';
import { removeMember } from './remove-member.js';
import { replaceMachine } from './replace-machine.js';
import { resolveOrder } from './resolve-order.js';
import { rollBackNode } from './roll-back-node.js';
import { soakNode } from './soak-node.js';
import { takeSnapshot } from './take-snapshot.js';
import { tellPlan } from './tell-plan.js';
import { tellPullRequest } from './tell-pull-request.js';
import { tellForge } from './tell-forge.js';
import { tellPeople } from './tell-people.js';
import { uncordonNode } from './uncordon-node.js';
import { verifyNode } from './verify-node.js';
import { warmFactory } from './warm-factory.js';
import { withdraw } from './withdraw.js';

/** Every activity by the name it has in history, bound to its worker's settings. */
export function createActivities(settings: ActivitySettings) {
  return {
    readChanges: bind(settings, readChanges),
    handOver: bind(settings, handOver),
    withdraw: bind(settings, withdraw),
    readComment: bind(settings, readComment),
    answerPlan: bind(settings, answerPlan),
    tellPullRequest: bind(settings, tellPullRequest),
    readPullRequest: bind(settings, readPullRequest),
    planForPullRequest: bind(settings, planForPullRequest),
    tellPlan: bind(settings, tellPlan),
    planUpgrade: bind(settings, planUpgrade),
    planRetry: bind(settings, planRetry),
    planRollback: bind(settings, planRollback),
    planOwnRollback: bind(settings, planOwnRollback),
    lookAtWindow,
    takeSnapshot: bind(settings, takeSnapshot),
    resolveOrder: bind(settings, resolveOrder),
    warmFactory: bind(settings, warmFactory),
    awaitEtcdStable: bind(settings, awaitEtcdStable),
    prepareImage: bind(settings, prepareImage),
    awaitGates: bind(settings, awaitGates),
    cordonNode: bind(settings, cordonNode),
    drainNode: bind(settings, drainNode),
    handOverLeadership: bind(settings, handOverLeadership),
    recordFacts: bind(settings, recordFacts),
    installTalos: bind(settings, installTalos),
    rebootNode: bind(settings, rebootNode),
    rollBackNode: bind(settings, rollBackNode),
    replaceTemplates: bind(settings, replaceTemplates),
    planReplacement: bind(settings, planReplacement),
    replaceMachine: bind(settings, replaceMachine),
    continueMachine: bind(settings, continueMachine),
    removeMember: bind(settings, removeMember),
    configureMachine: bind(settings, configureMachine),
    patchMachine: bind(settings, patchMachine),
    confirmNoChanges: bind(settings, confirmNoChanges),
    awaitBoot: bind(settings, awaitBoot),
    awaitReady: bind(settings, awaitReady),
    awaitEtcdMember: bind(settings, awaitEtcdMember),
    verifyNode: bind(settings, verifyNode),
    probeNode: bind(settings, probeNode),
    uncordonNode: bind(settings, uncordonNode),
    soakNode: bind(settings, soakNode),
    tellPeople: bind(settings, tellPeople),
    tellForge: bind(settings, tellForge),
  };
}

export type Activities = ReturnType<typeof createActivities>;

function bind<Input, Output>(
  settings: ActivitySettings,
  activity: (settings: ActivitySettings, input: Input) => Promise<Output>,
): (input: Input) => Promise<Output> {
  return (input) => activity(settings, input);
}
