import { connect, createServer, type Server, type Socket } from 'node:net';
import type { JsonLines } from '../machines/json-lines.js';

/** One line of `fronts.jsonl`: a TCP connection to the Kubernetes API and its end. */
export interface FrontLine {
  readonly time: string;
  /** The control plane whose address was dialled, or `vip`. */
  readonly front: string;
  readonly event: 'open' | 'close' | 'refused';
  /** At close: bytes in both directions. */
  readonly bytes?: number;
}

/** An address and port to listen on or connect to. */
export interface TcpAddress {
  readonly host: string;
  readonly port: number;
}

/**
 * A TCP proxy to the real API server on another address, as if each control plane had its own. While cut, it refuses new connections and
 * breaks the existing ones.
 */
export class ApiFront {
  readonly #connections = new Set<Socket>();
  #server: Server | undefined;
  #change: Promise<void> = Promise.resolve();

  constructor(
    readonly name: string,
    readonly listen: TcpAddress,
    readonly target: TcpAddress,
    readonly log: JsonLines<FrontLine>,
  ) {}

  get isOpen(): boolean {
    return this.#server !== undefined;
  }

  /** Starts listening. Rejects when the address is in use. */
  open(): Promise<void> {
    return this.#next(async () => {
      if (this.#server) return;
      const server = createServer({ allowHalfOpen: true }, (client) => this.#forward(client));
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen({ ...this.listen, exclusive: true }, resolve);
      });
      this.#server = server;
    });
  }

  /** Stops listening, and breaks every connection. */
  cut(): Promise<void> {
    return this.#next(async () => {
      const server = this.#server;
      this.#server = undefined;
      for (const socket of this.#connections) socket.resetAndDestroy();
      if (server) await new Promise<void>((resolve) => server.close(() => resolve()));
    });
  }

  #forward(client: Socket): void {
    const upstream = connect({ ...this.target, allowHalfOpen: true });
    this.#note('open');
    let refused = true;
    upstream.once('connect', () => {
      refused = false;
      client.pipe(upstream);
      upstream.pipe(client);
    });
    this.#tie(client, upstream);
    this.#tie(upstream, client);
    client.once('close', () => {
      if (refused) this.#note('refused');
      else this.#note('close', client.bytesRead + client.bytesWritten);
    });
  }

  /** When one side ends for good, so does the other. */
  #tie(socket: Socket, other: Socket): void {
    this.#connections.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => {
      this.#connections.delete(socket);
      other.destroy();
    });
  }

  #note(event: FrontLine['event'], bytes?: number): void {
    const line = { time: new Date().toISOString(), front: this.name, event };
    this.log.write(bytes === undefined ? line : { ...line, bytes });
  }

  /** Serializes changes: a cut that follows an opening closes what that opened. */
  #next(change: () => Promise<void>): Promise<void> {
    const done = this.#change.then(change);
    this.#change = done.catch(() => undefined);
    return done;
  }
}
