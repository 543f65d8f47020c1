import { EventEmitter, once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { CancelledFailure } from '@temporalio/activity';
import { describe, expect, test } from '@jest/globals';
import { inActivity, type Wait } from '../../src/activities/activity-context.js';
import type { Reason } from '../../src/planning/reason.js';
import { Refusal } from '../../src/tools/refusal.js';
import { runAttempt, type RunningAttempt } from './an-activity.js';

const verdict: Reason = { kind: 'install-failed', node: 'work-1', why: 'exit code 1' };
const passing: Reason = { kind: 'kubernetes-unreachable', endpoints: [], why: 'refused' };

/** An activity that fails so after it was told to end. */
async function fails(
  how: 'sends' | 'looks',
  error: Error,
  end: (attempt: RunningAttempt<unknown>) => void,
): Promise<unknown> {
  const told = new EventEmitter();
  const fail = async (): Promise<never> => {
    await once(told, 'told');
    throw error;
  };
  const act = (wait: Wait): Promise<never> => (how === 'sends' ? wait.staysFor(fail) : fail());
  const attempt = runAttempt(() => inActivity('it works', act));
  const ended = attempt.ended.catch((failure: unknown) => failure);
  await setImmediate();
  end(attempt);
  told.emit('told');
  return ended;
}

describe('a worker that is told to end', () => {
  test('hands in the verdict of the request it stayed for, as it is', async () => {
    const failure = await fails('sends', new Refusal(verdict), ({ shutDown }) => shutDown());
    expect(failure).toMatchObject({ type: 'install-failed', nonRetryable: true, details: [verdict] });
  });

  test.each<[string, 'sends' | 'looks', Error]>([
    ['a request that failed for what may pass', 'sends', new Refusal(passing)],
    ['a request that failed without a verdict', 'sends', new Error('killed')],
    // Its child processes end with it: what they say of that is no verdict.
    ['what it was not to stay for', 'looks', new Refusal({ kind: 'snapshot-failed', why: 'SIGTERM' })],
  ])('gives back to be tried again: %s', async (_what, how, error) => {
    const failure = await fails(how, error, ({ shutDown }) => shutDown());
    expect(failure).toBeInstanceOf(CancelledFailure);
  });
});

test('a step that is cancelled ends as cancelled, whatever came of its request', async () => {
  const failure = await fails('sends', new Refusal(verdict), ({ cancel }) => cancel());
  expect(failure).toBeInstanceOf(CancelledFailure);
});
