import type { TLSSocket } from 'node:tls';
import { status } from '@grpc/grpc-js';
import type { FaultPlan } from '../faults/fault-plan.js';
import { TalosError } from './talos-error.js';

/** The peer of a connection: the roles of a valid certificate, or why it is rejected. */
export type ClientIdentity = { readonly roles: readonly string[] } | { readonly refusal: TalosError };

/** A Go server's error for a certificate it rejects, by Node's reason. */
const ALERTS: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'expired certificate',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'unknown certificate authority',
  UNABLE_TO_GET_ISSUER_CERT: 'unknown certificate authority',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'unknown certificate authority',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'unknown certificate authority',
  SELF_SIGNED_CERT_IN_CHAIN: 'unknown certificate authority',
  CERT_SIGNATURE_FAILURE: 'unknown certificate authority',
};

/**
 * Reads the client's certificate: its organizations are the roles. A real machine ends the handshake of an invalid one with an alert. Node
 * cannot send it, so the connection stays open, and each request on it gets the error that a client derives from the alert.
 */
export function identify(socket: TLSSocket): ClientIdentity {
  const certificate = socket.getPeerCertificate();
  if (certificate === null || Object.keys(certificate).length === 0) return refused('certificate required');
  if (!socket.authorized) {
    const reason = socket.authorizationError as unknown;
    const code =
      reason instanceof Error ? ((reason as NodeJS.ErrnoException).code ?? reason.message) : String(reason);
    return refused(ALERTS[code] ?? 'bad certificate');
  }
  const organizations = certificate.subject?.O ?? [];
  return { roles: Array.isArray(organizations) ? organizations : [organizations] };
}

/** The effect of an armed fault on a valid certificate. */
export function refusedByFault(faults: FaultPlan, machine: string): TalosError | undefined {
  if (faults.standing('api:certificate-dates', machine)) return refusal('expired certificate');
  if (faults.standing('api:certificate-authority', machine)) return refusal('unknown certificate authority');
  return undefined;
}

function refused(alert: string): ClientIdentity {
  return { refusal: refusal(alert) };
}

function refusal(alert: string): TalosError {
  const description = `error reading server preface: remote error: tls: ${alert}`;
  return new TalosError(status.UNAVAILABLE, `connection error: desc = "${description}"`);
}
