import { notTaken, taken } from '../planning/merge/comment-answers.js';
import type { PlanAnswerRequest } from '../starter/answer-plan.js';
import { inActivity, type ActivitySettings } from './activity-context.js';

/** The result of an answer that somebody gave in a comment. */
export interface PlanAnswerTold {
  readonly outcome: 'counted' | 'not-counted';
  /** The reply: Markdown. */
  readonly text: string;
}

/** Passes somebody's answer to the run it is about. Safe to repeat: a run counts one answer once, known by its id. */
export async function answerPlan(
  { plans }: ActivitySettings,
  request: PlanAnswerRequest,
): Promise<PlanAnswerTold> {
  const { cluster, run } = request;
  return inActivity(`hands an answer to run ${run} of ${cluster}`, async () => {
    const answered = await plans.answer(request);
    if (answered.kind === 'unanswered') throw new Error(`run ${run} of ${cluster} did not answer`);
    if (answered.kind === 'refused') return { outcome: 'not-counted', text: notTaken(answered.why) };
    if (answered.kind !== 'answered') {
      const why = `run ${run} of ${cluster} has ended: nothing waits for an answer any more`;
      return { outcome: 'not-counted', text: notTaken(why) };
    }
    const { answer } = answered;
    const said = 'approval' in answer ? answer.approval : answer.rejection;
    return { outcome: 'counted', text: taken(request, answer.verdict, said) };
  });
}
