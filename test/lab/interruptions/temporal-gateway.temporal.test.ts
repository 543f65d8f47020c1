import { once } from 'node:events';
import {
  connect,
  createServer,
  type ClientHttp2Session,
  type Http2Server,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Connection } from '@temporalio/client';
import proto from '@temporalio/proto';
import { framed } from '../../../lab/interruptions/activity-messages.js';
import { TemporalGateway, type Passing } from '../../../lab/interruptions/temporal-gateway.js';
import { startWorkerlessTemporal, type WorkerlessTemporal } from '../../cli/a-temporal.js';
import { activityByHand, type ActivityByHand } from '../../worker/an-activity.js';
import { limits } from '../../limits.js';

let namespace = '';
/** PENDING_ACTIVITY_STATE_STARTED */
const started = 2;

/** Temporal itself on one side; on the other its own client, which plays the worker. */
describe('between a worker and its Temporal', () => {
  let temporal: WorkerlessTemporal;
  let gateway: TemporalGateway;
  let connection: Connection;
  let passed: Passing[];

  beforeAll(async () => {
    temporal = await startWorkerlessTemporal();
    namespace = temporal.namespace;
    gateway = await TemporalGateway.start(temporal.address);
    connection = await Connection.connect({ address: gateway.address });
  });

  afterAll(async () => {
    await connection?.close();
    await gateway?.stop();
    await temporal?.stop();
  });

  beforeEach(() => {
    passed = [];
    gateway.guard = (passing) => {
      passed.push(passing);
      return Promise.resolve('on');
    };
  });

  const byHand = (queue: string): ActivityByHand => activityByHand(connection, namespace, queue);
  const told = (workflowId: string, kind: Passing['kind']) => ({
    kind,
    workflowId,
    activity: 'byHand',
    attempt: 1,
  });

  it('forwards requests and answers, errors too', async () => {
    await expect(byHand('refused').pending('nobody/1')).rejects.toMatchObject({ code: 5 });
  });

  it('reports an activity before the worker has it', async () => {
    const queue = byHand('given');
    await queue.schedule('given/1', false);
    let pending: unknown;
    gateway.guard = async (passing) => {
      passed.push(passing);
      pending = await queue.pending('given/1');
      return 'on';
    };
    await queue.takeAs('somebody');
    expect(passed).toEqual([told('given/1', 'given')]);
    expect(pending).toMatchObject({ state: started, attempt: 1 });
  });

  it('reports one that came with the answer that scheduled it', async () => {
    expect(await byHand('eager').schedule('eager/1', true)).toBe(1);
    expect(passed).toEqual([told('eager/1', 'given')]);
  });

  it('drops a lost activity: it has started, and no worker has it', async () => {
    const queue = byHand('lost');
    await queue.schedule('lost/1', false);
    gateway.guard = () => Promise.resolve('lost');
    await expect(queue.takeAs('somebody')).rejects.toMatchObject({ code: 1 });
    expect(await queue.pending('lost/1')).toMatchObject({ state: started, attempt: 1 });
  });

  it('reports a heartbeat', async () => {
    const queue = byHand('beating');
    await queue.schedule('beating/1', false);
    const { beat } = await queue.takeToFinish('somebody');
    await beat();
    expect(passed).toContainEqual(told('beating/1', 'heartbeat'));
  });

  it('reports an answer before Temporal has it', async () => {
    const queue = byHand('answered');
    await queue.schedule('answered/1', false);
    const { finish } = await queue.takeToFinish('somebody');
    let pending: unknown;
    gateway.guard = async (passing) => {
      passed.push(passing);
      pending = await queue.pending('answered/1');
      return 'on';
    };
    await finish();
    expect(passed).toContainEqual(told('answered/1', 'answered'));
    expect(pending).toMatchObject({ state: started });
    expect(await queue.pending('answered/1')).toMatchObject({ attempt: Number.NaN });
  });

  it('drops a lost answer, and confirms it to the worker', async () => {
    const queue = byHand('unheard');
    await queue.schedule('unheard/1', false);
    const { finish } = await queue.takeToFinish('somebody');
    gateway.guard = () => Promise.resolve('lost');
    await expect(finish()).resolves.toBeUndefined();
    expect(await queue.pending('unheard/1')).toMatchObject({ state: started, attempt: 1 });
  });

  it('reports a failure to Temporal in place of an answer', async () => {
    const queue = byHand('failed');
    await queue.schedule('failed/1', false);
    const { finish } = await queue.takeToFinish('somebody');
    gateway.guard = () => Promise.resolve('failed');
    await expect(finish()).resolves.toBeUndefined();
    const { workflow } = temporal.client;
    const { events } = await workflow.getHandle('failed/1').fetchHistory();
    const failures = events?.flatMap(
      ({ activityTaskFailedEventAttributes: failed }) => failed?.failure ?? [],
    );
    expect(failures).toMatchObject([
      { message: 'the lab says that it failed', applicationFailureInfo: { nonRetryable: true } },
    ]);
  });

  it('cancels the waiting call of a dead worker at Temporal', async () => {
    const queue = byHand('gone');
    const dying = pollRaw(gateway.address, 'gone');
    await queue.polled();
    dying.destroy();
    await queue.schedule('gone/1', false);
    await queue.takeAs('the next one');
    expect(passed).toEqual([told('gone/1', 'given')]);
  });
});

