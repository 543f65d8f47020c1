import { randomUUID } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { createWebhookServer, type WebhookAnswer } from '../../src/starter/webhook-server.js';
import type { Started } from '../../src/starter/start-delivery.js';
import type { Delivery } from '../../src/workflows/delivery-messages.js';
import { goodSettings, signatureOf } from './a-starter.js';

/** The secrets of the repositories of starter.yaml. */
export const secrets = {
  homeOps: 'home-ops-secret-of-today',
  homeOpsOld: 'home-ops-secret-of-yesterday',
  lab: 'the-lab-has-its-own-secret',
} as const;

/** A webhook server under test, and its results. */
export interface TriedWebhookServer {
  readonly app: FastifyInstance;
  readonly started: Delivery[];
  readonly told: WebhookAnswer[];
  post(
    given: Posted,
  ): Promise<{ status: number; body: Record<string, unknown>; headers: Record<string, unknown> }>;
}

/** A request; what is left out is as GitHub sends it, signed with today's secret. */
export interface Posted {
  readonly payload: unknown;
  readonly event?: string;
  readonly id?: string;
  readonly secret?: string;
  readonly headers?: Readonly<Record<string, string | undefined>>;
}

/** A webhook server that keeps its deliveries in memory; a repeated id is a duplicate, as in Temporal. */
export function tryWebhookServer(start?: (delivery: Delivery) => Promise<Started>): TriedWebhookServer {
  const started: Delivery[] = [];
  const told: WebhookAnswer[] = [];
  const keep = (delivery: Delivery): Promise<Started> => {
    const known = started.some(({ id }) => id === delivery.id);
    if (!known) started.push(delivery);
    return Promise.resolve(known ? 'duplicate' : 'accepted');
  };
  const app = createWebhookServer({
    repositories: goodSettings().repositories.filter(({ trigger }) => trigger.includes('webhook')),
    signed: [
      { name: 'acme/home-ops', secrets: [secrets.homeOps, secrets.homeOpsOld] },
      { name: 'acme/lab', secrets: [secrets.lab] },
    ],
    start: start ?? keep,
    whyNotReady: () => Promise.resolve(undefined),
    tell: (answer) => told.push(answer),
    now: () => new Date('2026-11-23T12:00:00.000Z'),
  });
  const post = async ({ payload, event = 'push', id, secret = secrets.homeOps, headers = {} }: Posted) => {
    const body = Buffer.isBuffer(payload) ? payload : Buffer.from(JSON.stringify(payload));
    const all = {
      'content-type': 'application/json',
      'x-github-event': event,
      'x-github-delivery': id ?? randomUUID(),
      'x-hub-signature-256': signatureOf(secret, body),
      ...headers,
    };
    const sent = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
    const answer = await app.inject({
      method: 'POST',
      url: '/webhooks/github',
      headers: sent,
      payload: body,
    });
    return {
      status: answer.statusCode,
      body: answer.json<Record<string, unknown>>(),
      headers: answer.headers,
    };
  };
  return { app, started, told, post };
}
