import type { TalosTarget } from '../talos-target.js';
import { grpcStatus } from './grpc-status.js';
import { TalosCallFailed } from './talos-call-failed.js';

/** The metadata of each message where a proxy merges the answers of several nodes. */
export interface MessageMetadata {
  readonly hostname: string;
  /** Why that node failed; empty: it did not. */
  readonly error: string;
  readonly status: { readonly code: number; readonly message: string } | null;
}

/** A Talos message: the fields that all messages share. */
export interface Message {
  readonly metadata: MessageMetadata | null;
}

/**
 * The message of the requested node. If a node fails behind a proxy that merges answers, this throws too, although the call itself
 * succeeded.
 *
 * @throws TalosCallFailed
 */
export function oneMessage<T extends Message>(call: string, target: TalosTarget, messages: readonly T[]): T {
  const [message] = messages;
  const failure = (status: number, details: string): TalosCallFailed =>
    new TalosCallFailed({ call, target, status, details, reached: true, durationMs: 0 });
  if (message === undefined) throw failure(grpcStatus.unknown, 'its answer is empty');
  const { metadata } = message;
  if (metadata && metadata.error !== '')
    throw failure(metadata.status?.code ?? grpcStatus.unknown, metadata.status?.message || metadata.error);
  return message;
}
