import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { sinkFaults } from '../../../lab/sinks/sink-faults.js';
import { startSinks } from '../../../lab/sinks/sinks.js';
import type { Service } from '../../../lab/sinks/sink.js';
import { FaultPlan } from '../../../lab/faults/fault-plan.js';
import { send, someSinks, type Answered, type TestSinks } from './some-sinks.js';

/** How a message is sent to each service, how many it has, and what it says to whoever it does not know. */
const services: Readonly<Record<Service, { refused: number; limited: object }>> = {
  discord: { refused: 404, limited: { status: 429, body: { retry_after: 1 } } },
  ntfy: { refused: 403, limited: { status: 429, body: { code: 42_901 } } },
  slack: { refused: 404, limited: { status: 429, text: 'rate_limited' } },
  'webhook-sink': { refused: 302, limited: { status: 429 } },
};

describe.each(Object.entries(services) as [Service, (typeof services)[Service]][])(
  'faults of %s',
  (service, said) => {
    let sinks: TestSinks;
    let tell: () => Promise<Answered>;
    beforeEach(async () => {
      sinks = await someSinks();
      const [discord, slack] = [sinks.discord.webhook().url, sinks.slack.webhook(sinks.slack.channel('x'))];
      const { hook, secret } = sinks.webhook;
      const signedHeaders = (): Record<string, string> => {
        const at = String(Math.floor(Date.now() / 1000));
        const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
        const signature = createHmac('sha256', key).update(`1.${at}.{}`).digest('base64');
        return { 'webhook-id': '1', 'webhook-timestamp': at, 'webhook-signature': `v1,${signature}` };
      };
      const ways: Readonly<Record<Service, () => Promise<Answered>>> = {
        discord: () => send(discord, { content: 'x' }),
        ntfy: () => send(`${sinks.ntfy.url}/x`, 'x'),
        slack: () => send(slack, { text: 'x' }),
        'webhook-sink': () => send(hook, {}, { headers: signedHeaders() }),
      };
      tell = () => {
        sinks.pass(1);
        return ways[service]();
      };
    });
    afterEach(() => sinks.stop());

    const taken = (): number =>
      ({
        discord: sinks.discord.messages().length,
        ntfy: sinks.ntfy.messages().length,
        slack: sinks.slack.messages().length,
        'webhook-sink': sinks.webhook.received().filter(({ status }) => status === 204).length,
      })[service];

    it('down: a page for people, while it stands', async () => {
      sinks.faults.arm({ name: `${service}-down` });
      expect(await tell()).toMatchObject({ status: 503, text: expect.stringContaining('<!DOCTYPE html>') });
      sinks.faults.disarm();
      expect((await tell()).status).toBeLessThan(300);
      expect(taken()).toBe(1);
    });

    it('hangs: no answer while it stands', async () => {
      sinks.faults.arm({ name: `${service}-hangs` });
      const told = tell();
      while (sinks.faults.fired().length === 0) await new Promise((resolve) => setImmediate(resolve));
      expect(taken()).toBe(0);
      sinks.faults.disarm();
      expect((await told).status).toBeLessThan(300);
    });

    it('limited: once', async () => {
      sinks.faults.arm({ name: `${service}-limited` });
      expect(await tell()).toMatchObject(said.limited);
      expect((await tell()).status).toBeLessThan(300);
      expect(taken()).toBe(1);
    });

    it('answer-lost: it is taken, and whoever sent it does not know', async () => {
      sinks.faults.arm({ name: `${service}-answer-lost` });
      await expect(tell()).rejects.toThrow('fetch failed');
      expect(taken()).toBe(1);
      expect((await tell()).status).toBeLessThan(300);
    });

    it('refused, while it stands', async () => {
      sinks.faults.arm({
        name: service === 'webhook-sink' ? 'webhook-sink-redirects' : `${service}-refuses`,
      });
      expect(await tell()).toMatchObject({ status: said.refused });
      expect(taken()).toBe(0);
      sinks.faults.disarm();
      expect((await tell()).status).toBeLessThan(300);
    });
  },
);

it('these are all the faults of the sinks', () => {
  const kinds = ['down', 'hangs', 'limited', 'answer-lost'];
  const names = Object.keys(services).flatMap((service) => [
    ...kinds.map((kind) => `${service}-${kind}`),
    service === 'webhook-sink' ? 'webhook-sink-redirects' : `${service}-refuses`,
  ]);
  expect(Object.keys(sinkFaults).toSorted()).toEqual(names.toSorted());
});

it('ends though somebody waits for an answer', async () => {
  const faults = new FaultPlan();
  const sinks = await startSinks({ faults });
  faults.arm({ name: 'ntfy-hangs' });
  const told = send(`${sinks.ntfy.url}/x`, 'x');
  while (faults.fired().length === 0) await new Promise((resolve) => setImmediate(resolve));
  await sinks.stop();
  await expect(told).rejects.toThrow('fetch failed');
});
