import { status } from '@grpc/grpc-js';
import { EtcdError, goCode } from '../machines/etcd-client.js';
import { ImageNotFound } from '../machines/image-pull.js';
import { reasonOf } from '../machines/interruptible.js';
import { Refusal } from '../machines/refusal.js';

/** An error of the Talos API: a gRPC status and its text. */
export class TalosError extends Error {
  override readonly name = 'TalosError';
  readonly code: status;

  constructor(code: status, message: string) {
    super(message);
    this.code = code;
  }

  /** In Go's format, which merged answers contain. */
  inGo(): string {
    return `rpc error: code = ${goCode(this.code)} desc = ${this.message}`;
  }
}

/** An unreachable target, in a Go client's words. */
export function unreachable(address: string): TalosError {
  const dial = `dial tcp ${address}:50000: connect: connection refused`;
  return new TalosError(
    status.UNAVAILABLE,
    `connection error: desc = "transport: Error while dialing: ${dial}"`,
  );
}

/** A server with a certificate of an unknown authority. */
export function notTrusted(): TalosError {
  const reason = 'tls: failed to verify certificate: x509: certificate signed by unknown authority';
  return new TalosError(
    status.UNAVAILABLE,
    `connection error: desc = "transport: authentication handshake failed: ${reason}"`,
  );
}

/** A call that broke off. */
export function brokenOff(): TalosError {
  return new TalosError(status.UNAVAILABLE, 'error reading from server: EOF');
}

/** Any error as a gRPC status. An error without one becomes UNKNOWN, as in Go. */
export function asTalosError(error: unknown): TalosError {
  if (error instanceof TalosError) return error;
  if (error instanceof Refusal) return new TalosError(error.code, error.message);
  if (error instanceof EtcdError) return new TalosError(error.code, error.message);
  if (error instanceof ImageNotFound)
    return new TalosError(status.NOT_FOUND, `error pulling image: ${error.message}`);
  return new TalosError(status.UNKNOWN, reasonOf(error));
}
