import type { Reason } from '../planning/reasons/reason.js';
import type { EnqueueInput } from './messages.js';

/** The newest schema of a request that this worker knows. */
const requestSchema = 1;

/** A request that no worker accepted in this time was given up by its sender. Milliseconds. */
const requestAgeMax = 600_000;

/** A request of a newer Slipway. */
export function unknownShape({ request: { schema } }: EnqueueInput): Reason | undefined {
  return schema > requestSchema ? { kind: 'schema-unknown', schema, known: requestSchema } : undefined;
}

/** A request that nobody waits for any more. */
export function tooOld({ request: { requestedAt } }: EnqueueInput, now: string): Reason | undefined {
  if (Date.parse(now) - Date.parse(requestedAt) <= requestAgeMax) return undefined;
  return { kind: 'request-too-old', requestedAt, limit: requestAgeMax };
}
