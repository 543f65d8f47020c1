import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Passing } from '../../../lab/interruptions/temporal-gateway.js';
import { TemporalGateway } from '../../../lab/interruptions/temporal-gateway.js';
import type { MergeDay } from '../../../lab/merge-day.js';
import { startTemporalAlone, type TemporalAlone } from '../../../lab/temporal-alone.js';
import { wayToTemporal, type WayEnds } from '../../starter/way-to-temporal.js';
import { declared, MergeSite } from '../merge-site.js';

const file = 'slipway.yaml';
/** Each merge declares the next version. */
let version = 1;
const next = (): string => `v1.12.${(version += 1)}`;

/** Only here: starter, worker and Temporal are killed between a merge and its queue. The cluster has no machines: its runs are refused. */
describe('a merge becomes one run', () => {
  let temporal: TemporalAlone;
  let site: MergeSite;
  let day: MergeDay;
  /** The starter that was killed in the middle. */
  let killed: Promise<void> | undefined;
  const kill = (): void => {
    killed ??= day.killStarter();
  };
  /** Leftovers of a failed test. */
  const toEnd: (() => unknown)[] = [];

  beforeAll(async () => {
    temporal = await startTemporalAlone();
    site = await MergeSite.start('merge-killed', temporal.server.description.address);
    day = await site.day({
      files: { [file]: declared('atlas') },
      clusters: [{ file, folder: '/etc/slipway/atlas' }],
    });
  });

  afterEach(async () => {
    for (const end of toEnd.splice(0)) await end();
  });

  afterAll(async () => {
    await day?.stop();
    await site?.stop();
    await temporal?.stop();
  });

  /** Runs there have been, once every delivery that Temporal has is done. */
  async function runs(): Promise<number> {
    await site.allDelivered();
    return (await site.queue('atlas').catch(() => undefined))?.lastRun ?? 0;
  }

  /** Deliveries that the fake GitHub could not send, or got no response for. */
  const redeliverFailed = async (): Promise<void> => {
    for (const { id, statusCode } of day.gitHost.deliveries())
      if (statusCode !== 202) day.gitHost.hooks.redeliver(id);
    await day.gitHost.settled();
  };

  /** Has the starter connect to Temporal through a proxy that can be cut. */
  async function throughWay(ends: WayEnds): Promise<void> {
    await day.killStarter();
    killed = undefined;
    const way = await wayToTemporal(temporal.server.description.address, ends);
    toEnd.push(() => way.close());
    await day.startStarter({ ...site.temporal, TEMPORAL_ADDRESS: way.address });
  }

  /** Merges a bump, lets `back` restore what was lost, and expects one more run, which the pull request names. */
  async function becomesOneRun(back: () => Promise<void>): Promise<void> {
    const before = await runs();
    const { number } = await day.bumpAndMerge({ talos: next() });
    await back();
    await site.until('there is a run', async () => (await runs()) > before);
    await redeliverFailed();
    expect(await runs()).toBe(before + 1);
    expect(day.comments(number)).toEqual([expect.stringContaining(`Run ${before + 1} of atlas has begun`)]);
  }

  async function startAfterKill(): Promise<void> {
    expect(killed).toBeDefined();
    await killed;
    await day.startStarter();
    await redeliverFailed();
  }

  it('though the starter is killed before Temporal has the delivery', async () => {
    await throughWay((from, piece) => {
      const now = from === 'starter' && piece.includes('acme/home-ops');
      if (now) kill();
      return now;
    });
    await becomesOneRun(async () => {
      await startAfterKill();
    });
  });

  it('though the starter is killed when Temporal has the delivery, and it does not know', async () => {
    let id: string | undefined;
    await throughWay(async (from, piece) => {
      id ??= /delivery\/([0-9a-f-]{36})/.exec(piece.toString('latin1'))?.[1];
      const now = from === 'temporal' && id !== undefined && (await site.hasDelivery(id));
      if (now) kill();
      return now;
    });
    await becomesOneRun(async () => {
      await startAfterKill();
    });
    expect((await day.told()).map(({ verdict }) => verdict)).toContain('duplicate');
  });

  it('though the starter is killed when it has answered, and no worker is up', async () => {
    await site.killWorker();
    await becomesOneRun(async () => {
      await day.killStarter();
      await site.startWorker();
    });
    await day.startStarter();
  });

  it.each<[string, Passing['kind']]>([
    ['before it has begun to submit it', 'given'],
    ['when the queue has it, and Temporal does not know', 'answered'],
  ])('though its worker is killed %s', async (_, kind) => {
    const gateway = await TemporalGateway.start(temporal.server.description.address);
    toEnd.push(() => gateway.stop());
    await site.killWorker();
    await site.startWorker({ TEMPORAL_ADDRESS: gateway.address });
    let dead: Promise<void> | undefined;
    gateway.guard = async (passing) => {
      if (dead || passing.activity !== 'submitMerge' || passing.kind !== kind) return dead ? 'lost' : 'on';
      dead = site.killWorker();
      await dead;
      return 'lost';
    };
    await becomesOneRun(async () => {
      await site.until('its worker was killed', async () => dead !== undefined);
      await dead;
      await site.startWorker();
    });
  });

  it('though Temporal was away when the fake GitHub delivered it', async () => {
    await temporal.server.kill();
    const number = await day.bump({ talos: next() });
    await day.merge(number);
    const sent = day.gitHost.deliveries().slice(-2);
    expect(sent.map(({ event, statusCode }) => [event, statusCode])).toEqual([
      ['pull_request', 503],
      ['push', 503],
    ]);
    await temporal.server.restart();
    const before = await runs();
    await redeliverFailed();
    await site.until('there is a run', async () => (await runs()) > before);
    await redeliverFailed();
    expect(await runs()).toBe(before + 1);
    expect(day.comments(number)).toHaveLength(1);
  });

  it('though Temporal was away, and nothing but the poll finds it again', async () => {
    const number = await day.bump({ talos: next() });
    await day.killStarter();
    await day.startStarter(site.temporal, ['webhook', 'poll']);
    await site.until('the poll has looked', async () =>
      (await day.told()).some(({ kind }) => kind === 'found'),
    );
    const before = await runs();
    await temporal.server.kill();
    await day.merge(number);
    await temporal.server.restart();
    await site.until('there is a run', async () => (await runs()) > before);
    await redeliverFailed();
    expect(await runs()).toBe(before + 1);
    expect(day.comments(number)).toHaveLength(1);
  });
});
