import { holdSentence } from '../../planning/reasons/describe.js';
import { count } from '../../planning/text/phrases.js';
import { searchAttributes } from '../../workflows/messages.js';
import { sentence } from '../../planning/text/sentence.js';
import { readQueue } from '../../runs/temporal/cluster-queue.js';
import { temporalTrouble, type Temporal } from '../temporal/connect-temporal.js';
import { isNotFound } from '../../runs/temporal/grpc-failure.js';
import { noWorker, seeWorkers } from '../../runs/temporal/workers.js';
import { NotAsked, needed, type Answer, type Check } from './check.js';
import type { Looks } from './looks.js';
import { once } from './once.js';

const limitMs = 25_000;
const askMs = 5_000;
/** The retention of history, tool output and audit. */
const retentionDays = 90;
const daySeconds = 86_400;

/** Whether Temporal responds, has what Slipway needs, and has a worker that polls. */
export function temporalChecks(observed: Looks): Check[] {
  const { inventory, taskQueue } = observed;
  const server = once(async () => {
    const temporal = await observed.temporal();
    const { address, namespace } = temporal;
    const began = performance.now();
    try {
      const info = await temporal.within(askMs, () => temporal.client.workflowService.getSystemInfo({}));
      return { temporal, version: info.serverVersion ?? '', tookMs: performance.now() - began };
    } catch (error) {
      throw temporalTrouble(error, address, namespace);
    }
  });
  const answering = async (): Promise<Temporal> =>
    (await needed(server(), 'Temporal does not answer')).temporal;
  const namespace = once(async () => {
    const temporal = await answering();
    return temporal.within(askMs, () =>
      temporal.client.workflowService.describeNamespace({ namespace: temporal.namespace }),
    );
  });
  const row = (what: string, ask: () => Promise<Answer>): Check => ({
    group: 'temporal',
    what,
    limitMs,
    ask,
  });
  return [
    row('server', async () => {
      const { temporal, version, tookMs } = await server();
      return { verdict: 'ok', says: `${temporal.address} answers: Temporal ${version}.`, tookMs };
    }),
    row('namespace', async () => {
      const temporal = await answering();
      try {
        await namespace();
        return { verdict: 'ok', says: `${temporal.namespace} is there.` };
      } catch (error) {
        throw temporalTrouble(error, temporal.address, temporal.namespace);
      }
    }),
    row('retention', async () => {
      const { config } = await needed(namespace(), 'the namespace is not there');
      const seconds = Number(config?.workflowExecutionRetentionTtl?.seconds ?? 0);
      return retentionAnswer(seconds / daySeconds, (await answering()).namespace);
    }),
    row('search attributes', async () => {
      await needed(namespace(), 'the namespace is not there');
      return searchAttributesAnswer(await answering());
    }),
    row('worker', async () => {
      await needed(namespace(), 'the namespace is not there');
      return workerAnswer(await answering(), taskQueue);
    }),
    row('hold', async () => {
      await needed(namespace(), 'the namespace is not there');
      return holdAnswer(await answering(), inventory.cluster);
    }),
  ];
}

async function workerAnswer(temporal: Temporal, taskQueue: string): Promise<Answer> {
  const workers = await seeWorkers(temporal, taskQueue);
  if (workers.answering) return { verdict: 'ok', says: `One polls task queue ${taskQueue}.` };
  const { what, hint } = noWorker(workers);
  return { verdict: 'fail', says: what, type: [hint.replace(/^Start one: /, '')] };
}

async function holdAnswer(temporal: Temporal, cluster: string): Promise<Answer> {
  const hold = (await readQueue(temporal, cluster))?.memo.hold;
  if (!hold) return { verdict: 'ok', says: `${cluster} is not held.` };
  return {
    verdict: 'warn',
    says: sentence(holdSentence(hold, cluster)),
    type: [`slipway status ${cluster}`],
  };
}

export function retentionAnswer(days: number, namespace: string): Answer {
  const kept = `Closed runs are kept ${count(Math.round(days), 'day')}`;
  if (days >= retentionDays) return { verdict: 'ok', says: `${kept}.` };
  return {
    verdict: 'warn',
    says: `${kept}, and their record should be there for ${retentionDays}.`,
    type: [
      `temporal operator namespace update -n ${namespace} --retention ${retentionDays}d`,
      `SLIPWAY_RETENTION_DAYS=${retentionDays}  # in the environment of the workers: each sets it as it starts`,
    ],
  };
}

async function searchAttributesAnswer(temporal: Temporal): Promise<Answer> {
  const { client, namespace } = temporal;
  const wanted = Object.values(searchAttributes);
  try {
    const { customAttributes } = await temporal.within(askMs, () =>
      client.connection.operatorService.listSearchAttributes({ namespace }),
    );
    const missing = wanted.filter((name) => !(name in customAttributes));
    if (missing.length === 0) return { verdict: 'ok', says: `All ${wanted.length} are there.` };
    return {
      verdict: 'fail',
      says: `${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing; a worker makes them as it starts.`,
      type: missing.map(
        (name) => `temporal operator search-attribute create -n ${namespace} --name ${name} --type Keyword`,
      ),
    };
  } catch (error) {
    if (isNotFound(error)) throw new NotAsked('this Temporal does not report them', { cause: error });
    throw error;
  }
}
