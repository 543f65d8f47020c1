import { describe } from '../planning/reasons/describe.js';
import { plain } from '../planning/text/markdown.js';
import type { CommentEvent, Delivery } from './delivery-messages.js';
import { reasonOf } from './failure-reason.js';
import { activitiesFor } from './step-activities.js';

/** How a comment was handled. */
export interface CommentResult {
  readonly outcome: 'ignored' | 'no-answer' | 'counted' | 'not-counted' | 'failed';
  /** Why it was ignored, or the reply. */
  readonly text: string;
}

/** The author waits for a reply now: if the git host or the run is away for longer, the reply says so. */
const hourMs = 3_600_000;

/** Handles a `/slipway …` comment at a pull request: asks the run it is about, and replies with the result. */
export async function answerComment(delivery: Delivery, event: CommentEvent): Promise<CommentResult> {
  const result = await resultOf(delivery, event).catch((error: unknown): CommentResult => {
    const why = plain(describe(reasonOf(error, 'GitHub, or the run', hourMs)));
    return { outcome: 'failed', text: `**It is not known whether this was counted.** ${why}.` };
  });
  if (result.outcome === 'ignored') return result;
  const { repository } = delivery;
  const { number, comment } = event;
  const act = activitiesFor('look', hourMs, `reply to comment ${comment}`);
  // What a run accepted counts even if no reply could be written: the run's record has it, too.
  await act
    .commentOnPullRequest({ repository, number, marker: `answer/${comment}`, text: result.text })
    .catch(() => 'not-written' as const);
  return result;
}

async function resultOf(delivery: Delivery, { number, comment }: CommentEvent): Promise<CommentResult> {
  const look = activitiesFor('look', hourMs, `read comment ${comment} at pull request ${number}`);
  const read = await look.readComment({ delivery });
  if (read.kind === 'ignored') return { outcome: 'ignored', text: read.why };
  if (read.kind === 'no-answer') return { outcome: 'no-answer', text: read.text };
  const { request } = read;
  const act = activitiesFor('mutate', hourMs, `${request.verb} run ${request.run} of ${request.cluster}`);
  return act.answerPlan(request);
}
