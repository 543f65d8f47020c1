import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { DeliveryLimits, DeliveryWay } from '../../../src/tools/notify/deliver.js';

/** A received request. */
export interface Came {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  /** Its body as JSON. */
  readonly json: Record<string, unknown>;
}

/** A service's reaction to a request: an answer, or an effect on its connection. */
export type Answers = (came: Came, count: number, response: ServerResponse) => Answer | void;

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** A small HTTP server in place of a service. */
export interface Service {
  readonly origin: string;
  readonly came: readonly Came[];
  readonly end: () => Promise<void>;
}

/** Starts one on loopback. */
export async function aService(answers: Answers): Promise<Service> {
  const came: Came[] = [];
  const server: Server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (part: string) => (body += part));
    request.on('end', () => {
      const one = {
        method: request.method ?? '',
        path: request.url ?? '',
        headers: request.headers,
        body,
        json: JSON.parse(body) as Record<string, unknown>,
      };
      came.push(one);
      const answer = answers(one, came.length, response);
      if (!answer) return;
      response.writeHead(answer.status, answer.headers);
      response.end(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body ?? {}));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    came,
    end: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** Long enough for every test except those about giving up. */
export const patient: DeliveryLimits = { totalMs: 20_000, requestMs: 10_000, pauseMs: 5 };

/** Connects to the service wherever a host is named. */
export function wayTo(
  origin: string,
  hosts: readonly string[],
  limits: DeliveryLimits = patient,
): DeliveryWay {
  return {
    dialMap: Object.fromEntries(hosts.map((host) => [host, origin])),
    signal: new AbortController().signal,
    limits,
  };
}
