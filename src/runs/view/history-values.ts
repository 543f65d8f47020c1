import { defaultPayloadConverter } from '@temporalio/common';
import type { Payload } from '@temporalio/common';
import type { WorkflowHandle } from '@temporalio/client';
import type { Reason } from '../../planning/reasons/reason.js';

type HistoryEvent = NonNullable<Awaited<ReturnType<WorkflowHandle['fetchHistory']>>['events']>[number];
type Failure = NonNullable<NonNullable<HistoryEvent['activityTaskFailedEventAttributes']>['failure']>;
type Timestamp = NonNullable<HistoryEvent['eventTime']>;

/** A failure's message, and its reason where our own code threw it. */
export interface FailureFact {
  readonly message: string;
  readonly reason: Reason | undefined;
}

/** ISO time of a protobuf timestamp; the epoch where there is none. */
export function isoTime(timestamp: Timestamp | null | undefined): string {
  return new Date(milliseconds(timestamp)).toISOString();
}

/** Milliseconds of a protobuf duration. */
export function milliseconds(
  duration: { readonly seconds?: unknown; readonly nanos?: number | null | undefined } | null | undefined,
): number {
  return Number(duration?.seconds ?? 0) * 1000 + Math.floor((duration?.nanos ?? 0) / 1_000_000);
}

/** The innermost failure is the cause; the outer ones only say which activity or child failed. */
export function failureFact(failure: Failure): FailureFact {
  let innermost = failure;
  let reason = reasonOf(failure);
  for (let depth = 0; innermost.cause && depth < 20; depth += 1) {
    innermost = innermost.cause;
    reason ??= reasonOf(innermost);
  }
  return { message: innermost.message ?? '', reason };
}

/** Decodes one payload; `undefined` when it is not ours (encrypted, another encoding). */
export function decoded(payload: Payload | null | undefined): unknown {
  if (!payload) return undefined;
  try {
    return defaultPayloadConverter.fromPayload(payload);
  } catch {
    return undefined;
  }
}

function reasonOf(failure: Failure): Reason | undefined {
  const detail = decoded(failure.applicationFailureInfo?.details?.payloads?.[0]);
  const isReason =
    typeof detail === 'object' && detail !== null && 'kind' in detail && typeof detail.kind === 'string';
  // Only our activities run on this queue, and they put only a Reason there.
  return isReason ? (detail as Reason) : undefined;
}
