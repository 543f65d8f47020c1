import { proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/index.js';
import type { Changes, ClusterChange } from '../activities/read-changes.js';
import { describe } from '../planning/reasons/describe.js';
import { mergeText, overtakenText } from '../planning/merge/merge-outcome.js';
import { mergeMessages } from '../planning/messages/merges.js';
import { forgeMs, tellingOptions } from './activity-options.js';
import type { DeliveredCluster } from './deliver.js';
import type { Delivery } from './delivery-messages.js';
import { activitiesFor } from './step-activities.js';

/** Tells of a merge, at the pull requests it is about and to the receivers of its cluster. That nobody could be told stops nothing. */
export async function tellMerge(
  delivery: Delivery,
  changes: Changes,
  cluster: ClusterChange,
  done: DeliveredCluster,
): Promise<void> {
  await Promise.all([tellPulls(delivery, changes, cluster, done), tellReceivers(delivery, cluster, done)]);
}

/** One message after the other, as they happened. What became of each stands in the answers of the activities. */
async function tellReceivers(
  { event, id, receivedAt, repository }: Delivery,
  { change, people }: ClusterChange,
  { answer, withdrawn }: DeliveredCluster,
): Promise<void> {
  if (!people) return;
  const { notify, base, talos: target } = people;
  // What waited did so under the name that it had.
  const cluster = change.kind === 'renamed' ? change.from : people.cluster;
  const merge = {
    by: event.by === '' ? repository.name : event.by,
    ...(change.kind === 'upgrade' ? { target } : {}),
    ...(answer ? { answer } : {}),
    // Of several deliveries of one commit the first tells it.
    ...(withdrawn && (withdrawn.delivery ?? id) === id ? { withdrawn: withdrawn.target } : {}),
  };
  for (const message of mergeMessages(merge, { cluster, at: receivedAt })) {
    const { tellPeople } = proxyActivities<Activities>(tellingOptions(`people: ${message.kind}`));
    await tellPeople({ message, receivers: { notify, base } }).catch(() => undefined);
  }
}

async function tellPulls(
  { repository }: Delivery,
  changes: Changes,
  { file, change, overtaken, pullRequest = changes.pullRequest }: ClusterChange,
  { answer, withdrawn }: DeliveredCluster,
): Promise<void> {
  // Letters that a hidden mark of a comment takes.
  const marker = `merge/${file.replaceAll(/[^\w./]+/g, '-')}`.slice(0, 100);
  const tell = async (number: number | undefined, text: string, first?: true): Promise<void> => {
    if (number === undefined) return;
    const act = activitiesFor('look', forgeMs, `tell pull request ${number}`);
    await act
      .tellPullRequest({ repository, number, marker, text, ...(first ? { first } : {}) })
      .catch(() => 'not-told' as const);
  };
  // The pull request of what waited, of this repository; others are told of by their own.
  const older = answer?.verdict === 'waits' ? answer.insteadOf : withdrawn?.origin;
  const target = answer?.verdict === 'waits' ? answer.instead : withdrawn?.target;
  if (older?.repository === repository.name && target !== undefined)
    await tell(older.pullRequest, overtakenText(target));
  if (overtaken?.kind === 'upgrade' && overtaken.talos)
    await tell(changes.pullRequest, overtakenText(overtaken.talos.to), true);
  // Nothing to say, or nothing that is known, or said by the delivery that came first: webhooks and polls tell of the same merge.
  if (change.kind === 'nothing' || change.kind === 'absent' || answer?.verdict === 'known') return;
  if (changes.base === null) return;
  await tell(
    pullRequest,
    mergeText(
      change,
      { ...(answer ? { answer } : {}), ...(withdrawn ? { withdrawn: withdrawn.target } : {}) },
      describe,
    ),
  );
}
