import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultAt } from '../faults/catalogue.js';
import type { FaultPlan } from '../faults/fault-plan.js';

/** The services, by their names in faults. */
export type Service = 'discord' | 'ntfy' | 'slack' | 'webhook-receiver';

/** A request to a service. */
export interface ServiceRequest {
  readonly method: string;
  readonly url: URL;
  /** By lower-case name, as UTF-8. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** The one-shot fault that applies to this request. */
  readonly fault: FaultAt<`${Service}:asked`> | undefined;
  /** Whether a fault rejects valid credentials for now. */
  readonly refused: boolean;
}

/** A service's answer. `taken`: it carried the request out. */
export interface ServiceAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text, or a value that is sent as JSON. */
  readonly body?: unknown;
  readonly taken?: boolean;
}

/** The settings of every service. */
export interface ServiceParts {
  readonly faults: FaultPlan;
  readonly host: string;
  readonly now: () => Date;
}

/** A running service. */
export interface RunningService {
  readonly url: string;
  stop(): Promise<void>;
}

const BODY_BYTES_MOST = 8 * 1024 * 1024;
const HANG_LOOK_MS = 20;
const PAGE_FOR_PEOPLE = '<!DOCTYPE html><html><body><h1>503 Service Unavailable</h1></body></html>\n';

/** The delay in seconds that a rate-limit fault asks for. */
export const RETRY_AFTER_SECONDS = 1;

/** Starts a service on its own port. */
export async function startService(
  service: Service,
  { faults, host }: ServiceParts,
  answer: (request: ServiceRequest) => ServiceAnswer,
): Promise<RunningService> {
  const stopped = new AbortController();
  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy());
  });
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await bodyOf(request);
    while (faults.standing(`${service}:waiting`) && !response.destroyed && !stopped.signal.aborted)
      await sleep(HANG_LOOK_MS);
    if (response.destroyed || stopped.signal.aborted) return;
    if (faults.standing(`${service}:up`)) {
      send(response, { status: 503, headers: { 'content-type': 'text/html' }, body: PAGE_FOR_PEOPLE });
      return;
    }
    const answered = answer({
      method: request.method ?? 'GET',
      url: new URL(request.url ?? '/', `http://${host}`),
      headers: headersOf(request),
      body,
      fault: faults.take(`${service}:asked`),
      refused: faults.standing(`${service}:known`),
    });
    if (answered.taken && faults.take(`${service}:taken`)) response.destroy();
    else send(response, answered);
  };
  return {
    url: await listening(server, host),
    stop: async () => {
      stopped.abort();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}

/** A body parsed as JSON; undefined where it is none. */
export function jsonIn(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function send(response: ServerResponse, { status, headers, body }: ServiceAnswer): void {
  const text = typeof body === 'string' || body === undefined;
  response.writeHead(status, { 'content-type': text ? 'text/plain' : 'application/json', ...headers });
  response.end(text ? (body ?? '') : JSON.stringify(body));
}

/** Headers come as bytes; services read them as UTF-8. */
function headersOf(request: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [
      name,
      Buffer.from(Array.isArray(value) ? value.join(', ') : (value ?? ''), 'latin1').toString('utf8'),
    ]),
  );
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += (chunk as Buffer).length;
    if (bytes > BODY_BYTES_MOST) throw new Error('a message has more bytes than any service takes');
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}

async function listening(server: Server, host: string): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port: 0 }, resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a fake service has no address');
  return `http://${address.address}:${address.port}`;
}
