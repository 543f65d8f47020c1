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
import { submitMerge } from './submit-merge.js';
import { transferLeadership } from './transfer-leadership.js';
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
import { publishPlan } from './publish-plan.js';
import { commentOnPullRequest } from './comment-on-pull-request.js';
import { reportRun } from './report-run.js';
import { sendNotification } from './send-notification.js';
import { uncordonNode } from './uncordon-node.js';
import { verifyNode } from './verify-node.js';
import { warmFactory } from './warm-factory.js';
import { cancelPending } from './cancel-pending.js';

/** Every activity by its name in history, bound to its worker's settings. */
export function createActivities(settings: ActivitySettings) {
  return {
    readChanges: bind(settings, readChanges),
    submitMerge: bind(settings, submitMerge),
    cancelPending: bind(settings, cancelPending),
    readComment: bind(settings, readComment),
    answerPlan: bind(settings, answerPlan),
    commentOnPullRequest: bind(settings, commentOnPullRequest),
    readPullRequest: bind(settings, readPullRequest),
    planForPullRequest: bind(settings, planForPullRequest),
    publishPlan: bind(settings, publishPlan),
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
    transferLeadership: bind(settings, transferLeadership),
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
    sendNotification: bind(settings, sendNotification),
    reportRun: bind(settings, reportRun),
  };
}

export type Activities = ReturnType<typeof createActivities>;

function bind<Input, Output>(
  settings: ActivitySettings,
  activity: (settings: ActivitySettings, input: Input) => Promise<Output>,
): (input: Input) => Promise<Output> {
  return (input) => activity(settings, input);
}
