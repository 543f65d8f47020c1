import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import { MergeDay, type MergeDayOptions } from '../../lab/merge-day.js';
import { lastLines, type LabProcess } from '../../lab/processes/lab-process.js';
import { startWorkerAlone } from '../../lab/worker-alone.js';
import { untilWorkerKnown } from '../../lab/until-worker-known.js';
import { waits } from '../../lab/waits.js';
import { temporalAddress } from '../../lab/world.js';
import { freezeCluster, unfreezeCluster } from '../../src/starter/freeze-cluster.js';
import type { DeliveryResult } from '../../src/workflows/deliver.js';
import { deliverType, deliveryWorkflowId } from '../../src/workflows/delivery-messages.js';
import { defaultTaskQueue, queueId, type QueueMemo } from '../../src/workflows/messages.js';
import { changedText } from '../inventory/an-inventory.js';

const options = { taskQueue: defaultTaskQueue, limitMs: waits.commandMs };

/** A slipway.yaml of a cluster that has no machines. @param notify its receivers. */
export function declared(cluster: string, talos = 'v1.12.1', notify: readonly object[] = []): string {
  return changedText((draft) => {
    draft.setIn(['cluster'], cluster);
    draft.setIn(['versions', 'talos'], talos);
    draft.setIn(['limits'], draft.createNode({ observe: '1s' }));
    if (notify.length > 0) draft.setIn(['notify'], draft.createNode(notify));
  });
}

/** Everything between a merge and a queue, and no machine: fake GitHub, starter, Temporal, a worker. */
export class MergeSite {
  worker: LabProcess | undefined;
  #workers = 0;

  private constructor(
    readonly folder: string,
    readonly temporal: Readonly<Record<string, string>>,
    private readonly connection: Connection,
    readonly client: Client,
  ) {}

  /** A namespace with a worker, on the Temporal of the test run, or another one. */
  static async start(name: string, address = temporalAddress()): Promise<MergeSite> {
    const folder = await mkdtemp(path.join(os.tmpdir(), `slipway-${name}-`));
    const namespace = path.basename(folder);
    const connection = await Connection.connect({ address });
    const client = new Client({ connection, namespace });
    const temporal = { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace };
    const site = new MergeSite(folder, temporal, connection, client);
    await site.startWorker();
    return site;
  }

  /** A fake GitHub with a repository of these files, and a starter beside it. */
  day(more: Pick<MergeDayOptions, 'files' | 'clusters' | 'trigger' | 'fakeServices'>): Promise<MergeDay> {
    return MergeDay.start({ folder: this.folder, temporal: this.temporal, ...more });
  }

  /** @param temporal another address of it than the usual one. */
  async startWorker(temporal: Readonly<Record<string, string>> = {}): Promise<void> {
    this.#workers += 1;
    const logFile = path.join(this.folder, `worker-${this.#workers}.log`);
    this.worker = await startWorkerAlone({
      name: `worker ${this.#workers}`,
      folder: this.folder,
      logFile,
      temporal: { ...this.temporal, ...temporal },
    });
    await untilWorkerKnown(this.client);
  }

  /** As a power cut would. */
  async killWorker(): Promise<void> {
    await this.worker?.kill();
    this.worker = undefined;
  }

  async freeze(cluster: string): Promise<void> {
    const answer = await freezeCluster(this.client, cluster, { by: 'ada', why: 'the fair' }, options);
    if ('pollers' in answer) throw new Error(`nobody froze ${cluster}: ${JSON.stringify(answer)}`);
  }

  async unfreeze(cluster: string): Promise<void> {
    await unfreezeCluster(this.client, cluster, { by: 'ada', why: 'it is over' }, options);
  }

  /** The state of a cluster's queue. */
  async queue(cluster: string): Promise<QueueMemo> {
    const { memo } = await this.client.workflow.getHandle(queueId(cluster)).describe();
    return memo?.['queue'] as QueueMemo;
  }

  /** The queue's state when it continued as new, before a worker took it. */
  async startedWith(cluster: string): Promise<QueueMemo> {
    const { events } = await this.client.workflow.getHandle(queueId(cluster)).fetchHistory();
    const payload = events?.[0]?.workflowExecutionStartedEventAttributes?.memo?.fields?.['queue'];
    if (!payload) throw new Error(`the queue of ${cluster} began without a memo`);
    return defaultPayloadConverter.fromPayload<QueueMemo>(payload);
  }

  /** The results of all accepted deliveries of the fake GitHub. Waits for their ends. */
  async delivered(day: MergeDay): Promise<readonly DeliveryResult[]> {
    await day.gitHost.settled();
    const taken = day.gitHost.deliveries().filter(({ answer }) => answer.includes('"accepted"'));
    const ids = [...new Set(taken.map(({ guid }) => guid))];
    return Promise.all(ids.map((id) => this.result(id)));
  }

  /** Waits until every delivery that Temporal has is done, and listed so. */
  async allDelivered(): Promise<void> {
    const query = `WorkflowType = '${deliverType}'`;
    await this.until('all deliveries are done', async () => {
      for await (const { status } of this.client.workflow.list({ query }))
        if (status.name !== 'COMPLETED') return false;
      return true;
    });
  }

  /** Whether Temporal has a delivery: read by id, since its lists lag behind. */
  async hasDelivery(id: string): Promise<boolean> {
    return this.client.workflow
      .getHandle(deliveryWorkflowId(id))
      .describe()
      .then(
        () => true,
        () => false,
      );
  }

  async result(delivery: string): Promise<DeliveryResult> {
    return (await this.client.workflow.getHandle(deliveryWorkflowId(delivery)).result()) as DeliveryResult;
  }

  async until(what: string, isSo: () => Promise<boolean>): Promise<void> {
    const end = Date.now() + waits.conditionMs;
    while (!(await isSo())) {
      if (Date.now() > end)
        throw new Error(
          `it is still not so: ${what}\n${lastLines(`${this.folder}/worker-${this.#workers}.log`)}`,
        );
      await sleep(100);
    }
  }

  async stop(): Promise<void> {
    await this.worker?.stop();
    await this.connection.close();
    await rm(this.folder, { recursive: true });
  }
}
