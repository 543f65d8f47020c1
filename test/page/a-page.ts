import { request, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import fastify, { type FastifyInstance } from 'fastify';
import { tokenGate } from '../../src/page/access.js';
import { pagePlugin } from '../../src/page/page-plugin.js';
import { sourceOf, type Scene } from './scenes.js';

export const token = 'a-token-of-the-page-0123456789';

/** How a page is opened in a test. */
export interface Opening {
  /** A request needs one of these tokens. */
  readonly tokens?: readonly string[];
  readonly hosts?: readonly string[];
  /** The mount path. */
  readonly prefix?: string;
  readonly trustProxy?: boolean;
  /** Milliseconds that an event stream lasts. */
  readonly lasts?: number;
}

export interface OpenPage {
  readonly app: FastifyInstance;
  /** Unexpected errors of the page. */
  readonly errors: unknown[];
}

/** The page of a scene; it refreshes fifty times a second. */
export async function openPage(scene: Scene, opening: Opening = {}): Promise<OpenPage> {
  const { tokens, hosts = [], prefix = '', trustProxy = false, lasts = 600_000 } = opening;
  const errors: unknown[] = [];
  const app = fastify({ trustProxy, forceCloseConnections: true });
  await app.register(pagePlugin, {
    prefix,
    source: sourceOf(scene),
    hosts,
    gate: tokens && tokenGate(tokens),
    timeZone: 'UTC',
    rhythm: { look: 20, beat: 1_000, lasts },
    onError: (error: unknown) => errors.push(error),
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  return { app, errors };
}

/** A request as a browser sends it, with any Host header. */
export interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface Answered {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export async function ask({ app }: OpenPage, url: string, asked: Asked = {}): Promise<Answered> {
  const { port } = app.server.address() as AddressInfo;
  const { method = 'GET', headers = {}, body } = asked;
  const options = { host: '127.0.0.1', port, path: url, method, headers, agent: false };
  return new Promise((resolve, reject) => {
    const sent = request(options, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('error', reject);
      answer.on('end', () =>
        resolve({
          status: answer.statusCode ?? 0,
          headers: answer.headers,
          body: Buffer.concat(parts).toString(),
        }),
      );
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** The visible text of a document, without its head. */
export function seen(html: string): string {
  return html
    .replace(/<head>.*<\/head>/s, '')
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll('&quot;', '"')
    .replaceAll('&lt;', '<')
    .replaceAll('&amp;', '&')
    .replaceAll(/\s+/g, ' ');
}
