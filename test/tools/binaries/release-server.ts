import { createHash } from 'node:crypto';
import type { Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The server's behaviour for one path. */
export type Answer =
  | { readonly body: Buffer | string }
  /** Announces the whole length and breaks off halfway. */
  | { readonly body: Buffer | string; readonly truncated: true }
  /** The same, and complete on a retry. */
  | { readonly body: Buffer | string; readonly truncated: 'once' }
  /** Accepts the connection and never answers. */
  | 'silence'
  /** Begins and never continues. */
  | { readonly stalls: Buffer | string }
  | { readonly redirect: string };

/** A local stand-in for the hosts of releases; its paths begin with the original host. */
export class ReleaseServer {
  readonly answers = new Map<string, Answer>();
  readonly requests: string[] = [];
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<ReleaseServer> {
    const server = createServer();
    const releases = new ReleaseServer(server);
    server.on('request', (request, response) => releases.#answer(request.url ?? '', response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return releases;
  }

  get address(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #answer(url: string, response: ServerResponse): void {
    this.requests.push(url);
    const answer = this.answers.get(url);
    if (answer === 'silence') return;
    if (answer === undefined) {
      response.writeHead(404).end('Not Found');
    } else if ('redirect' in answer) {
      response.writeHead(302, { location: answer.redirect }).end();
    } else if ('stalls' in answer) {
      response.writeHead(200).write(answer.stalls);
    } else if ('truncated' in answer) {
      const body = Buffer.from(answer.body);
      if (answer.truncated === 'once') this.answers.set(url, { body });
      response.writeHead(200, { 'content-length': body.length });
      response.write(body.subarray(0, body.length / 2), () => response.destroy());
    } else {
      response.writeHead(200, { 'content-length': Buffer.byteLength(answer.body) }).end(answer.body);
    }
  }
}

/** SHA-256 in hex. */
export function sumOf(body: Buffer | string): string {
  return createHash('sha256').update(body).digest('hex');
}
