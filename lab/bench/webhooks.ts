import { createHmac, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { runId } from '../../src/workflows/messages.js';
import { MergeDay, webhookSecret } from '../merge-day.js';
import { startTemporalAlone, type TemporalAlone } from '../temporal-alone.js';
import { startWorkerAlone } from '../worker-alone.js';

/** The webhook measurements. Milliseconds, except the rates: deliveries per second. */
export interface MeasuredWebhooks {
  /** One delivery after the other: until each got its 202. */
  readonly acknowledged: readonly number[];
  /** From a merge's first webhook until its run existed. */
  readonly queued: readonly number[];
  /** The same until a worker had started that run's first step. */
  readonly begun: readonly number[];
  readonly perSecond: number;
  /** Without Temporal: each got 503, so that it is redelivered. */
  readonly perSecondWithoutTemporal: number;
}

const cluster = 'nowhere';
const schematic = 'ab'.repeat(32);
/** A cluster without machines. */
const inventory = `cluster: ${cluster}
versions: { talos: v1.12.1, kubernetes: v1.35.0 }
access:
  talos: { reader: { file: reader }, admin: { file: admin } }
  kubernetes: { file: kubeconfig }
image: { platform: nocloud }
roles: { control-plane: { schematic: ${schematic} } }
nodes: [{ name: a, role: control-plane, address: 10.0.0.1 }]
controlPlane: { outageAccepted: true }
snapshot: { directory: /srv/snapshots, recipient: ${'age1'.padEnd(62, 'q')} }
`;
/** Concurrent deliveries: GitHub sends many where many repositories are pushed to at once. */
const together = 20;

/** Sends webhooks to a starter, as the lab's fake GitHub and as many of them would; no cluster is upgraded. */
export async function measureWebhooks({ quick }: { readonly quick: boolean }): Promise<MeasuredWebhooks> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'slipway-bench-hooks-'));
  const temporal = await startTemporalAlone();
  try {
    return await measured(
      folder,
      temporal,
      quick ? { one: 20, merges: 2, many: 100 } : { one: 100, merges: 10, many: 1_000 },
    );
  } finally {
    await temporal.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

interface Times {
  /** Deliveries one after the other. */
  readonly one: number;
  readonly merges: number;
  /** Concurrent deliveries. */
  readonly many: number;
}

async function measured(folder: string, temporal: TemporalAlone, times: Times): Promise<MeasuredWebhooks> {
  const { address } = temporal.server.description;
  const env = { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: 'bench' };
  const worker = await startWorkerAlone({
    name: 'worker',
    folder,
    logFile: path.join(folder, 'worker.log'),
    temporal: env,
  });
  const clusters = [{ file: 'slipway.yaml', folder }];
  const day = await MergeDay.start({ folder, temporal: env, clusters, files: { 'slipway.yaml': inventory } });
  const connection = await Connection.connect({ address });
  try {
    const client = new Client({ connection, namespace: env.TEMPORAL_NAMESPACE });
    const merges = await inTurn(times.merges, (index) => merge(day, client, index + 1));
    const send = closedPull(day);
    const acknowledged = await inTurn(times.one, async () => {
      const began = performance.now();
      await send(202);
      return performance.now() - began;
    });
    const perSecond = await rate(times.many, () => send(202));
    await temporal.server.kill();
    // The first one shows that it cannot start a run.
    await sleep(2_000);
    const perSecondWithoutTemporal = await rate(times.many, () => send(503));
    return {
      acknowledged,
      queued: merges.map(({ queued }) => queued),
      begun: merges.map(({ begun }) => begun),
      perSecond,
      perSecondWithoutTemporal,
    };
  } finally {
    await connection.close();
    await day.stop();
    await worker.kill();
  }
}

/** Merges a bump, and reads from Temporal when its run existed and when its first step began. */
async function merge(day: MergeDay, client: Client, run: number): Promise<{ queued: number; begun: number }> {
  const number = await day.bump({ talos: `v1.12.${run + 1}` });
  await day.gitHost.settled();
  const before = day.gitHost.deliveries().length;
  await day.merge(number);
  const first = day.gitHost.deliveries()[before];
  if (!first) throw new Error('the fake GitHub sent no webhook of the merge');
  const sent = first.deliveredAt.getTime();
  const handle = client.workflow.getHandle(runId(cluster, run));
  const end = Date.now() + 60_000;
  // The run ends on its own: there is no such cluster.
  while (
    !(await handle.describe().then(
      ({ status }) => status.name !== 'RUNNING',
      () => false,
    ))
  ) {
    if (Date.now() > end) throw new Error(`run ${run} has not ended`);
    await sleep(50);
  }
  const { events = [] } = await handle.fetchHistory();
  const at = (named: (event: NonNullable<typeof events>[number]) => boolean): number => {
    const time = (events ?? []).find(named)?.eventTime;
    if (!time) throw new Error(`run ${run} has no such event`);
    return Number(time.seconds) * 1_000 + (time.nanos ?? 0) / 1e6;
  };
  return {
    queued: at((event) => Boolean(event.workflowExecutionStartedEventAttributes)) - sent,
    begun: at((event) => Boolean(event.activityTaskStartedEventAttributes)) - sent,
  };
}

/** Sends webhooks for a pull request that was closed without a merge; no two are identical. @throws Error for an unexpected answer. */
function closedPull(day: MergeDay): (status: number) => Promise<void> {
  const like = day.gitHost.deliveries().find(({ event }) => event === 'pull_request');
  if (!like) throw new Error('the fake GitHub has sent nothing of a pull request');
  const payload = JSON.parse(like.payload) as { pull_request: object };
  let number = 0;
  return async (status) => {
    number += 1;
    const body = JSON.stringify({
      ...payload,
      action: 'closed',
      pull_request: { ...payload.pull_request, state: 'closed', merged: false, title: `closed ${number}` },
    });
    const signature = createHmac('sha256', webhookSecret).update(body).digest('hex');
    const response = await fetch(day.door, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-github-event': 'pull_request',
        'x-github-delivery': randomUUID(),
        'x-hub-signature-256': `sha256=${signature}`,
      },
      body,
    });
    const answer = await response.text();
    if (response.status !== status) throw new Error(`the starter answered ${response.status}: ${answer}`);
  };
}

async function inTurn<T>(times: number, act: (index: number) => Promise<T>): Promise<T[]> {
  const done: T[] = [];
  for (let index = 0; index < times; index += 1)
    // oxlint-disable-next-line no-await-in-loop -- one after the other is what is measured
    done.push(await act(index));
  return done;
}

/** Per second, several at a time. */
async function rate(times: number, act: () => Promise<void>): Promise<number> {
  const began = performance.now();
  let left = times;
  const some = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      // oxlint-disable-next-line no-await-in-loop -- this number at a time
      await act();
    }
  };
  await Promise.all(Array.from({ length: together }, some));
  return (times * 1_000) / (performance.now() - began);
}
