import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { ApproveAnswer, RejectAnswer } from '../workflows/messages.js';
import type { AnswerVerb, PlanAnswered, PlanAnswerRequest } from './answer-plan.js';
import { bearerOf, type KnownToken } from './api-tokens.js';
import type { WebhookAnswer } from './webhook-server.js';

/** A hash, a reason, and what JSON needs around them. */
const bodyMax = 16 * 1024;

export interface AnswerApiParts {
  readonly tokens: readonly KnownToken[];
  /** Sends an answer to the run. Rejects: Temporal could not be asked. */
  readonly answer: (request: PlanAnswerRequest) => Promise<PlanAnswered>;
  readonly tell: (answer: WebhookAnswer) => void;
}

const Place = z.object({
  cluster: z.string().regex(/^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/),
  run: z
    .string()
    .regex(/^[1-9]\d{0,8}$/)
    .transform(Number),
});

const Body = z.strictObject({
  plan: z.string().regex(/^[0-9a-f]{8,64}$/, 'it is the hash of a plan, or its first 8 characters or more'),
  why: z.string().max(2_000).regex(/\S/, 'a reason is kept in the record, so there must be one'),
});

/** The response; `approval` or `rejection` is what the run keeps. */
interface Answer {
  readonly status: number;
  readonly verdict: WebhookAnswer['verdict'];
  readonly why?: string;
  readonly result?: ApproveAnswer | RejectAnswer;
}

/** `POST /api/clusters/CLUSTER/runs/RUN/approve` and `…/reject`: for programs, with tokens of starter.yaml. Not for browsers. */
export function addApprovalApi(app: FastifyInstance, parts: AnswerApiParts): void {
  const owners = new WeakMap<FastifyRequest, KnownToken>();
  const answered = (
    request: FastifyRequest,
    reply: FastifyReply,
    { status, verdict, why, result }: Answer,
  ) => {
    const by = owners.get(request);
    // Without its query: if somebody put a token there, it must not be logged.
    const [path = ''] = request.url.slice(0, 200).split('?');
    const about = { event: 'api', ...(by ? { by: `token:${by.name}` } : {}), path };
    parts.tell({ status, verdict, ...(why ? { why } : {}), from: request.ip, ...about });
    if (status === 401) void reply.header('www-authenticate', 'Bearer');
    if (status === 503) void reply.header('retry-after', '30');
    return reply.code(status).send(result ?? { verdict, why });
  };
  app.removeContentTypeParser('text/plain');
  app.setErrorHandler((error, request, reply) => answered(request, reply, refusalOf(error)));
  for (const verb of ['approve', 'reject'] as const)
    app.post(
      `/api/clusters/:cluster/runs/:run/${verb}`,
      {
        bodyLimit: bodyMax,
        // Before the body is read: a request without a valid token costs nothing.
        onRequest: async (request, reply) => {
          const token = bearerOf(parts.tokens, request.headers.authorization);
          if (!token) return answered(request, reply, nobody);
          owners.set(request, token);
          return undefined;
        },
      },
      async (request, reply) => {
        const token = owners.get(request);
        return answered(request, reply, token ? await answerTo(request, verb, token, parts) : nobody);
      },
    );
}

const nobody: Answer = {
  status: 401,
  verdict: 'refused',
  why: 'it needs Authorization: Bearer TOKEN, with a token of starter.yaml',
};

async function answerTo(
  request: FastifyRequest,
  verb: AnswerVerb,
  { name, may, clusters }: KnownToken,
  { answer }: AnswerApiParts,
): Promise<Answer> {
  const place = Place.safeParse(request.params);
  if (!place.success) return refused(404, 'a run is named by its cluster and its number: prox-ops, 42');
  const { cluster, run } = place.data;
  if (!may.includes('approve')) return refused(403, `token ${name} may not answer plans`);
  if (clusters && !clusters.includes(cluster))
    return refused(403, `token ${name} may not answer for ${cluster}`);
  const body = Body.safeParse(request.body);
  if (!body.success) {
    const [issue] = body.error.issues;
    return refused(422, `${issue?.path.join('.') || 'the body'}: ${issue?.message ?? 'it does not fit'}`);
  }
  const { plan, why } = body.data;
  const input = { plan, by: `token:${name}`, why: why.trim(), from: "the starter's API" };
  try {
    return responseOf(await answer({ cluster, run, verb, input, updateId: randomUUID() }), cluster, run);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { status: 503, verdict: 'unavailable', why: `Temporal does not answer: ${message}`.slice(0, 300) };
  }
}

function responseOf(answered: PlanAnswered, cluster: string, run: number): Answer {
  if (answered.kind === 'answered') return { status: 200, verdict: 'accepted', result: answered.answer };
  if (answered.kind === 'refused') return refused(409, answered.why);
  if (answered.kind === 'ended')
    return refused(409, `run ${run} of ${cluster} has ended: nothing waits for an answer any more`);
  if (answered.kind === 'unknown') return refused(404, `Temporal knows no run ${run} of ${cluster}`);
  const why = answered.sent
    ? 'no worker answered in time; one may still hear it: look before you send it again'
    : 'no worker is there to hear it: nothing was sent';
  return { status: 503, verdict: 'unavailable', why };
}

function refused(status: number, why: string): Answer {
  return { status, verdict: 'refused', why };
}

/** The response to an error before the result was known. */
function refusalOf(error: unknown): Answer {
  const { statusCode } = error as { statusCode?: number };
  if (statusCode === 413) return refused(413, `it is larger than ${bodyMax / 1024} KiB`);
  if (statusCode === 415) return refused(415, 'set the content type to application/json');
  if (statusCode !== undefined && statusCode < 500) return refused(422, 'it is no JSON that can be read');
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return refused(500, 'a mistake of the starter; its log says which');
}
