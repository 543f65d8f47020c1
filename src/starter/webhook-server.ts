import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Delivery } from '../workflows/delivery-messages.js';
import { AboutRepository } from './event-shapes.js';
import { readEvent } from './read-event.js';
import type { RepositorySettings } from './settings.js';
import { Replays } from './replays.js';
import { isSignature, signedBy, type SignedRepository } from './signatures.js';
import type { Started } from './start-delivery.js';

/** GitHub sends 25 MB at most; the events that are read here have a few hundred kilobytes. */
export const bodyMax = 5 * 1024 * 1024;

/** A slower sender is no git host. Milliseconds for a whole request. */
const requestMs = 20_000;

export interface WebhookServerParts {
  readonly repositories: readonly RepositorySettings[];
  /** Their secrets, resolved from their references. */
  readonly signed: readonly SignedRepository[];
  /** Starts a delivery in Temporal. Rejects: it could not, and it is unknown whether the delivery arrived. */
  readonly start: (delivery: Delivery) => Promise<Started>;
  /** Whether Temporal responds: undefined when it does, else why not. */
  readonly whyNotReady: () => Promise<string | undefined>;
  readonly tell: (answer: WebhookAnswer) => void;
  readonly now: () => Date;
}

/** The response to a request, as operators read it. */
export interface WebhookAnswer {
  readonly status: number;
  readonly verdict: 'accepted' | 'duplicate' | 'ignored' | 'refused' | 'unavailable';
  readonly why?: string;
  /** The sender's address: before verification nothing else is known. */
  readonly from: string;
  readonly delivery?: string;
  readonly event?: string;
  readonly repository?: string;
  /** Of the API: the token's name. */
  readonly by?: string;
  readonly path?: string;
}

type Answer = Omit<WebhookAnswer, 'from'>;

/** The git host's own id: a UUID. Ids of our own never look like one, so that no sender takes them first. */
const deliveryId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const eventName = /^[a-z_]{1,64}$/;

const Ping = z.object({ zen: z.string() });

/**
 * The webhook server: verifies the raw bytes before it parses them, and responds as soon as Temporal has the delivery. It knows no
 * cluster, and starts nothing but deliveries. Other routes are registered on the app that it returns.
 */
export function createWebhookServer(parts: WebhookServerParts): FastifyInstance {
  const app = Fastify({
    bodyLimit: bodyMax,
    requestTimeout: requestMs,
    // Slipway itself logs one line for each request.
    logger: false,
  });
  app.get('/healthz', async () => ({ verdict: 'healthy' }));
  app.get('/readyz', async (_request, reply) => {
    const why = await parts.whyNotReady();
    return why === undefined ? { verdict: 'ready' } : reply.code(503).send({ verdict: 'unavailable', why });
  });
  const nothing = { verdict: 'refused', why: 'nothing is here; webhooks go to POST /webhooks/github' };
  app.setNotFoundHandler((_request, reply) => reply.code(404).send(nothing));
  void app.register((within, _options, done) => {
    addWebhooks(within, parts);
    done();
  });
  return app;
}

/** The one route for webhooks, with its own rules for bodies and errors. */
function addWebhooks(app: FastifyInstance, parts: WebhookServerParts): void {
  const replays = new Replays();
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) =>
    done(null, body),
  );
  const answered = (request: FastifyRequest, reply: FastifyReply, { status, ...answer }: Answer) => {
    parts.tell({ status, ...answer, from: request.ip });
    if (status === 503) void reply.header('retry-after', '60');
    const { verdict, why, delivery } = answer;
    return reply.code(status).send({ verdict, ...(why ? { why } : {}), ...(delivery ? { delivery } : {}) });
  };
  app.setErrorHandler((error, request, reply) => answered(request, reply, refusalOf(error)));
  app.post(
    '/webhooks/github',
    {
      // Before the body is read: what cannot be a webhook costs nothing.
      onRequest: async (request, reply) => {
        const why = whyNoWebhook(request);
        if (why) await answered(request, reply, { status: why.status, verdict: 'refused', why: why.why });
      },
    },
    async (request, reply) => answered(request, reply, await answerTo(request, parts, replays)),
  );
}

