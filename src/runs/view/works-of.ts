import { workOfActivity } from './activity-names.js';
import type { HistoryFacts } from './history-facts.js';
import type { PendingWork } from './pending-work.js';
import type { Work } from './run-view.js';
import { sendsNotifications } from './view-of-notifications.js';

/** The past and current activities of an execution, in order. */
export function worksOf(facts: HistoryFacts, pending: PendingWork | undefined): Work[] {
  return facts.activities
    .filter(({ name }) => name !== sendsNotifications)
    .map((one) => ({
      ...workOfActivity(one.name),
      since: one.scheduledAt,
      // An activity that was under way at the end of the run ended with it.
      endedAt: one.endedAt ?? facts.close?.at,
      pending:
        one.endedAt === undefined
          ? pending?.activities.find((candidate) => candidate.id === one.id)
          : undefined,
    }));
}
