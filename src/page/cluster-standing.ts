import type { QueueView } from '../runs/view/queue-view.js';
import type { RunView } from '../runs/view/run-view.js';
import { endedLine } from '../runs/view/queue-view.js';
import { describe } from '../planning/describe.js';
import { sentence } from '../planning/sentence.js';
import type { Clock } from '../runs/view/work-text.js';
import { runStanding, type Point, type Standing, type Tone } from './run-standing.js';

/** A cluster as the overview and its own screen show it. */
export interface ClusterSight {
  readonly queue: QueueView;
  /** The open run, where there is one that could be read. */
  readonly run: RunView | undefined;
}

/** How a cluster stands: what its open run asks, what holds it, or that it is free. */
export function clusterStanding({ queue, run }: ClusterSight, clock: Clock): Standing {
  const { cluster, running, open, hold, frozen, runs } = queue;
  const merged = mergedAndWaits(queue);
  if (open) {
    const standing: Standing = run ? runStanding(run, clock) : { tone: 'works', title: 'Begins', points: [] };
    return { ...standing, points: [...standing.points, ...merged] };
  }
  if (!running)
    return {
      tone: 'fault',
      title: 'Its queue was ended from outside',
      points: [{ tone: 'fault', about: '', text: endedLine(cluster), commands: [] }],
    };
  if (hold) {
    const [, ...others] = hold.reasons;
    return {
      tone: 'asks',
      title: `Held by run ${hold.run}`,
      since: hold.since,
      points: [
        { tone: 'asks', about: '', text: hold.sentence, commands: hold.advice },
        ...others.map((reason) => ({
          tone: 'fault' as const,
          about: '',
          text: sentence(describe(reason)),
          commands: [],
        })),
        ...merged,
      ],
    };
  }
  if (frozen)
    return {
      tone: 'rests',
      title: 'Frozen: no run begins',
      since: frozen.since,
      points: [{ tone: 'rests', about: '', text: frozen.sentence, commands: frozen.advice }, ...merged],
    };
  const title = runs.length === 0 ? 'Free; no run of it is on record' : 'Free: takes the next run';
  return { tone: 'rests', title, points: [] };
}

/** What was merged, and begins by itself once it may. */
function mergedAndWaits({ waiting }: QueueView): Point[] {
  if (!waiting) return [];
  const { since, sentence: text } = waiting;
  return [{ tone: 'rests', about: 'merged', since, text, commands: [] }];
}

const order: readonly Tone[] = ['asks', 'fault', 'works', 'rests', 'well'];

/** Those that wait for a person first; then by name. */
export function inOrderOfNeed<T extends { readonly standing: Standing; readonly sight: ClusterSight }>(
  clusters: readonly T[],
): T[] {
  return clusters.toSorted(
    (one, other) =>
      order.indexOf(one.standing.tone) - order.indexOf(other.standing.tone) ||
      one.sight.queue.cluster.localeCompare(other.sight.queue.cluster),
  );
}