/** What the headers alone say against it. */
function whyNoWebhook({ headers }: FastifyRequest): { status: number; why: string } | undefined {
  const type = headers['content-type'] ?? '';
  if (!/^application\/json\s*(;|$)/i.test(type) || headers['content-encoding'] !== undefined)
    return {
      status: 415,
      why: 'set the content type of the webhook to application/json, without an encoding',
    };
  if (!isSignature(headers['x-hub-signature-256']))
    return { status: 401, why: 'it is not signed with SHA-256: give the webhook the secret of starter.yaml' };
  const id = headers['x-github-delivery'];
  if (typeof id !== 'string' || !deliveryId.test(id))
    return { status: 422, why: 'X-GitHub-Delivery must be the id that GitHub gives each delivery' };
  const event = headers['x-github-event'];
  if (typeof event !== 'string' || !eventName.test(event))
    return { status: 422, why: 'X-GitHub-Event must name an event' };
  return undefined;
}

async function answerTo(
  request: FastifyRequest,
  parts: WebhookServerParts,
  replays: Replays,
): Promise<Answer> {
  const event = String(request.headers['x-github-event']);
  const delivery = String(request.headers['x-github-delivery']).toLowerCase();
  const about = { delivery, event };
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  const signature = String(request.headers['x-hub-signature-256']);
  const signers = await signedBy(parts.signed, body, signature);
  if (signers.size === 0) {
    const why = 'its signature fits no secret of starter.yaml';
    return { status: 401, verdict: 'refused', why, ...about };
  }
  const payload = parsed(body);
  if (payload === undefined) return { status: 422, verdict: 'refused', why: 'it is no JSON', ...about };
  const named = AboutRepository.safeParse(payload);
  if (!named.success) {
    // Webhooks of an organisation are pinged without a repository.
    if (event === 'ping' && Ping.safeParse(payload).success) return { ...pinged, ...about };
    return { status: 422, verdict: 'refused', why: 'it names no repository', ...about };
  }
  const repository = named.data.repository.full_name;
  const settings = parts.repositories.find(({ name }) => name.toLowerCase() === repository.toLowerCase());
  const known = { ...about, repository };
  if (!settings) {
    const why = 'starter.yaml does not name this repository';
    return { status: 202, verdict: 'ignored', why, ...known };
  }
  if (!signers.has(settings.name.toLowerCase())) {
    const why = 'it is signed with the secret of another repository';
    return { status: 401, verdict: 'refused', why, ...known };
  }
  if (event === 'ping') return { ...pinged, ...known };
  const read = readEvent(event, payload, settings);
  if (read.kind === 'ignored') return { status: 202, verdict: 'ignored', why: read.why, ...known };
  if (read.kind === 'unreadable') return { status: 422, verdict: 'refused', why: read.why, ...known };
  const other = replays.otherOf(signature, delivery);
  if (other !== undefined)
    return { status: 202, verdict: 'duplicate', why: `these very bytes came as delivery ${other}`, ...known };
  const receivedAt = parts.now().toISOString();
  try {
    const started = await parts.start({
      schema: 1,
      id: delivery,
      repository: settings,
      receivedAt,
      via: 'webhook',
      event: read.event,
    });
    replays.taken(signature, delivery);
    return { status: 202, verdict: started, ...known };
  } catch (error) {
    const why = `Temporal did not take it: ${error instanceof Error ? error.message : String(error)}`;
    return { status: 503, verdict: 'unavailable', why: why.slice(0, 300), ...known };
  }
}

const pinged = { status: 202, verdict: 'ignored', why: 'a ping: the webhook is set up right' } as const;

/** JSON, or undefined; no payload is `null`. */
function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8')) ?? undefined;
  } catch {
    return undefined;
  }
}

/** The response to an error before the result was known. */
function refusalOf(error: unknown): Answer {
  const { statusCode, code } = error as { statusCode?: number; code?: string };
  if (statusCode === 413)
    return { status: 413, verdict: 'refused', why: `it is larger than ${bodyMax / 1024 / 1024} MiB` };
  if (statusCode !== undefined && statusCode < 500)
    return { status: statusCode, verdict: 'refused', why: code ?? 'it cannot be read' };
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return { status: 500, verdict: 'refused', why: 'a mistake of the starter; its log says which' };
}
