import type { QueueView } from '../runs/view/queue-view.js';
import type { RunView } from '../runs/view/run-view.js';
import { besideStatus, endedLine } from '../runs/view/queue-view.js';
import { describe } from '../planning/reasons/describe.js';
import { sentence } from '../planning/text/sentence.js';
import type { Clock } from '../runs/view/work-text.js';
import { runStanding, type Point, type Standing, type Tone } from './run-standing.js';

/** A cluster's observed state for the overview and its own screen. */
export interface ObservedCluster {
  readonly queue: QueueView;
  /** The open run, where there is one that could be read. */
  readonly run: RunView | undefined;
}

/** The status of a cluster, with what holds independently of its run. */
export interface ClusterStanding extends Standing {
  /** What else blocks the next run, and the merge that waits. Every screen shows all of it. */
  readonly beside: readonly Point[];
}

/** The status of a cluster: what its open run waits for, what holds it, or that it is free. */
export function clusterStanding(observed: ObservedCluster, clock: Clock): ClusterStanding {
  const { queue, run } = observed;
  const { running, open, hold, frozen, waiting, runs } = queue;
  const merged = mergedAndWaits(queue);
  if (open && (running || (run && !run.outcome))) {
    const standing: Standing = run ? runStanding(run, clock) : { tone: 'works', title: 'Begins', points: [] };
    return { ...standing, beside: [...ended(queue), ...heldBefore(queue), ...freeze(queue), ...merged] };
  }
  if (!running) {
    const points = ended(queue).map((point) => ({ ...point, about: '' }));
    const beside = [...held(queue, 'hold'), ...freeze(queue), ...merged];
    return { tone: 'fault', title: 'Its queue was ended from outside', points, beside };
  }
  if (hold)
    return {
      tone: 'asks',
      title: `Held by run ${hold.run}`,
      since: hold.since,
      points: held(queue, ''),
      beside: [...freeze(queue), ...merged],
    };
  if (frozen)
    return {
      tone: 'rests',
      title: 'Frozen: no run begins until somebody lifts it',
      since: frozen.since,
      points: freeze(queue, ''),
      beside: merged,
    };
  if (waiting?.blockedVersion)
    return { tone: 'asks', title: 'Free: what was merged waits for a person', points: merged, beside: [] };
  if (waiting) return { tone: 'works', title: 'Begins what was merged', points: [], beside: merged };
  const title = runs.length === 0 ? 'Free; no run of it is on record' : 'Free: takes the next run';
  return { tone: 'rests', title, points: [], beside: merged };
}

/** Says that the queue does not run and starts nothing. */
function ended({ cluster, running }: QueueView): Point[] {
  return running ? [] : [{ tone: 'fault', about: 'queue', text: endedLine(cluster), commands: [] }];
}

/** Why the cluster is held, and what can be typed. */
function held({ hold }: QueueView, about: string): Point[] {
  if (!hold) return [];
  const [, ...others] = hold.reasons;
  const text = `${hold.sentence} No run begins until somebody releases it.`;
  return [
    { tone: 'asks', about, text, commands: hold.advice },
    ...others.map((reason) => ({
      tone: 'fault' as const,
      about: '',
      text: sentence(describe(reason)),
      commands: [],
    })),
  ];
}

/** The hold under which a rollback started. The end of the rollback decides about the hold, so there is nothing to type. */
function heldBefore({ hold, open }: QueueView): Point[] {
  if (!hold || !open) return [];
  const text = `${hold.sentence} It is lifted if run ${open.run} ends and leaves no hold of its own.`;
  return [{ tone: 'rests', about: 'hold', since: hold.since, text, commands: [] }];
}

/** Who froze the cluster. A freeze is independent of the open run and of a hold. */
function freeze({ frozen }: QueueView, about = 'frozen'): Point[] {
  if (!frozen) return [];
  const { since, sentence: text, advice } = frozen;
  return [{ tone: 'rests', about, ...(about === '' ? {} : { since }), text, commands: besideStatus(advice) }];
}

/** The merge that waits, for the queue or for a person; and the version that merges no longer start. */
function mergedAndWaits({ waiting, blockedVersions }: QueueView): Point[] {
  const [newest] = blockedVersions;
  const blocked: Point[] = newest
    ? [{ tone: 'rests', about: 'blocked version', since: newest.since, text: newest.sentence, commands: [] }]
    : [];
  if (!waiting) return blocked;
  const { since, sentence: text, blockedVersion } = waiting;
  const commands = blockedVersion ? ['slipway upgrade  # brings what git declares all the same'] : [];
  return [{ tone: 'rests', about: 'merged', since, text, commands }, ...(blockedVersion ? [] : blocked)];
}

const order: readonly Tone[] = ['asks', 'fault', 'works', 'rests', 'well'];

/** Sorts clusters: those that wait for a person first, then by name. */
export function inOrderOfNeed<T extends { readonly standing: Standing; readonly sight: ObservedCluster }>(
  clusters: readonly T[],
): T[] {
  return clusters.toSorted(
    (one, other) =>
      order.indexOf(one.standing.tone) - order.indexOf(other.standing.tone) ||
      one.sight.queue.cluster.localeCompare(other.sight.queue.cluster),
  );
}
