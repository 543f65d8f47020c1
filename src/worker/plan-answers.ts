import type { Client } from '@temporalio/client';
import type { PlanAnswers } from '../activities/activity-context.js';
import type { RunOfPull } from '../planning/merge/comment-answers.js';
import { listQueues, readQueue } from '../runs/temporal/cluster-queue.js';
import { readRun } from '../runs/temporal/read-run.js';
import type { Temporal } from '../runs/temporal/temporal.js';
import { unansweredOf } from '../runs/view/approval-text.js';
import { answerPlan } from '../starter/answer-plan.js';
import type { RunInput } from '../workflows/messages.js';

/** This worker polls the queue it asks, so an answer takes moments. */
const answerMs = 30_000;

/** Finds plans that wait, and answers them, from inside an activity. */
export function plansThrough(
  client: Client,
  taskQueue: string,
  inputOf: (cluster: string, run: number) => Promise<RunInput>,
): PlanAnswers {
  const temporal: Temporal = {
    client,
    address: '',
    namespace: client.options.namespace,
    within: (milliseconds, act) => client.withDeadline(Date.now() + milliseconds, act),
  };
  return {
    ofPull: async ({ repository, pullRequest }) => {
      const runs: RunOfPull[] = [];
      for (const { cluster } of await listQueues(temporal)) {
        // Visibility lags behind; the queue itself does not.
        const open = (await readQueue(temporal, cluster))?.memo.open;
        if (!open) continue;
        const { origin } = (await inputOf(cluster, open.run)).request;
        if (origin?.pullRequest !== pullRequest || !sameRepository(origin.repository, repository)) continue;
        runs.push(await standing(temporal, taskQueue, { cluster, run: open.run }));
      }
      return runs;
    },
    answer: (request) => answerPlan(client, request, { taskQueue, limitMs: answerMs }),
  };
}

async function standing(
  temporal: Temporal,
  taskQueue: string,
  { cluster, run }: { readonly cluster: string; readonly run: number },
): Promise<RunOfPull> {
  const view = await readRun(temporal, taskQueue, cluster, run);
  const waits = view && unansweredOf(view);
  if (!waits) return { cluster, run };
  const { plan, needs, approvers, yes } = waits;
  const people = approvers === undefined ? {} : { approvers, ...(yes ? { yes } : {}) };
  return { cluster, run, waits: { plan, needs, ...people } };
}

/** GitHub's names are case-insensitive. */
function sameRepository(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
