import { EventEmitter, once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { CancelledFailure } from '@temporalio/activity';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { inActivity, type Wait } from '../../src/activities/activity-context.js';
import type { Reason } from '../../src/planning/reasons/reason.js';
import { Refusal } from '../../src/tools/refusal.js';
import { freeTime, passTime, stopTime } from '../mock-time.js';
import { runAttempt, type RunningAttempt } from './an-activity.js';

const verdict: Reason = { kind: 'install-failed', node: 'work-1', why: 'exit code 1' };
const passing: Reason = { kind: 'kubernetes-unreachable', endpoints: [], why: 'refused' };

/** An activity that fails in this way after its worker was stopped. */
async function fails(
  how: 'sends' | 'looks',
  error: Error,
  end: (attempt: RunningAttempt<unknown>) => void,
): Promise<unknown> {
  const stopped = new EventEmitter();
  const fail = async (): Promise<never> => {
    await once(stopped, 'stopped');
    throw error;
  };
  const act = (wait: Wait): Promise<never> => (how === 'sends' ? wait.staysFor(fail) : fail());
  const attempt = runAttempt(() => inActivity('it works', act));
  const ended = attempt.ended.catch((failure: unknown) => failure);
  await setImmediate();
  end(attempt);
  stopped.emit('stopped');
  return ended;
}

describe('a worker that receives SIGTERM', () => {
  test('reports the verdict of the request it stayed for, unchanged', async () => {
    const failure = await fails('sends', new Refusal(verdict), ({ shutDown }) => shutDown());
    expect(failure).toMatchObject({ type: 'install-failed', nonRetryable: true, details: [verdict] });
  });

  test.each<[string, 'sends' | 'looks', Error]>([
    ['a request that failed for what may pass', 'sends', new Refusal(passing)],
    ['a request that failed without a verdict', 'sends', new Error('killed')],
    // Its child processes end with it: their errors are no verdict.
    ['what it was not to stay for', 'looks', new Refusal({ kind: 'snapshot-failed', why: 'SIGTERM' })],
  ])('gives back to be tried again: %s', async (_what, how, error) => {
    const failure = await fails(how, error, ({ shutDown }) => shutDown());
    expect(failure).toBeInstanceOf(CancelledFailure);
  });
});

test('a step that is cancelled ends as cancelled, whatever the result of its request', async () => {
  const failure = await fails('sends', new Refusal(verdict), ({ cancel }) => cancel());
  expect(failure).toBeInstanceOf(CancelledFailure);
});

describe('the pauses between observations', () => {
  beforeEach(() => {
    // A heartbeat needs the context in which its timer was set, which a fake timer loses.
    stopTime('setTimeout');
  });
  afterEach(freeTime);

  /** Milliseconds at which a wait observed, which never finds what it waits for. */
  async function looksOf(limit: number, look: number | undefined): Promise<readonly number[]> {
    const begun = Date.now();
    const looks: number[] = [];
    const act = async (wait: Wait): Promise<never> => {
      if (look !== undefined) wait.look = look;
      return wait.until<never>(
        limit,
        (last) => last,
        async () => {
          looks.push(Date.now() - begun);
          return { kind: 'waiting', reason: passing };
        },
      );
    };
    const attempt = runAttempt(() => inActivity('it waits', act));
    const ended = attempt.ended.catch((failure: unknown) => failure);
    await passTime(limit);
    expect(await ended).toMatchObject({ type: passing.kind });
    return looks;
  }

  test('are as long as slipway.yaml says, however long the limit is, and the last observation is at its end', async () => {
    expect(await looksOf(450, 100)).toEqual([0, 100, 200, 300, 400, 450]);
  });

  test('grow from one second to five where it says nothing', async () => {
    const looks = await looksOf(30_000, undefined);
    const pauses = looks.slice(1).map((at, index) => at - (looks[index] ?? 0));
    expect(pauses.map((pause) => Math.round(pause / 100) / 10).slice(0, -1)).toEqual([
      1, 1.3, 1.7, 2.2, 2.9, 3.7, 4.8, 5, 5,
    ]);
    expect(looks.at(-1)).toBe(30_000);
  });

  test('leave an observation for the end of a limit that is shorter than a pause', async () => {
    expect(await looksOf(60, 5_000)).toEqual([0, 60]);
  });
});
