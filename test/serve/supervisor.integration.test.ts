import { afterEach, expect, test } from '@jest/globals';
import type { ServeEvent } from '../../src/serve/events.js';
import { ServiceProcess } from '../../src/serve/service-process.js';
import { Supervisor, type Service } from '../../src/serve/supervisor.js';

// Real processes, on a machine that may have much else to do.

/** Real processes that behave as Temporal and the worker never should. */
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
  const tell = (event: ServeEvent): void => {
    events.push(event);
    seen?.();
  };
  const onLine = (line: string): void => tell({ event: 'said', service: 'worker', line });
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
  const supervisor = new Supervisor(service, tell);
  supervisors.push(supervisor);
  const told = async (wanted: ServeEvent['event'], times = 1): Promise<ServeEvent[]> => {
    for (;;) {
      const found = events.filter(({ event }) => event === wanted);
      if (found.length >= times) return found;
      await new Promise<void>((resolve) => {
        seen = resolve;
      });
    }
  };
  return { supervisor, told, run: supervisor.run() };
}

test('what ends is started again, each time after a longer pause', async () => {
  const { supervisor, told, run } = supervise({ script: 'exit 75' });
  const ended = await told('ended', 2);
  expect(ended).toEqual([
    { event: 'ended', service: 'worker', how: 'another one is there', againInMs: 1_000 },
    { event: 'ended', service: 'worker', how: 'another one is there', againInMs: 2_000 },
  ]);
  await supervisor.stop();
  await run;
});

test('what does not become ready in its time is stopped and started again', async () => {
  const { supervisor, told, run } = supervise({ script: 'exec sleep 600', ready: false });
  expect(await told('stuck')).toMatchObject([
    { why: expect.stringMatching(/^it does nothing, \d+ s long$/) },
  ]);
  expect(await told('ended')).toMatchObject([{ how: 'SIGTERM', againInMs: 1_000 }]);
  await told('started', 2);
  await supervisor.stop();
  await run;
});

test('what does not end when asked to is killed', async () => {
  const script = 'trap "" TERM; echo deaf; while :; do sleep 1; done';
  const { supervisor, told, run } = supervise({ script, graceMs: 100 });
  await told('said');
  await supervisor.stop();
  expect(await told('stopped')).toMatchObject([{ how: 'SIGKILL' }]);
  await run;
});

test('what ended does not come back once it was told to stop', async () => {
  const { supervisor, told, run } = supervise({ script: 'exit 1' });
  await told('ended');
  await supervisor.stop();
  await run;
  expect(await told('started')).toHaveLength(1);
});
