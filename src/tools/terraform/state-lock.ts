import type { Diagnostic } from './terraform-events.js';

/** A lock on a state, as a Terraform error describes it. Fields that the backend does not report are undefined. */
export interface StateLock {
  readonly id: string | undefined;
  readonly path: string | undefined;
  /** `OperationTypeApply`, `OperationTypePlan`, … */
  readonly operation: string | undefined;
  /** `user@host`. */
  readonly who: string | undefined;
  /** The version of the program that took it. */
  readonly version: string | undefined;
  /** Milliseconds since the epoch. */
  readonly created: number | undefined;
}

/** Terraform's and OpenTofu's name for it, in every backend (command/clistate). */
const acquiring = 'Error acquiring the state lock';

/**
 * The lock that blocked Terraform; undefined: it failed for another reason.
 *
 * Not every backend reports the owner: pg, and http before OpenTofu 1.12, fill in the one who asks. The id, which http names separately
 * (`already locked: ID=…`), is then the only true value.
 */
export function lockIn({ summary, detail }: Diagnostic): StateLock | undefined {
  if (summary !== acquiring) return undefined;
  const info = Object.fromEntries(
    [...detail.matchAll(/^\s*(ID|Path|Operation|Who|Version|Created):[ \t]*(.*?)\s*$/gm)].map(
      ([, name = '', value = '']) => [name, value],
    ),
  );
  const field = (name: string): string | undefined => info[name] || undefined;
  const named = /already locked: ID=(\S+)/.exec(detail)?.[1];
  const asking = named !== undefined && named !== field('ID');
  return {
    id: named ?? field('ID'),
    path: asking ? undefined : field('Path'),
    operation: asking ? undefined : field('Operation'),
    who: asking ? undefined : field('Who'),
    version: asking ? undefined : field('Version'),
    created: asking ? undefined : timeOf(field('Created')),
  };
}

/** Whether Terraform could not release a lock: it may still be held. */
export function keptLock({ summary }: Diagnostic): boolean {
  return summary === 'Error releasing the state lock';
}

/** `apply` of `OperationTypeApply`. */
export function operationWord(lock: StateLock): string | undefined {
  return lock.operation?.replace(/^OperationType/, '').toLowerCase();
}

/** A time as Go prints it: `2026-11-22 11:24:34.123456789 +0000 UTC`, always in UTC here. */
function timeOf(text: string | undefined): number | undefined {
  const match = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(\.\d{1,3})?\d* \+0000 UTC/.exec(text ?? '');
  if (!match) return undefined;
  const time = Date.parse(`${match[1]}T${match[2]}${match[3] ?? ''}Z`);
  return Number.isNaN(time) ? undefined : time;
}
