import type { ClientHttp2Session } from 'node:http2';
import { BrokenSince } from '../connection-life.js';
import type { TalosKeys } from '../credential-certificates.js';
import { ProcessSlots } from '../process-slots.js';
import { lookMs, type CallLimits, type TalosTarget } from '../talos-target.js';
import { GrpcRefused, grpcCall, type GrpcCall } from './grpc-call.js';
import { grpcStatus } from './grpc-status.js';
import { methodAt } from './protos.js';
import { TalosCallFailed } from './talos-call-failed.js';
import { TalosSessions } from './talos-sessions.js';

/** How a call ended before its answer. */
class Ended extends Error {
  override readonly name = 'Ended';

  constructor(readonly status: number) {
    super('it was ended');
  }
}

/** A control plane forwards each call to a node; a cluster of hundreds is not called all at once. */
const callsAtOnce = 32;

/**
 * Calls of Talos' API with one talosconfig (mutual TLS, HTTP/2). A connection is kept until it fails; then the next call connects again, as
 * each talosctl does, and observes the present state. This class knows how to call, not what.
 */
export class TalosConnections {
  readonly #keys: TalosKeys;
  readonly #sessions: TalosSessions;
  readonly #ownSessions: boolean;
  /** Cancels each call in progress. */
  readonly #ends = new Set<() => void>();
  readonly #places = new ProcessSlots(callsAtOnce);
  #closed = false;

  /** @param sessions shared connections, which stay open. Default: its own, closed with it. */
  constructor(keys: TalosKeys, sessions?: TalosSessions) {
    this.#keys = keys;
    this.#sessions = sessions ?? new TalosSessions();
    this.#ownSessions = sessions === undefined;
  }

  /**
   * Makes one call and returns all its messages: one, or those of a stream that ends on its own. Its time limit starts once it has a slot.
   *
   * @param path of the call: `/machine.MachineService/Version`.
   * @throws TalosCallFailed
   */
  async call(
    path: string,
    request: object,
    target: TalosTarget,
    limits: CallLimits = {},
  ): Promise<readonly object[]> {
    const method = methodAt(path);
    const sent = method.requestSerialize(request);
    let began = Date.now();
    const failed = (status: number, details: string, reached: boolean): TalosCallFailed => {
      const durationMs = Date.now() - began;
      return new TalosCallFailed({
        call: nameOf(path, request),
        target,
        status,
        details,
        reached,
        durationMs,
      });
    };
    const release = await this.#places.acquire(limits.signal).catch(() => {
      throw failed(grpcStatus.cancelled, '', false);
    });
    try {
      began = Date.now();
      if (limits.startBefore !== undefined && began > limits.startBefore)
        throw failed(grpcStatus.aborted, 'it was not started in time', true);
      const end = began + (limits.timeoutMs ?? lookMs);
      const attempt = (): Promise<readonly Buffer[]> =>
        this.#unlessEnded(target, { ...limits, timeoutMs: end - Date.now() }, (session) =>
          grpcCall(session, path, sent, metadataFor(target)),
        );
      // Reads may be repeated.
      const again = (error: unknown): Promise<readonly Buffer[]> => {
        if (error instanceof BrokenSince) return attempt();
        throw error;
      };
      const answers = await attempt()
        .catch(again)
        .catch((error: unknown) => {
          if (error instanceof GrpcRefused) throw failed(error.status, error.details, true);
          if (error instanceof Ended) throw failed(error.status, '', false);
          const broke = error instanceof BrokenSince ? error.how : error;
          throw failed(grpcStatus.unavailable, causeOf(broke), false);
        });
      return answers.map((answer) => method.responseDeserialize(answer));
    } finally {
      release();
    }
  }

  /** Cancels all calls, and closes every connection that is not shared, at once. */
  close(): void {
    this.#closed = true;
    for (const end of this.#ends) end();
    if (this.#ownSessions) this.#sessions.close();
  }

  /** Makes a call as soon as there is a connection; abandons it, and the connection, when its time is up or its caller aborts. */
  async #unlessEnded(
    { endpoint }: TalosTarget,
    { timeoutMs = lookMs, signal }: CallLimits,
    start: (session: ClientHttp2Session) => GrpcCall,
  ): Promise<readonly Buffer[]> {
    if (this.#closed || signal?.aborted) throw new Ended(grpcStatus.cancelled);
    const connection = this.#sessions.take(endpoint, this.#keys);
    let call: GrpcCall | undefined;
    let ended: Ended | undefined;
    let reject: ((error: Ended) => void) | undefined;
    const end = (status: number): void => {
      ended = new Ended(status);
      reject?.(ended);
    };
    const cancel = (): void => end(grpcStatus.cancelled);
    const timer = setTimeout(() => end(grpcStatus.deadlineExceeded), timeoutMs);
    this.#ends.add(cancel);
    signal?.addEventListener('abort', cancel, { once: true });
    try {
      return await Promise.race([
        new Promise<never>((_, refuse) => (reject = refuse)),
        connection.accepted.then(() => {
          // It may have ended while the connection was opened.
          if (ended) throw ended;
          call = start(connection.session);
          return call.answers;
        }),
      ]);
    } catch (error) {
      call?.cancel();
      if (error instanceof GrpcRefused) throw error;
      this.#sessions.forget(connection);
      throw connection.stood && !(error instanceof Ended) ? new BrokenSince(error) : error;
    } finally {
      clearTimeout(timer);
      this.#ends.delete(cancel);
      signal?.removeEventListener('abort', cancel);
      this.#sessions.release(connection);
    }
  }
}

/** Metadata for one node, whose answer and errors are passed through unchanged. */
function metadataFor({ node }: TalosTarget): Record<string, string> {
  return { node, runtime: 'Talos' };
}

/** A resource is named by its kind: all of them are read with the same two calls. */
function nameOf(path: string, request: object): string {
  return 'type' in request ? String(request.type) : (path.split('/').at(-1) ?? path);
}

/** A stream that ends with its connection reports only that; the cause comes with the connection's error. */
function causeOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message : String(cause);
}
