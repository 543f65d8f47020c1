import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { WorkflowNotFoundError } from '@temporalio/client';
import { stringify } from 'yaml';
import { idOfMove } from '../../src/starter/poll-record.js';
import { deliverType, deliveryWorkflowId, type DeliveryMemo } from '../../src/workflows/delivery-messages.js';
import { startWorkerlessTemporal, type WorkerlessTemporal } from '../cli/a-temporal.js';
import { startSlipway } from '../cli/run-slipway.js';
import { aPush, aRepository, signatureOf } from './a-starter.js';
import { wayToTemporal, type WayEnds } from './way-to-temporal.js';
import { until } from '../until.js';

/*
 * A starter is killed at each point of the way of a delivery: before Temporal has it, and when Temporal has it and the starter does not
 * know yet. Whatever is sent, or seen, again then becomes one delivery.
 */

const secret = 'a-secret-of-thirty-two-characters';
const folder = mkdtempSync(path.join(os.tmpdir(), 'slipway-test-killed-'));
let temporal: WorkerlessTemporal;
beforeAll(async () => {
  temporal = await startWorkerlessTemporal();
});
afterAll(async () => {
  await temporal.stop();
  rmSync(folder, { recursive: true });
});

/** Leftovers of a failed test. */
const toEnd: (() => void)[] = [];
afterEach(() => toEnd.splice(0).forEach((end) => end()));

/** Whether Temporal has a delivery: read by id, since its lists lag behind. */
async function has(id: string): Promise<boolean> {
  const found = temporal.client.workflow.getHandle(deliveryWorkflowId(id)).describe();
  return found.then(
    () => true,
    (error: unknown) => {
      if (error instanceof WorkflowNotFoundError) return false;
      throw error;
    },
  );
}

/** The deliveries of a repository, as they are listed. */
async function deliveries(repository: string): Promise<DeliveryMemo[]> {
  const found: DeliveryMemo[] = [];
  for await (const { memo } of temporal.client.workflow.list({ query: `WorkflowType = '${deliverType}'` })) {
    const one = memo?.['delivery'] as DeliveryMemo;
    if (one.repository === repository) found.push(one);
  }
  return found;
}

async function openWay(ends: WayEnds) {
  const opened = await wayToTemporal(temporal.address, ends);
  toEnd.push(() => opened.close());
  return opened;
}

interface Started {
  readonly port: number;
  readonly lines: string[];
  kill(): void;
  readonly ended: Promise<unknown>;
}

/** A starter of its own process, for one repository. */
async function startOne(repository: object, address: string): Promise<Started> {
  const file = path.join(folder, `${randomUUID()}.yaml`);
  const clusters = [{ file: 'slipway.yaml', folder: '/etc/slipway' }];
  writeFileSync(file, stringify({ listen: { port: 0 }, repositories: [{ ...repository, clusters }] }));
  const env = { ...temporal.env, TEMPORAL_ADDRESS: address, HOOK_SECRET: secret };
  const { child, ended } = startSlipway(['starter', '-f', file, '--json'], { env });
  toEnd.push(() => child.kill('SIGKILL'));
  const lines: string[] = [];
  child.stdout?.on('data', (data) => lines.push(...String(data).trim().split('\n')));
  await until('it says what it waits for', () => Promise.resolve(lines.length > 0));
  const { port = 0 } = JSON.parse(lines[0] ?? '') as { port?: number };
  return { port, lines, kill: () => child.kill('SIGKILL'), ended };
}

async function post(port: number, name: string, id: string): Promise<unknown> {
  const body = JSON.stringify(aPush({ repository: { full_name: name } }));
  const headers = {
    'content-type': 'application/json',
    'x-github-event': 'push',
    'x-github-delivery': id,
    'x-hub-signature-256': signatureOf(secret, body),
  };
  const answer = await fetch(`http://127.0.0.1:${port}/webhooks/github`, { method: 'POST', body, headers });
  return answer.json();
}

const heard = (name: string) => ({
  name,
  url: 'https://github.com/acme/x.git',
  secrets: [{ env: 'HOOK_SECRET' }],
  access: { token: { env: 'HOOK_SECRET' } },
});

describe('a starter that is killed', () => {
  test.each([
    ['before Temporal has a webhook', 'acme/before', 'accepted', 0],
    ['before it knows that Temporal has it', 'acme/after', 'duplicate', 1],
  ])('%s: what is sent again is one delivery', async (_, name, again, there) => {
    const id = randomUUID();
    const run: { first?: Started } = {};
    const way = await openWay(async (from, piece) => {
      const now =
        there === 0 ? from === 'starter' && piece.includes(name) : from === 'temporal' && (await has(id));
      if (now) run.first?.kill();
      return now;
    });
    const first = await startOne(heard(name), way.address);
    run.first = first;
    await expect(post(first.port, name, id)).rejects.toThrow('fetch failed');
    await first.ended;
    way.close();
    expect(await has(id)).toBe(there === 1);
    const second = await startOne(heard(name), temporal.address);
    expect(await post(second.port, name, id)).toMatchObject({ verdict: again });
    await until('Temporal lists them', async () => (await deliveries(name)).length === 1);
    second.kill();
    await second.ended;
  });

  test('before it knows that Temporal has its observation: the next poll continues from there', async () => {
    const name = 'home/killed';
    const git = (...args: string[]): string =>
      execFileSync('git', ['-c', 'user.name=ada', '-c', 'user.email=ada@example.com', ...args], {
        cwd: folder,
        encoding: 'utf8',
      }).trim();
    const commit = (): string => {
      git('-C', 'repository', 'commit', '-q', '--allow-empty', '-m', 'next');
      return git('-C', 'repository', 'rev-parse', 'HEAD');
    };
    git('init', '-q', '-b', 'main', 'repository');
    const heads = [commit()];
    const url = `file://${folder}/repository`;
    const polled = { name, gitHost: 'git', url, trigger: ['poll'] };
    const id = idOfMove(aRepository({ name, url }), undefined, heads[0] ?? '');
    const run: { first?: Started; killed?: boolean } = {};
    const way = await openWay(async (from) => {
      run.killed ||= from === 'temporal' && (await has(id));
      if (run.killed) run.first?.kill();
      return run.killed;
    });
    const first = await startOne(polled, way.address);
    run.first = first;
    await until('the process is killed', () => Promise.resolve(run.killed === true));
    first.kill();
    await first.ended;
    way.close();
    await until('Temporal lists them', async () => (await deliveries(name)).length === 1);
    for (const count of [2, 3]) {
      heads.push(commit());
      const next = await startOne(polled, temporal.address);
      await until('Temporal lists them', async () => (await deliveries(name)).length === count);
      next.kill();
      await next.ended;
    }
    const seen = (await deliveries(name)).map(({ seen: one }) => one);
    expect(seen).toHaveLength(3);
    for (const [index, head] of heads.entries())
      expect(seen).toContainEqual({ branch: 'main', head, count: index + 1 });
  });
});
