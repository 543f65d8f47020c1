import { AsyncLocalStorage } from 'node:async_hooks';
import child from 'node:child_process';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';
import { expect } from '@jest/globals';
import { aroundTests, type Body } from './around-tests.js';

/**
 * Loaded before unit tests only. They start no process and open no socket, so they run in seconds on any machine. A
 * violation also fails the test that caught its error: code under test may turn the error into an answer.
 */
interface GuardedTest {
  readonly name: string;
  readonly violations: Error[];
  ended: boolean;
}

const guarded = new AsyncLocalStorage<GuardedTest>();
/** By what a test left running: it fails the next test that ends, and names the one that began it. */
const late: Error[] = [];

function forbid(object: object, method: string, what: string): void {
  Object.defineProperty(object, method, {
    configurable: true,
    value: () => {
      const test = guarded.getStore();
      const sentence = `A unit test must not ${what}. Rename the file to *.integration.test.ts.`;
      const error = new Error(
        test?.ended ? `${sentence} (Left running by the test "${test.name}".)` : sentence,
      );
      if (test?.ended) late.push(error);
      else test?.violations.push(error);
      throw error;
    },
  });
}

forbid(child.ChildProcess.prototype, 'spawn', 'start a process');
for (const method of ['spawnSync', 'execFileSync', 'execSync']) forbid(child, method, 'start a process');
forbid(net.Server.prototype, 'listen', 'open a server');
forbid(net.Socket.prototype, 'connect', 'connect to a server');
syncBuiltinESMExports();

aroundTests((body: Body) => async () => {
  const test: GuardedTest = { name: expect.getState().currentTestName ?? '', violations: [], ended: false };
  // What follows from a violation says less than the violation itself.
  const violated = (): Error | undefined => test.violations[0] ?? late.pop();
  let answer: unknown;
  try {
    answer = await guarded.run(test, body);
  } catch (error) {
    throw violated() ?? error;
  } finally {
    test.ended = true;
  }
  const violation = violated();
  if (violation) throw violation;
  return answer;
});
