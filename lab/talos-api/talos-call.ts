import type { Machine } from '../machines/machine.js';

/** A request for one machine, after routing and authorization. */
export interface TalosCall<Request = object> {
  readonly machine: Machine;
  /** It came over the API that accepts everybody. */
  readonly inMaintenance: boolean;
  readonly request: Request;
  readonly roles: readonly string[];
  /** Aborts when the client disconnected, or the machine's Talos API closed. */
  readonly signal: AbortSignal;
  /** Breaks the client's connection without an answer. */
  readonly breakConnection: () => void;
}

/** A call with one answer: the whole response message. */
export type UnaryHandler = (call: TalosCall<never>) => Promise<object>;

/** A call with a stream of answers. It ends on its own or when the signal aborts. */
export type StreamHandler = (call: TalosCall<never>) => AsyncIterable<object>;

/** The lab's implementation of a call. */
export type TalosHandler = { readonly unary: UnaryHandler } | { readonly stream: StreamHandler };
