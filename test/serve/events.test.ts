import { expect, test } from '@jest/globals';
import { eventJson, eventText, type ServeEvent } from '../../src/serve/events.js';

const at = new Date('2030-01-02T03:04:05Z');
const time = at.toLocaleTimeString('sv-SE');

const cases: readonly [ServeEvent, readonly string[]][] = [
  [{ event: 'started', service: 'worker', pid: 7 }, ['worker    started (pid 7)']],
  [
    { event: 'ready', service: 'temporal', where: 'answers at 127.0.0.1:7233', afterMs: 940 },
    ['temporal  answers at 127.0.0.1:7233, after 0.9 s'],
  ],
  [
    { event: 'ended', service: 'temporal', how: 'SIGKILL', againInMs: 2_000 },
    ['temporal  ended (SIGKILL); started again in 2 s'],
  ],
  [
    {
      event: 'serving',
      address: '127.0.0.1:7333',
      namespace: 'slipway',
      taskQueue: 'slipway',
      webUi: 'http://127.0.0.1:8333/namespaces/slipway/workflows',
      settings: { TEMPORAL_ADDRESS: '127.0.0.1:7333' },
    },
    [
      'serve     everything runs. Web UI: http://127.0.0.1:8333/namespaces/slipway/workflows',
      'serve     to check: slipway doctor, slipway status. Ctrl-C or SIGTERM stops it in order.',
      'serve     where commands are typed: export TEMPORAL_ADDRESS=127.0.0.1:7333',
    ],
  ],
];

test.each(cases)('%j is printed for people, each line with its time', (event, lines) => {
  expect(eventText(event, at).split('\n')).toEqual(lines.map((line) => `${time}  ${line}`));
});

test.each(cases)('%j is printed for scripts in one line', (event) => {
  const line = eventJson(event, at);
  expect(line).not.toContain('\n');
  expect(JSON.parse(line)).toEqual({ time: at.toISOString(), ...event });
});
