import type { ProcessLife } from '../process-place.js';
import type { StateLock } from './state-lock.js';

/** The record of one Terraform that Slipway started. */
export interface RecordedRun {
  readonly pid: number;
  readonly operation: 'plan' | 'apply';
  /** `user@host` as Terraform writes it. */
  readonly who: string;
  readonly version: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** When its worker last saw it alive, accurate to `seenEveryMs`. Milliseconds since the epoch. */
  readonly seenAlive: number;
  /** The id of the lock it held, observed while it held it. */
  readonly lockId: string | undefined;
  /** Whether exactly this process still runs. */
  readonly life: ProcessLife;
}

/** What is known when a lock blocks a Terraform. */
export interface LockSurroundings {
  /** Runs on the same state, by Slipways that share these records. */
  readonly runs: readonly RecordedRun[];
  /** When the blocked Terraform was started. */
  readonly askedAt: number;
  /** `user@host` of Terraform here. */
  readonly who: string;
  /** Unrecorded Terraforms that run on this machine: when each was started. */
  readonly strangers: readonly number[];
}

export type LockJudgement =
  | { readonly release: true; readonly run: RecordedRun }
  /** `told`: whether messages may repeat what the lock says of its owner. `madeUp`: not even its id is the lock's. */
  | { readonly release: false; readonly why: string; readonly told: boolean; readonly madeUp?: true };

/** How often a worker records that its Terraform is alive. */
export const seenEveryMs = 2_000;
/** Tolerance for the clocks of one machine, and for the time between a start and its record. */
const slackMs = 2_000;

/**
 * Whether a dead Terraform of ours took a lock. It is proven when the lock's id was recorded while that process held it. Otherwise
 * everything must match: user, host, version, operation, and a time within the life of exactly one dead process, while no other living
 * Terraform of this machine could have taken it. Every other lock needs a person. So does the lock of a process on another machine or in
 * another container: only there can anybody check whether it lives.
 */
export function judgeLock(lock: StateLock, around: LockSurroundings): LockJudgement {
  const { runs } = around;
  const recorded = runs.find(({ lockId }) => lockId !== undefined && lockId === lock.id);
  if (recorded && recorded.life !== 'dead') return keep(stands(recorded));
  if (lock.id === undefined) return keep('the backend does not say which lock it is');
  if (recorded) return { release: true, run: recorded };
  if (lock.who === undefined || lock.created === undefined)
    return { ...keep('the backend does not say who took it'), told: false };
  // Some backends report the one who asks as the owner, with the id of the lock that was not acquired.
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

/** Why a lock stays whose owner lives, or is not proven dead. */
function stands({ life, pid, who }: RecordedRun): string {
  if (life === 'lives') return `process ${pid}, which Slipway started, still works on it`;
  return `Slipway started process ${pid} as ${who} on another machine or in another container, and only there it can be seen whether it lives`;
}

function keep(why: string): { release: false; why: string; told: boolean } {
  return { release: false, why, told: true };
}
