import { ApplicationFailure } from '@temporalio/workflow';
import type { CancelPending, EnqueueInput, EnqueueMerge } from './messages.js';

type Fields = Readonly<Record<string, unknown>>;

/** Rejects hand-typed requests to a queue: a malformed one would stop the queue, and every run after it. */
export const takesRequest = {
  enqueue: (given: EnqueueInput): void => refuseUnless(isRequest(given)),
  enqueueMerge: (given: EnqueueMerge): void =>
    refuseUnless(isObject(given) && isText(given['key']) && isRequest(given['input'])),
  cancelPending: (given: CancelPending): void =>
    refuseUnless(
      isObject(given) &&
        isText(given['commit']) &&
        (given['talos'] === undefined || isText(given['talos'])) &&
        (given['delivery'] === undefined || isText(given['delivery'])),
    ),
} as const;

/** Validates only what the queue and the beginning of a run read; the plan validates the rest, with its own reasons. */
function isRequest(given: unknown): boolean {
  if (!isObject(given)) return false;
  const { request, inventory, only } = given;
  return (
    isObject(request) &&
    ['cluster', 'talos', 'requestedBy', 'requestedAt'].every((name) => isText(request[name])) &&
    typeof request['schema'] === 'number' &&
    isObject(inventory) &&
    Array.isArray(inventory['nodes']) &&
    isObject(inventory['limits']) &&
    isObject(inventory['upgrade']) &&
    Array.isArray(only)
  );
}

function refuseUnless(good: boolean): void {
  if (good) return;
  throw ApplicationFailure.nonRetryable(
    'A run is asked for by a program, which reads slipway.yaml: slipway upgrade, or a merge. This input is of neither.',
    'request-refused',
  );
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
