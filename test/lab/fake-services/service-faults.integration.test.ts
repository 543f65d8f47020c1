import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { serviceFaults } from '../../../lab/fake-services/service-faults.js';
import { startFakeServices } from '../../../lab/fake-services/fake-services.js';
import type { Service } from '../../../lab/fake-services/fake-service.js';
import { FaultPlan } from '../../../lab/faults/fault-plan.js';
import { send, someServices, type Answered, type TestServices } from './some-services.js';

/** How to send a message to each service, its number of messages, and its answer to an unknown sender. */
const services: Readonly<Record<Service, { refused: number; limited: object }>> = {
  discord: { refused: 404, limited: { status: 429, body: { retry_after: 1 } } },
  ntfy: { refused: 403, limited: { status: 429, body: { code: 42_901 } } },
  slack: { refused: 404, limited: { status: 429, text: 'rate_limited' } },
  'webhook-receiver': { refused: 302, limited: { status: 429 } },
};

describe.each(Object.entries(services) as [Service, (typeof services)[Service]][])(
  'faults of %s',
  (service, said) => {
    let fakeServices: TestServices;
    let tell: () => Promise<Answered>;
    beforeEach(async () => {
      fakeServices = await someServices();
      const [discord, slack] = [
        fakeServices.discord.webhook().url,
        fakeServices.slack.webhook(fakeServices.slack.channel('x')),
      ];
      const { hook, secret } = fakeServices.webhook;
      const signedHeaders = (): Record<string, string> => {
        const at = String(Math.floor(Date.now() / 1000));
        const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
        const signature = createHmac('sha256', key).update(`1.${at}.{}`).digest('base64');
        return { 'webhook-id': '1', 'webhook-timestamp': at, 'webhook-signature': `v1,${signature}` };
      };
      const ways: Readonly<Record<Service, () => Promise<Answered>>> = {
        discord: () => send(discord, { content: 'x' }),
        ntfy: () => send(`${fakeServices.ntfy.url}/x`, 'x'),
        slack: () => send(slack, { text: 'x' }),
        'webhook-receiver': () => send(hook, {}, { headers: signedHeaders() }),
      };
      tell = () => {
        fakeServices.pass(1);
        return ways[service]();
      };
    });
    afterEach(() => fakeServices.stop());

    const taken = (): number =>
      ({
        discord: fakeServices.discord.messages().length,
        ntfy: fakeServices.ntfy.messages().length,
        slack: fakeServices.slack.messages().length,
        'webhook-receiver': fakeServices.webhook.received().filter(({ status }) => status === 204).length,
      })[service];

    it('down: a page for people, while it stands', async () => {
      fakeServices.faults.arm({ name: `${service}-down` });
      expect(await tell()).toMatchObject({ status: 503, text: expect.stringContaining('<!DOCTYPE html>') });
      fakeServices.faults.disarm();
      expect((await tell()).status).toBeLessThan(300);
      expect(taken()).toBe(1);
    });

    it('hangs: no answer while it stands', async () => {
      fakeServices.faults.arm({ name: `${service}-hangs` });
      const told = tell();
      while (fakeServices.faults.fired().length === 0) await new Promise((resolve) => setImmediate(resolve));
      expect(taken()).toBe(0);
      fakeServices.faults.disarm();
      expect((await told).status).toBeLessThan(300);
    });

    it('limited: once', async () => {
      fakeServices.faults.arm({ name: `${service}-limited` });
      expect(await tell()).toMatchObject(said.limited);
      expect((await tell()).status).toBeLessThan(300);
      expect(taken()).toBe(1);
    });

    it('answer-lost: it is accepted, and the sender gets no answer', async () => {
      fakeServices.faults.arm({ name: `${service}-answer-lost` });
      await expect(tell()).rejects.toThrow('fetch failed');
      expect(taken()).toBe(1);
      expect((await tell()).status).toBeLessThan(300);
    });

    it('refused, while it stands', async () => {
      fakeServices.faults.arm({
        name: service === 'webhook-receiver' ? 'webhook-receiver-redirects' : `${service}-refuses`,
      });
      expect(await tell()).toMatchObject({ status: said.refused });
      expect(taken()).toBe(0);
      fakeServices.faults.disarm();
      expect((await tell()).status).toBeLessThan(300);
    });
  },
);

it('these are all the faults of the services', () => {
  const kinds = ['down', 'hangs', 'limited', 'answer-lost'];
  const names = Object.keys(services).flatMap((service) => [
    ...kinds.map((kind) => `${service}-${kind}`),
    service === 'webhook-receiver' ? 'webhook-receiver-redirects' : `${service}-refuses`,
  ]);
  expect(Object.keys(serviceFaults).toSorted()).toEqual(names.toSorted());
});

it('stops although a client waits for an answer', async () => {
  const faults = new FaultPlan();
  const fakeServices = await startFakeServices({ faults });
  faults.arm({ name: 'ntfy-hangs' });
  const told = send(`${fakeServices.ntfy.url}/x`, 'x');
  while (faults.fired().length === 0) await new Promise((resolve) => setImmediate(resolve));
  await fakeServices.stop();
  await expect(told).rejects.toThrow('fetch failed');
});
