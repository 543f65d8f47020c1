import type { TalosTarget } from '../talos-target.js';
import { apiAddress } from './api-address.js';
import { certificateTrouble } from './certificate-trouble.js';
import { grpcStatus } from './grpc-status.js';

/** How a call of Talos' API failed. */
export interface TalosCallFailure {
  /** The call's name: `EtcdStatus`; for a resource its kind, `MachineStatuses.runtime.talos.dev`. */
  readonly call: string;
  readonly target: TalosTarget;
  /** Number of the gRPC status: the server's, or the one that corresponds to the connection error. */
  readonly status: number;
  /** The server's message, or the connection error. */
  readonly details: string;
  /** Whether the endpoint responded at all. */
  readonly reached: boolean;
  /** Milliseconds from the start of the call to its failure. */
  readonly durationMs: number;
}

/**
 * The one error for a call of Talos' API that failed. The message says which call, of which node through which, and why. The fields are for
 * decisions: nobody should have to parse the message.
 */
export class TalosCallFailed extends Error implements TalosCallFailure {
  override readonly name = 'TalosCallFailed';
  readonly call: string;
  readonly target: TalosTarget;
  readonly status: number;
  readonly details: string;
  readonly reached: boolean;
  readonly durationMs: number;
  /** The call reached its time limit. */
  readonly timedOut: boolean;
  /** The caller cancelled it, or kept it from starting. */
  readonly cancelled: boolean;
  /** The reason, without the call's name. */
  readonly why: string;

  constructor(failure: TalosCallFailure) {
    const { call, target, status, reached } = failure;
    const why = reasonOf(failure);
    super(`the Talos API of ${target.node} through ${target.endpoint}, ${call}: ${why}`);
    this.call = call;
    this.target = target;
    this.status = status;
    this.details = failure.details;
    this.reached = reached;
    this.durationMs = failure.durationMs;
    this.timedOut = !reached && status === grpcStatus.deadlineExceeded;
    this.cancelled = !reached && status === grpcStatus.cancelled;
    this.why = why;
  }

  /** The endpoint itself did not respond (and may well be the one that is down), as opposed to the node behind it. */
  get wayIsClosed(): boolean {
    if (!this.reached) return !this.cancelled;
    // The endpoint responded, and reports the node as unreachable: another endpoint could not reach it either.
    const { node, endpoint } = this.target;
    const behind = [`dial tcp ${node}:`, `dial tcp [${node}]:`];
    if (node !== endpoint && behind.some((words) => this.details.includes(words))) return false;
    return this.status === grpcStatus.unavailable && /transport|connection refused/.test(this.details);
  }

  /** Why a certificate was rejected, ours or the server's; each reason is final. */
  get rejection(): string | undefined {
    if (this.status === grpcStatus.permissionDenied && this.details === 'not authorized') return this.details;
    if (this.status !== grpcStatus.unavailable) return undefined;
    return certificateTrouble(this.details);
  }
}

/** Readable names of network errors. */
const networkErrors: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  EHOSTUNREACH: 'no route to host',
  ENETUNREACH: 'network is unreachable',
  ETIMEDOUT: 'no answer',
  ENOTFOUND: 'there is no such host',
};

function reasonOf({ status, details, target, reached, durationMs }: TalosCallFailure): string {
  // Talos wraps the errors of its own calls; the part after the last `desc =` is the cause.
  if (reached) return details.split('desc = ').at(-1) || `gRPC status ${status}`;
  if (status === grpcStatus.cancelled) return 'it was cancelled';
  if (status === grpcStatus.deadlineExceeded) return `no answer within ${Math.round(durationMs / 1000)} s`;
  const openSsl = /SSL routines:[^:]*:(?<said>[^:]+):/.exec(details)?.groups?.['said'];
  const why =
    certificateTrouble(details) ??
    Object.entries(networkErrors).find(([code]) => details.includes(code))?.[1] ??
    openSsl ??
    details;
  return `no connection to ${apiAddress(target.endpoint)}: ${why}`;
}
