import {
  ActivityFailure,
  ApplicationFailure,
  ChildWorkflowFailure,
  TimeoutFailure,
  TerminatedFailure,
  isCancellation,
} from '@temporalio/workflow';
import type { Reason } from '../planning/reasons/reason.js';
import type { Waiting } from './messages.js';

/** The reason inside a failed activity or child workflow; an unknown error becomes `unexpected`, which halts. */
export function reasonOf(error: unknown, waitedFor: string, limitMs: number): Reason {
  const cause = innermost(error);
  if (isCancellation(error)) return { kind: 'aborted', by: 'a cancel' };
  if (cause instanceof ApplicationFailure) {
    const [reason] = cause.details ?? [];
    if (isReason(reason) && reason.kind === cause.type) return reason;
    return { kind: 'unexpected', message: cut(cause.message) };
  }
  if (cause instanceof TimeoutFailure) {
    const waiting = cause.lastHeartbeatDetails as Waiting | undefined;
    return {
      kind: 'gave-up',
      waitedFor: waiting?.waitingFor ?? waitedFor,
      limit: limitMs,
      reason: undefined,
    };
  }
  if (cause instanceof TerminatedFailure) return { kind: 'terminated' };
  return { kind: 'unexpected', message: cut(cause instanceof Error ? cause.message : String(cause)) };
}

function innermost(error: unknown): unknown {
  let cause = error;
  while ((cause instanceof ActivityFailure || cause instanceof ChildWorkflowFailure) && cause.cause)
    cause = cause.cause;
  return cause;
}

function isReason(value: unknown): value is Reason {
  return typeof value === 'object' && value !== null && 'kind' in value && typeof value.kind === 'string';
}

function cut(text: string): string {
  return text.length > 400 ? `${text.slice(0, 400)} …` : text;
}
