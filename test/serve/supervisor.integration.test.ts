import { afterEach, expect, test } from '@jest/globals';
import type { ServeEvent } from '../../src/serve/events.js';
import { ServiceProcess } from '../../src/serve/service-process.js';
import { Supervisor, type Service } from '../../src/serve/supervisor.js';

// Real processes, on a machine that may be busy.

/** Real processes that misbehave as Temporal and the worker should not. */
const supervisors: Supervisor[] = [];
afterEach(() => {
  for (const each of supervisors.splice(0)) each.kill();
});

interface Odd {
  readonly script: string;
  readonly ready?: boolean;
  readonly graceMs?: number;
}

function supervise({ script, ready = true, graceMs = 10_000 }: Odd) {
  const events: ServeEvent[] = [];
  let seen: (() => void) | undefined;
  const report = (event: ServeEvent): void => {
    events.push(event);
    seen?.();
  };
  const onLine = (line: string): void => report({ event: 'said', service: 'worker', line });
  const service: Service = {
    name: 'worker',
    where: 'works',
    readyMs: 300,
    mayStart: () => Promise.resolve(),
    start: () =>
      ServiceProcess.start({
        command: '/bin/sh',
        args: ['-c', script],
        env: { PATH: process.env['PATH'] ?? '' },
        graceMs,
        meanings: { 75: 'another one is there' },
        onLine,
      }),
    whyNotReady: () => Promise.resolve(ready ? undefined : 'it does nothing'),
  };
  const supervisor = new Supervisor(service, report);
  supervisors.push(supervisor);
  const reported = async (wanted: ServeEvent['event'], times = 1): Promise<ServeEvent[]> => {
    for (;;) {
      const found = events.filter(({ event }) => event === wanted);
      if (found.length >= times) return found;
      await new Promise<void>((resolve) => {
        seen = resolve;
      });
    }
  };
  return { supervisor, reported, run: supervisor.run() };
}

test('a service that ends is restarted, each time after a longer pause', async () => {
  const { supervisor, reported, run } = supervise({ script: 'exit 75' });
  const ended = await reported('ended', 2);
  expect(ended).toEqual([
    { event: 'ended', service: 'worker', how: 'another one is there', againInMs: 1_000 },
    { event: 'ended', service: 'worker', how: 'another one is there', againInMs: 2_000 },
  ]);
  await supervisor.stop();
  await run;
});

test('a service that is not ready in time is stopped and restarted', async () => {
  const { supervisor, reported, run } = supervise({ script: 'exec sleep 600', ready: false });
  expect(await reported('stuck')).toMatchObject([
    { why: expect.stringMatching(/^it does nothing, \d+ s long$/) },
  ]);
  expect(await reported('ended')).toMatchObject([{ how: 'SIGTERM', againInMs: 1_000 }]);
  await reported('started', 2);
  await supervisor.stop();
  await run;
});

test('a service that ignores SIGTERM is killed', async () => {
  const script = 'trap "" TERM; echo deaf; while :; do sleep 1; done';
  const { supervisor, reported, run } = supervise({ script, graceMs: 100 });
  await reported('said');
  await supervisor.stop();
  expect(await reported('stopped')).toMatchObject([{ how: 'SIGKILL' }]);
  await run;
});

test('a stopped service is not restarted', async () => {
  const { supervisor, reported, run } = supervise({ script: 'exit 1' });
  await reported('ended');
  await supervisor.stop();
  await run;
  expect(await reported('started')).toHaveLength(1);
});
