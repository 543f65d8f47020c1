import { asyncLocalStorage, CancelledFailure, Context, type Info } from '@temporalio/activity';

/** An attempt of an activity as the SDK's worker makes one, without the worker. */
export interface Attempt {
  /** The last heartbeat of the previous attempt. */
  readonly heartbeatDetails?: unknown;
}

/** A running attempt, under observation. */
export interface RunningAttempt<T> {
  readonly ended: Promise<T>;
  readonly heartbeats: readonly unknown[];
  readonly cancel: () => void;
  /** Stops its worker (SIGTERM). */
  readonly shutDown: () => void;
}

/** Runs an activity in the SDK's own context. */
export function runAttempt<T>(act: () => Promise<T>, { heartbeatDetails }: Attempt = {}): RunningAttempt<T> {
  const heartbeats: unknown[] = [];
  const controller = new AbortController();
  let end: (message: string) => void = () => undefined;
  const cancelled = new Promise<never>((_resolve, reject) => {
    end = (message) => {
      reject(new CancelledFailure(message));
      controller.abort(new CancelledFailure(message));
    };
  });
  cancelled.catch(() => undefined);
  const times = { scheduledTimestampMs: Date.now(), startToCloseTimeoutMs: 600_000 };
  const info = { heartbeatDetails, attempt: heartbeatDetails === undefined ? 1 : 2, ...times } as Info;
  const parts = [info, cancelled, controller.signal, (details: unknown) => heartbeats.push(details)] as const;
  const why: { details?: object } = {};
  const rest = [undefined, undefined, undefined, why] as unknown as [never, never, never, never];
  const context = new Context(...parts, ...rest);
  return {
    ended: asyncLocalStorage.run(context, act),
    heartbeats,
    cancel: () => end('CANCELLED'),
    shutDown: () => {
      why.details = { workerShutdown: true };
      end('WORKER_SHUTDOWN');
    },
  };
}