/** As Temporal does every few minutes. */
describe('where Temporal closes a connection gracefully', () => {
  it('forwards later requests over a new one, and completes earlier requests', async () => {
    const [open, sessions]: [ServerHttp2Stream[], ServerHttp2Session[]] = [[], []];
    const temporal = createServer();
    temporal.on('session', (session) => sessions.push(session));
    temporal.on('stream', (stream) => open.push(stream));
    temporal.listen(0, '127.0.0.1');
    await once(temporal, 'listening');
    const gateway = await TemporalGateway.start(`127.0.0.1:${(temporal.address() as AddressInfo).port}`);
    const worker = connect(`http://${gateway.address}`);
    try {
      const first = answerOf(worker);
      await arrived(temporal, open, 1);
      sessions[0]?.goaway();
      await ponged(sessions[0]);
      const second = answerOf(worker);
      await arrived(temporal, open, 2);
      for (const stream of open) stream.respond({ ':status': 200 }, { endStream: true });
      expect(await Promise.all([first, second])).toEqual([200, 200]);
      expect(sessions).toHaveLength(2);
    } finally {
      worker.destroy();
      await gateway.stop();
      for (const session of sessions) session.destroy();
      temporal.close();
    }
  });
});

async function answerOf(worker: ClientHttp2Session): Promise<unknown> {
  const stream = worker.request({ ':method': 'POST', ':path': '/any' });
  stream.end();
  const [headers] = (await once(stream, 'response')) as [Record<string, unknown>];
  stream.resume();
  return headers[':status'];
}

/** Data sent before has been read then. */
async function ponged(session: ServerHttp2Session | undefined): Promise<void> {
  await new Promise<void>((resolve) => {
    session?.ping(() => resolve());
  });
}

async function arrived(
  temporal: Http2Server,
  streams: readonly ServerHttp2Stream[],
  count: number,
): Promise<void> {
  const signal = AbortSignal.timeout(limits.wait);
  // oxlint-disable-next-line no-await-in-loop -- repeated until they are there
  while (streams.length < count) await once(temporal, 'stream', { signal });
}

/** A worker that polls; destroyed, it is gone without a message. */
function pollRaw(address: string, taskQueue: string): ClientHttp2Session {
  const { PollActivityTaskQueueRequest } = proto.temporal.api.workflowservice.v1;
  const message = { namespace, taskQueue: { name: taskQueue }, identity: 'a worker that dies' };
  const body = PollActivityTaskQueueRequest.encode(message).finish();
  const session = connect(`http://${address}`);
  session.on('error', () => undefined);
  const stream = session.request({
    ':method': 'POST',
    ':path': '/temporal.api.workflowservice.v1.WorkflowService/PollActivityTaskQueue',
    'content-type': 'application/grpc',
    te: 'trailers',
    'grpc-timeout': '60S',
  });
  stream.on('error', () => undefined);
  stream.end(framed(body));
  return session;
}
