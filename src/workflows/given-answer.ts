import type { ApprovalInput } from './messages.js';

/** Characters of each text, at most: what is kept of an answer stands in history, report and notifications. */
const most: Readonly<Record<keyof ApprovalInput, number>> = { plan: 128, by: 200, why: 2_000, from: 300 };

/** Names that somebody checked begin so: nobody takes one by typing it. */
const checkedName = /^\s*(?:github|token):/i;

/**
 * What was sent as an answer to a plan, whoever sent it, in whatever shape.
 *
 * @returns the answer, or why it is none: a sentence that repeats nothing of it.
 */
export function givenAnswer(given: unknown): ApprovalInput | string {
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    return `An answer to a plan is ${shape}, and this is none.`;
  const { plan, by, why, from } = given as Record<string, unknown>;
  const found = { plan, by, why, ...(from === undefined || from === null ? {} : { from }) };
  for (const [name, text] of Object.entries(found)) {
    if (typeof text !== 'string') return `An answer to a plan is ${shape}; "${name}" of this one is no text.`;
    const limit = most[name as keyof ApprovalInput];
    if (text.length > limit)
      return `"${name}" of this answer has ${text.length} characters, and ${limit} are the most.`;
  }
  return found as unknown as ApprovalInput;
}

/** The same of a signal, which proves nothing of who sent it. */
export function givenBySignal(given: unknown): ApprovalInput | string {
  const answer = givenAnswer(given);
  if (typeof answer !== 'string' && checkedName.test(answer.by))
    return 'Names that begin with github: or token: are of people who were checked, and a signal checks nobody.';
  return answer;
}

const shape = '{ "plan": HASH, "by": NAME, "why": REASON }';
