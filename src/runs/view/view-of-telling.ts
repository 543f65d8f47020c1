import type { PeopleTold } from '../../activities/tell-people.js';
import type { ReceiverTold, Telling, UntoldMessage } from '../../planning/report/run-report.js';
import type { Untold } from '../../planning/report/run-result.js';
import type { HistoryFacts } from './history-facts.js';

/** The activity that tells people, by its name in history. It is no work of the run: nothing waits for it. */
export const tellsPeople = 'tellPeople';

/** What people were told, and what did not get there; undefined: the run tells nobody, or has not yet. */
export function tellingOf({ activities }: HistoryFacts, untold: Untold | undefined): Telling | undefined {
  const told = activities.flatMap(({ name, result, endedAt = '', failure }) =>
    name === tellsPeople && endedAt !== ''
      ? [{ at: endedAt, answer: result as PeopleTold | undefined, failure }]
      : [],
  );
  if (told.length === 0 && !untold) return undefined;
  const receivers = new Map<string, { told: number; failed: number }>();
  const missed: UntoldMessage[] = [];
  for (const { at, answer, failure } of told) {
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
  const state = told.findLast(({ answer }) => answer)?.answer?.state.receivers ?? {};
  return {
    receivers: [...receivers].map(([receiver, counts]): ReceiverTold => ({
      receiver,
      ...counts,
      ...failingOf(state[receiver]?.failing),
    })),
    missed,
    ...(untold ? { untold } : {}),
  };
}

function failingOf(
  failing: { readonly times: number; readonly since: string; readonly why: string } | undefined,
) {
  if (!failing) return {};
  const { times, since, why } = failing;
  return { failing: { times, since, why } };
}
