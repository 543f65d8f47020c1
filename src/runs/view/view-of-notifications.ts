import type { NotificationSent } from '../../activities/send-notification.js';
import type {
  ReceiverNotified,
  Notifications,
  UndeliveredMessage,
} from '../../planning/report/run-report.js';
import type { Undelivered } from '../../planning/report/run-result.js';
import type { HistoryFacts } from './history-facts.js';

/** The activity type that sends notifications. It does not count as work of the run, because nothing waits for it. */
export const sendsNotifications = 'sendNotification';

/** Delivered and undelivered notifications; undefined: the run notifies nobody, or has not yet. */
export function notificationsOf(
  { activities }: HistoryFacts,
  undelivered: Undelivered | undefined,
): Notifications | undefined {
  const sent = activities.flatMap(({ name, result, endedAt = '', failure }) =>
    name === sendsNotifications && endedAt !== ''
      ? [{ at: endedAt, answer: result as NotificationSent | undefined, failure }]
      : [],
  );
  if (sent.length === 0 && !undelivered) return undefined;
  const receivers = new Map<string, { told: number; failed: number }>();
  const missed: UndeliveredMessage[] = [];
  for (const { at, answer, failure } of sent) {
    const kind = answer?.kind === undefined ? {} : { kind: answer.kind };
    const why = answer ? answer.nobody : (failure?.message ?? 'nobody knows why');
    if (why !== undefined) missed.push({ at, why });
    for (const outcome of [...(answer?.outcomes ?? []), ...(answer?.board ?? [])]) {
      const { receiver } = outcome;
      const counts = receivers.get(receiver) ?? { told: 0, failed: 0 };
      receivers.set(receiver, counts);
      if (outcome.outcome === 'failed') {
        counts.failed += 1;
        const { mayHaveArrived } = outcome;
        missed.push({ at, ...kind, receiver, why: outcome.why, mayHaveArrived });
      } else counts.told += 1;
    }
  }
  const state = sent.findLast(({ answer }) => answer)?.answer?.state.receivers ?? {};
  return {
    receivers: [...receivers].map(([receiver, counts]): ReceiverNotified => ({
      receiver,
      ...counts,
      ...failingOf(state[receiver]?.failing),
    })),
    missed,
    ...(undelivered ? { undelivered } : {}),
  };
}

function failingOf(
  failing: { readonly times: number; readonly since: string; readonly why: string } | undefined,
) {
  if (!failing) return {};
  const { times, since, why } = failing;
  return { failing: { times, since, why } };
}
