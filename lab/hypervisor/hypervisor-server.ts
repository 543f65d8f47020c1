import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { z } from 'zod';
import { openJsonLines, type JsonLines } from '../machines/json-lines.js';
import { Hypervisor, type HypervisorParts } from './hypervisor.js';
import { HypervisorRefusal } from './refusal.js';
import type { HypervisorLine } from './request-log.js';
import { answerOf, subjectOf } from './routes.js';
import { tokenOf, type ApiToken } from './tokens.js';

/** The settings of a hypervisor. */
export interface HypervisorOptions extends HypervisorParts {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly tokens: readonly ApiToken[];
  /** File of JSON lines: {@link HypervisorLine}. */
  readonly log: string;
}

/** A running hypervisor. */
export interface RunningHypervisor {
  /** Base URL: `http://127.77.0.5:8080`. */
  readonly url: string;
  readonly hypervisor: Hypervisor;
  /** Closes the connections of hanging requests. */
  stop(): Promise<void>;
}

const BODY_BYTES_MOST = 256 * 1024;

/** Starts a simulated hypervisor. */
export async function startHypervisor(options: HypervisorOptions): Promise<RunningHypervisor> {
  const hypervisor = new Hypervisor(options);
  const log = openJsonLines<HypervisorLine>(options.log);
  let requests = 0;
  const server = createServer((request, response) => {
    requests += 1;
    void serve({ hypervisor, tokens: options.tokens, log, number: requests }, request, response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: options.host, port: options.port, exclusive: true }, resolve);
  });
  return {
    url: urlOf(server),
    hypervisor,
    stop: async () => {
      hypervisor.stop();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
      log.close();
    },
  };
}

interface Serving {
  readonly hypervisor: Hypervisor;
  readonly tokens: readonly ApiToken[];
  readonly log: JsonLines<HypervisorLine>;
  readonly number: number;
}

async function serve(serving: Serving, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method = 'GET' } = request;
  const path = new URL(request.url ?? '/', 'http://hypervisor').pathname;
  const token = tokenOf(request.headers.authorization, serving.tokens);
  const body = await bodyOf(request).catch((error: unknown) => error);
  const said = { request: serving.number, method, path, by: token?.name ?? '', ...subjectOf(path, body) };
  const note = (event: HypervisorLine['event'], rest: Partial<HypervisorLine> = {}): void =>
    serving.log.write({ time: new Date().toISOString(), event, ...said, ...rest });
  note('asked');
  const { status, value } = await tried(() => {
    if (!token) throw new HypervisorRefusal(401, 'no such API token');
    if (method !== 'GET' && token.may !== 'change')
      throw new HypervisorRefusal(403, `${token.name} may only read`);
    if (body instanceof Error) throw body;
    return answerOf(method, path, { hypervisor: serving.hypervisor, body, gone: () => response.destroyed });
  });
  note('answered', { status, ...(status < 400 ? {} : { error: (value as { error: string }).error }) });
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(`${JSON.stringify(value)}\n`);
}

async function tried(answer: () => unknown): Promise<{ status: number; value: unknown }> {
  try {
    return { status: 200, value: await answer() };
  } catch (error) {
    if (error instanceof HypervisorRefusal) return { status: error.status, value: { error: error.message } };
    if (error instanceof z.ZodError) return { status: 400, value: { error: z.prettifyError(error) } };
    return { status: 500, value: { error: error instanceof Error ? error.message : String(error) } };
  }
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) {
    text += String(chunk);
    if (text.length > BODY_BYTES_MOST)
      throw new HypervisorRefusal(413, `a request has at most ${BODY_BYTES_MOST} bytes`);
  }
  return text === '' ? undefined : JSON.parse(text);
}

function urlOf(server: Server): string {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the hypervisor has no address');
  return `http://${address.address}:${address.port}`;
}
