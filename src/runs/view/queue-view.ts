import { advise, describe, holdSentence } from '../../planning/describe.js';
import type { Hold } from '../../planning/run-result.js';
import { sentence } from '../../planning/sentence.js';
import type { Freeze, WaitingOffer } from '../../workflows/messages.js';
import type { QueueSight } from '../temporal/cluster-queue.js';
import type { RunLine } from '../temporal/list-runs.js';

/** A cluster's queue as `slipway queue` shows it; with `--json` it is printed as it is. */
export interface QueueView {
  readonly cluster: string;
  /** False: somebody ended its queue; the next upgrade starts it again. */
  readonly running: boolean;
  readonly open: OpenRun | null;
  /** What keeps it from taking another run, and what to type. */
  readonly hold: (Hold & { readonly sentence: string; readonly advice: readonly string[] }) | null;
  /** What was merged and may not begin yet. */
  readonly waiting: WaitingOffer | null;
  /** Who keeps runs from beginning, if anybody does. */
  readonly frozen: (Freeze & { readonly sentence: string; readonly advice: readonly string[] }) | null;
  /** The newest first. */
  readonly runs: readonly RunLine[];
}

export interface OpenRun {
  readonly run: number;
  readonly target: string;
  /** ISO time. */
  readonly since: string;
  /** What it waits for, roughly. */
  readonly waitsFor: string;
  readonly phase: RunLine['phase'] | null;
}

/** Puts together what the queue's memo and the list of runs tell. */
export function queueView(
  { cluster, running, memo }: QueueSight,
  runs: readonly RunLine[],
  address: (node: string) => string | undefined,
): QueueView {
  const { open, hold, waiting = null, frozen = null } = memo;
  const line = open ? runs.find((one) => one.run === open.run && one.outcome === 'open') : undefined;
  return {
    cluster,
    running,
    open: open && {
      ...open,
      phase: line?.phase ?? null,
      waitsFor: line?.waitingFor ?? (line?.phase ? 'its next decision' : 'a worker to begin it'),
    },
    hold: hold && {
      ...hold,
      sentence: sentence(holdSentence(hold, cluster)),
      advice: holdAdvice(hold, cluster, address),
    },
    waiting,
    frozen: frozen && { ...frozen, ...frozenWords(frozen, cluster) },
    runs,
  };
}

function frozenWords(frozen: Freeze, cluster: string): { sentence: string; advice: string[] } {
  const reason = { kind: 'frozen', cluster, ...frozen } as const;
  return { sentence: sentence(describe(reason)), advice: advise(reason, { cluster }) };
}

/** What can be typed about a hold, each line once. */
export function holdAdvice(
  { reasons, run }: Hold,
  cluster: string,
  address?: (node: string) => string | undefined,
): string[] {
  const context = { cluster, run, ...(address ? { address } : {}) };
  const lines = reasons.flatMap((reason) => advise(reason, context));
  return [
    ...new Set(
      lines.length > 0 ? lines : [`slipway release ${cluster} --why "…"  # once the cluster is well`],
    ),
  ];
}

/** A queue in one line, as `status` begins. */
export function queueLine({ cluster, memo, running }: QueueSight): string {
  const { hold, open, lastRun, waiting, frozen } = memo;
  if (!running) return endedLine(cluster);
  const waits = waiting ? ` Talos ${waiting.target} was merged and waits.` : '';
  if (hold) return `${holdSentence(hold, cluster)}.${waits}`;
  if (open) return `${cluster}: run ${open.run} is open, to Talos ${open.target}.${waits}`;
  if (frozen) return `${sentence(describe({ kind: 'frozen', cluster, ...frozen }))}${waits}`;
  return lastRun > 0
    ? `${cluster}: no run is open; the last one was run ${lastRun}.`
    : `${cluster}: no run yet.`;
}

/** What became of a queue that does not run. */
export function endedLine(cluster: string): string {
  return `${cluster}: its queue was ended from outside. The next slipway upgrade starts it again, with what it remembers.`;
}
