import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A lock as Terraform sends it. */
export interface HeldLock {
  readonly ID: string;
  readonly Operation: string;
  readonly Who: string;
  readonly Version: string;
  readonly Created: string;
}

/** An HTTP server that keeps one Terraform state, with its lock (backend `http`). */
export class StateServer {
  state: string | undefined;
  lock: HeldLock | undefined;
  /** `LOCK`, `UNLOCK` with `(forced)` where no lock was named, `POST`, in order. */
  readonly log: string[] = [];
  /** Writes are rejected. */
  readOnly = false;
  /** Reads are not answered. */
  silent = false;
  /** Reads are rejected, which Terraform does not retry. */
  forbidden = false;
  readonly #server = createServer((request, response) => {
    void this.#answer(request, response);
  });

  static async start(): Promise<StateServer> {
    const server = new StateServer();
    server.#server.listen(0, '127.0.0.1');
    await once(server.#server, 'listening');
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/state`;
  }

  /** For `-backend-config`. */
  get backend(): string {
    const { url } = this;
    return ['address', 'lock_address', 'unlock_address'].map((name) => `${name} = "${url}"\n`).join('');
  }

  /** The resource instances in the state, each `type.name[key]`, with `(tainted)` where it is. */
  get instances(): string[] {
    const { resources = [] } = JSON.parse(this.state ?? '{}') as {
      resources?: { type: string; name: string; instances: { index_key?: string; status?: string }[] }[];
    };
    return resources.flatMap(({ type, name, instances }) =>
      instances.map(
        ({ index_key: key, status }) => `${type}.${name}[${key ?? ''}]${status ? ` (${status})` : ''}`,
      ),
    );
  }

  async end(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString('utf8');
    const method = request.method ?? '';
    if (method === 'GET' && this.silent) return;
    const [status, text] = this.#do(method, body);
    response.writeHead(status).end(text);
  }

  #do(method: string, body: string): [status: number, text: string] {
    switch (method) {
      case 'GET':
        if (this.forbidden) return [403, ''];
        return this.state === undefined ? [404, ''] : [200, this.state];
      case 'POST':
        this.log.push(method);
        if (this.readOnly) return [403, ''];
        this.state = body;
        return [200, ''];
      case 'LOCK':
        if (this.lock) return [423, JSON.stringify(this.lock)];
        this.log.push(method);
        this.lock = JSON.parse(body) as HeldLock;
        return [200, ''];
      case 'UNLOCK': {
        const forced = !body.includes(this.lock?.Who ?? '');
        this.log.push(forced ? `${method} (forced)` : method);
        this.lock = undefined;
        return [200, ''];
      }
      default:
        return [405, ''];
    }
  }
}
