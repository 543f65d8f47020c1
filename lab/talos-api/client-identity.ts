import type { TLSSocket } from 'node:tls';
import { status } from '@grpc/grpc-js';
import type { FaultPlan } from '../faults/fault-plan.js';
import { TalosError } from './talos-error.js';

/** Who is at the other end of a connection: the roles of a good certificate, or why it is refused. */
export type ClientIdentity = { readonly roles: readonly string[] } | { readonly refusal: TalosError };

/** What a Go server tells a client whose certificate it does not take, by what Node says about the certificate. */
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
 * Reads the client's certificate: its organizations are the roles. A real machine ends the handshake of a bad one
 * with an alert. Node cannot send it, so the connection stands, and each request on it gets the error that a client
 * makes of the alert.
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

/** What a fault makes of a good certificate, while it is armed. */
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
