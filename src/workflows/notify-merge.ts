import { proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/index.js';
import type { Changes, ClusterChange } from '../activities/read-changes.js';
import { describe } from '../planning/reasons/describe.js';
import { mergeText, overtakenText } from '../planning/merge/merge-outcome.js';
import { mergeMessages } from '../planning/messages/merges.js';
import { gitHostMs, notificationOptions } from './activity-options.js';
import type { DeliveredCluster } from './deliver.js';
import type { Delivery } from './delivery-messages.js';
import { activitiesFor } from './step-activities.js';

/** Notifies of a merge: at its pull requests, and the receivers of its cluster. A failed delivery stops nothing. */
export async function notifyMerge(
  delivery: Delivery,
  changes: Changes,
  cluster: ClusterChange,
  done: DeliveredCluster,
): Promise<void> {
  await Promise.all([
    commentOnPulls(delivery, changes, cluster, done),
    notifyReceivers(delivery, cluster, done),
  ]);
}

/** One message after the other, in the order of events. The activities' results record each delivery. */
async function notifyReceivers(
  { event, id, receivedAt, repository }: Delivery,
  { change, people }: ClusterChange,
  { answer, cancelled }: DeliveredCluster,
): Promise<void> {
  if (!people) return;
  const { notify, base, talos: target } = people;
  // What waited is known by the cluster's previous name.
  const cluster = change.kind === 'renamed' ? change.from : people.cluster;
  const merge = {
    by: event.by === '' ? repository.name : event.by,
    ...(change.kind === 'upgrade' ? { target } : {}),
    ...(answer ? { answer } : {}),
    // Of several deliveries of one commit only the first reports it.
    ...(cancelled && (cancelled.delivery ?? id) === id ? { cancelled: cancelled.target } : {}),
  };
  for (const message of mergeMessages(merge, { cluster, at: receivedAt })) {
    const { sendNotification } = proxyActivities<Activities>(notificationOptions(`people: ${message.kind}`));
    await sendNotification({ message, receivers: { notify, base } }).catch(() => undefined);
  }
}

async function commentOnPulls(
  { repository }: Delivery,
  changes: Changes,
  { file, change, overtaken, pullRequest = changes.pullRequest }: ClusterChange,
  { answer, cancelled }: DeliveredCluster,
): Promise<void> {
  // Characters that a comment's hidden marker may have.
  const marker = `merge/${file.replaceAll(/[^\w./]+/g, '-')}`.slice(0, 100);
  const comment = async (number: number | undefined, text: string, first?: true): Promise<void> => {
    if (number === undefined) return;
    const act = activitiesFor('look', gitHostMs, `comment on pull request ${number}`);
    await act
      .commentOnPullRequest({ repository, number, marker, text, ...(first ? { first } : {}) })
      .catch(() => 'not-written' as const);
  };
  // The pull request of the replaced merge, in this repository; those of other repositories get their own comment.
  const older = answer?.verdict === 'waits' ? answer.insteadOf : cancelled?.origin;
  const target = answer?.verdict === 'waits' ? answer.instead : cancelled?.target;
  if (older?.repository === repository.name && target !== undefined)
    await comment(older.pullRequest, overtakenText(target));
  if (overtaken?.kind === 'upgrade' && overtaken.talos)
    await comment(changes.pullRequest, overtakenText(overtaken.talos.to), true);
  // Nothing to report, or the first delivery reported it: webhooks and polls deliver the same merge.
  if (change.kind === 'nothing' || change.kind === 'absent' || answer?.verdict === 'known') return;
  if (changes.base === null) return;
  await comment(
    pullRequest,
    mergeText(
      change,
      { ...(answer ? { answer } : {}), ...(cancelled ? { cancelled: cancelled.target } : {}) },
      describe,
    ),
  );
}
