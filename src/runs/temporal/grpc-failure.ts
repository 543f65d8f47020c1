const cancelled = 1;
const deadlineExceeded = 4;
const notFound = 5;
const unavailable = 14;

/** The gRPC status behind an error of the Temporal client; undefined: it has none. */
export function grpcCode(error: unknown): number | undefined {
  let cause: unknown = error;
  for (let depth = 0; depth < 5 && cause instanceof Error; depth += 1) {
    if ('code' in cause && typeof cause.code === 'number') return cause.code;
    cause = cause.cause;
  }
  return undefined;
}

/** Whether Temporal was unreachable or timed out: the outcome of the request is unknown. */
export function isSilence(error: unknown): boolean {
  const code = grpcCode(error);
  return code === cancelled || code === deadlineExceeded || code === unavailable;
}

/** Whether Temporal has no such workflow: it never existed, or its retention is over. */
export function isNotFound(error: unknown): boolean {
  return grpcCode(error) === notFound || (error instanceof Error && error.name === 'WorkflowNotFoundError');
}
