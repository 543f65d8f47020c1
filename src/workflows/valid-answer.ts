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

/** Authenticated names begin so: nobody takes one by typing it. */
const checkedName = /^\s*(?:github|token):/i;

/**
 * Validates the input of an answer to a plan: any sender, any shape.
 *
 * @returns the answer, or why it is rejected: a sentence that repeats none of the input.
 */
export function validAnswer(given: unknown): ApprovalInput | string {
  return validTexts(given, wanted) as unknown as ApprovalInput | string;
}

/** Validates an answer by signal, which proves nothing about its sender. */
export function validSignal(given: unknown): ApprovalInput | string {
  const answer = validAnswer(given);
  if (typeof answer !== 'string' && checkedName.test(answer.by))
    return 'Names that begin with github: or token: are of people who were checked, and a signal checks nobody.';
  return answer;
}
