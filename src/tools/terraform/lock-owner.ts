import type { ProcessLife } from '../process-place.js';
import type { StateLock } from './state-lock.js';

/** One start of Terraform by Slipway, as it was recorded. */
export interface RecordedRun {
  readonly pid: number;
  readonly operation: 'plan' | 'apply';
  /** `user@host` as Terraform writes it. */
  readonly who: string;
  readonly version: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** When its worker saw it alive for the last time, to within `seenEveryMs`. Milliseconds since the epoch. */
  readonly seenAlive: number;
  /** The lock it held, asked for while it held it. */
  readonly lockId: string | undefined;
  /** Whether exactly this process still runs. */
  readonly life: ProcessLife;
}

/** What is known when a lock stands in the way. */
export interface LockSurroundings {
  /** Runs on the same state, by the Slipways that keep their records where this one does. */
  readonly runs: readonly RecordedRun[];
  /** When the one who was refused was started. */
  readonly askedAt: number;
  /** `user@host` of Terraform here. */
  readonly who: string;
  /** Living Terraforms of this machine that no record is about: when each was started. */
  readonly strangers: readonly number[];
}

export type LockJudgement =
  | { readonly release: true; readonly run: RecordedRun }
  /** `told`: whether what the lock says of its owner may be repeated. `madeUp`: not even its id is that of the lock. */
  | { readonly release: false; readonly why: string; readonly told: boolean; readonly madeUp?: true };

/** How often a worker says that its Terraform lives. */
export const seenEveryMs = 2_000;
/** Clocks of one machine, and the time between a start and its record. */
const slackMs = 2_000;

/**
 * Whether a lock was taken by a Terraform of ours that is dead. Beyond doubt it is when the lock's id was recorded while that
 * process held it. Otherwise everything must fit: user, host, version, operation, and a moment in the life of exactly one
 * dead process, while no other Terraform of this machine lives that could have taken it. All else is left to a person, and so is
 * the lock of a process of another machine or container: only there can anybody see whether it lives.
 */
export function judgeLock(lock: StateLock, around: LockSurroundings): LockJudgement {
  const { runs } = around;
  const recorded = runs.find(({ lockId }) => lockId !== undefined && lockId === lock.id);
  if (recorded && recorded.life !== 'dead') return keep(stands(recorded));
  if (lock.id === undefined) return keep('the backend does not say which lock it is');
  if (recorded) return { release: true, run: recorded };
  if (lock.who === undefined || lock.created === undefined)
    return { ...keep('the backend does not say who took it'), told: false };
  // Some backends fill in the one who asks, and the id of the lock that was not had.
  if (lock.who === around.who && lock.created >= around.askedAt)
    return { ...keep('the backend does not say who took it'), told: false, madeUp: true };
  const fitting = runs.filter((run) => fits(lock, run));
  const notDead = fitting.find(({ life }) => life === 'lives') ?? fitting.find(({ life }) => life !== 'dead');
  if (notDead) return keep(stands(notDead));
  const [dead, another] = fitting;
  if (!dead || another) return keep('no process that Slipway started surely took it');
  const { created } = lock;
  if (around.strangers.some((startedAt) => startedAt <= created + slackMs))
    return keep('another Terraform runs on this machine, which may have taken it');
  return { release: true, run: dead };
}

function fits({ who, version, operation, created }: StateLock, run: RecordedRun): boolean {
  return (
    created !== undefined &&
    who === run.who &&
    version === run.version &&
    operation?.toLowerCase() === `operationtype${run.operation}` &&
    created >= run.startedAt - slackMs &&
    created <= run.seenAlive + seenEveryMs + slackMs
  );
}

/** Why the lock of one that is not dead, or not surely, stays. */
function stands({ life, pid, who }: RecordedRun): string {
  if (life === 'lives') return `process ${pid}, which Slipway started, still works on it`;
  return `Slipway started process ${pid} as ${who} on another machine or in another container, and only there it can be seen whether it lives`;
}

function keep(why: string): { release: false; why: string; told: boolean } {
  return { release: false, why, told: true };
}
