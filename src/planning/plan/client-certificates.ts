import type { Planned } from './plan.js';

/** When a client certificate ends. */
export interface CertificateEnd {
  /** Which credential it is: `kubeconfig`, `talosconfig (admin)`. */
  readonly which: string;
  readonly until: Date;
}

/**
 * Refuses a plan whose run would outlive a client certificate, while nothing was touched.
 *
 * @param now milliseconds since the epoch
 */
export function certificatesOutlast(
  planned: Planned,
  certificates: readonly CertificateEnd[],
  now: number,
): Planned {
  const neededUntil = new Date(now + (planned.verdict === 'planned' ? planned.plan.estimate : 0));
  const ending = certificates.filter((certificate) => certificate.until < neededUntil);
  if (ending.length === 0) return planned;
  const reasons = ending.map(({ which, until }) => ({
    kind: 'certificate-expires' as const,
    which,
    at: until.toISOString(),
    neededUntil: neededUntil.toISOString(),
  }));
  return {
    verdict: 'refused',
    reasons: planned.verdict === 'refused' ? [...reasons, ...planned.reasons] : reasons,
  };
}
