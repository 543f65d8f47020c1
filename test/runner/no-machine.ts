import child from 'node:child_process';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';
import { aroundTests, type Body } from './around-tests.js';

/**
 * Loaded before unit tests only. They start no process and open no socket, so they run in seconds on any machine. A
 * violation also fails the test that caught its error: code under test may turn the error into an answer.
 */
const violations: string[] = [];

function forbid(object: object, method: string, what: string): void {
  Object.defineProperty(object, method, {
    configurable: true,
    value: () => {
      const sentence = `A unit test must not ${what}. Rename the file to *.integration.test.ts.`;
      violations.push(sentence);
      throw new Error(sentence);
    },
  });
}

forbid(child.ChildProcess.prototype, 'spawn', 'start a process');
for (const method of ['spawnSync', 'execFileSync', 'execSync']) forbid(child, method, 'start a process');
forbid(net.Server.prototype, 'listen', 'open a server');
forbid(net.Socket.prototype, 'connect', 'connect to a server');
syncBuiltinESMExports();

aroundTests((body: Body) => async () => {
  const [settled] = await Promise.allSettled([body()]);
  // What follows from a violation says less than the violation itself.
  const [violation] = violations.splice(0);
  if (violation !== undefined) throw new Error(violation);
  return settled.status === 'rejected' ? Promise.reject(settled.reason) : settled.value;
});
