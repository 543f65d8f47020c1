import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { changedText } from '../inventory/an-inventory.js';
import { aService, type Answers, type Service } from '../tools/notify/a-service.js';
import { slipway, type Ended } from './run-slipway.js';

let folder: string;
let service: Service | undefined;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'slipway-notify-'));
});
afterEach(async () => {
  await service?.end();
  await rm(folder, { recursive: true });
});

async function notifyTest(notify: unknown[], answers: Answers, ...more: string[]): Promise<Ended> {
  service = await aService(answers);
  const file = path.join(folder, 'slipway.yaml');
  const dial = path.join(folder, 'dial.json');
  await writeFile(
    file,
    changedText((draft) => draft.setIn(['notify'], notify)),
  );
  await writeFile(dial, JSON.stringify({ 'discord.com': service.origin, 'ntfy.sh': service.origin }));
  const env = {
    SLIPWAY_DIAL: dial,
    HOOK: 'https://discord.com/api/webhooks/1/hunter2',
    TOPIC: 'hunter3',
    NO_COLOR: '1',
  };
  return slipway(['notify', 'test', '-f', file, ...more], { env });
}

const both = [
  { discord: { webhook: { env: 'HOOK' } }, tell: ['critical'] },
  { ntfy: { topic: { env: 'TOPIC' } } },
];

describe('slipway notify test', () => {
  test('reports the result for each receiver, and fails if one failed', async () => {
    const ended = await notifyTest(both, ({ path: asked }) =>
      asked === '/' ? { status: 403, body: { code: 40301 } } : { status: 200, body: { id: '1' } },
    );
    expect(ended.stdout).toContain('✓ discord: took the test message. It receives rollback-failed.');
    expect(ended.stdout).toContain('✗ ntfy: it answered 403');
    expect(ended.code).toBe(1);
    expect(ended.stdout + ended.stderr).not.toMatch(/hunter/);
    expect(service?.came[0]?.json['content']).toContain('a test from Slipway');
  });

  test('succeeds if all receivers accepted it, with JSON for scripts', async () => {
    const ended = await notifyTest(both.slice(0, 1), () => ({ status: 200, body: { id: '1' } }), '--json');
    expect(JSON.parse(ended.stdout)).toMatchObject({
      cluster: 'atlas',
      outcomes: [{ receiver: 'discord', outcome: 'delivered', kinds: ['rollback-failed'] }],
    });
    expect(ended.code).toBe(0);
  });

  test('says what to write if no receiver is configured', async () => {
    const ended = await notifyTest([], () => ({ status: 200 }));
    expect([ended.code, ended.stderr]).toEqual([2, expect.stringContaining('names nobody under notify')]);
  });
});
