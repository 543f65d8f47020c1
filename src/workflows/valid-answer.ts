import { validTexts, type WantedTexts } from './valid-texts.js';
import type { ApprovalInput } from './messages.js';

/** An answer to a plan, as JSON. */
export const answerShape = '{ "plan": HASH, "by": NAME, "why": REASON }';

const wanted: WantedTexts = {
  what: 'An answer to a plan',
  shape: answerShape,
  most: { plan: 128, by: 200, why: 2_000, from: 300 },
  optional: 'from',
};

/** Names that somebody checked begin so: nobody takes one by typing it. */
const checkedName = /^\s*(?:github|token):/i;

/**
 * What was sent as an answer to a plan, whoever sent it, in whatever shape.
 *
 * @returns the answer, or why it is none: a sentence that repeats nothing of it.
 */
export function validAnswer(given: unknown): ApprovalInput | string {
  return validTexts(given, wanted) as unknown as ApprovalInput | string;
}

/** The same of a signal, which proves nothing of who sent it. */
export function validSignal(given: unknown): ApprovalInput | string {
  const answer = validAnswer(given);
  if (typeof answer !== 'string' && checkedName.test(answer.by))
    return 'Names that begin with github: or token: are of people who were checked, and a signal checks nobody.';
  return answer;
}
