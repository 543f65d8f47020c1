import { declaredName } from './declared-cluster.js';
import { UserMistake } from './mistakes.js';
import type { Temporal } from './temporal/connect-temporal.js';

/** A run as a person names it. */
export interface NamedRun {
  readonly cluster: string | undefined;
  readonly run: number | undefined;
}

/** One run. */
export interface ChosenRun {
  readonly cluster: string;
  readonly run: number;
}

/**
 * Reads `42`, `prox-ops/42`, the workflow's id `run/prox-ops/42`, or a cluster alone.
 *
 * @throws UserMistake for anything else.
 */
export function parseRun(text: string | undefined): NamedRun {
  if (text === undefined) return { cluster: undefined, run: undefined };
  const match = /^(?:run\/)?(?:(?<cluster>[a-z0-9][a-z0-9-]*)\/)?(?<run>[1-9]\d*)$/.exec(text);
  if (match?.groups) return { cluster: match.groups['cluster'], run: Number(match.groups['run']) };
  if (/^(?!\d+$)[a-z0-9][a-z0-9-]*$/.test(text)) return { cluster: text, run: undefined };
  throw new UserMistake(
    `"${text}" names no run.`,
    'Runs are named by number (42), or with their cluster (prox-ops/42).',
  );
}

/** The named run; without a name, the open or last run of the cluster. */
export async function chooseRun(
  temporal: Temporal,
  file: string,
  text: string | undefined,
): Promise<ChosenRun> {
  const named = parseRun(text);
  const cluster = named.cluster ?? (await requireName(file));
  const { requireQueue } = await import('./temporal/require-queue.js');
  const { memo } = await requireQueue(temporal, cluster);
  const run = named.run ?? memo.open?.run ?? memo.lastRun;
  if (run === 0) throw new UserMistake(`${cluster} has had no run yet.`, 'Start one: slipway upgrade');
  if (run > memo.lastRun) throw unknownRun({ cluster, run }, memo.lastRun);
  return { cluster, run };
}

/** The cluster of slipway.yaml. @throws UserMistake when the file is missing or names none. */
export async function requireName(file: string): Promise<string> {
  const name = await declaredName(file);
  if (name) return name;
  throw new UserMistake(
    `Which cluster? ${file} is not here, or names none.`,
    'Name its file with -f FILE, or the run as CLUSTER/RUN.',
  );
}

/** The error for a run that Temporal does not know. */
export function unknownRun({ cluster, run }: ChosenRun, lastRun: number): UserMistake {
  if (run > lastRun) {
    return new UserMistake(
      `${cluster} has had no run ${run}: its last one is run ${lastRun}.`,
      `Look at that: slipway status ${cluster}`,
    );
  }
  return new UserMistake(
    `Temporal no longer keeps run ${run} of ${cluster}: its retention is over.`,
    `The last run is ${lastRun}.`,
  );
}
