import { workOfActivity } from './activity-names.js';
import type { HistoryFacts } from './history-facts.js';
import type { PendingWork } from './pending-work.js';
import type { Work } from './run-view.js';
import { tellsPeople } from './view-of-telling.js';

/** What an execution did and does by its activities, in order. */
export function worksOf(facts: HistoryFacts, pending: PendingWork | undefined): Work[] {
  return facts.activities
    .filter(({ name }) => name !== tellsPeople)
    .map((one) => ({
      ...workOfActivity(one.name),
      since: one.scheduledAt,
      // What was under way when the run ended has ended with it.
      endedAt: one.endedAt ?? facts.close?.at,
      pending:
        one.endedAt === undefined
          ? pending?.activities.find((candidate) => candidate.id === one.id)
          : undefined,
    }));
}
