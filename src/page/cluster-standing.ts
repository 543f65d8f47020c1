import type { QueueView } from '../runs/view/queue-view.js';
import type { RunView } from '../runs/view/run-view.js';
import { besideStatus, endedLine } from '../runs/view/queue-view.js';
import { describe } from '../planning/reasons/describe.js';
import { sentence } from '../planning/text/sentence.js';
import type { Clock } from '../runs/view/work-text.js';
import { runStanding, type Point, type Standing, type Tone } from './run-standing.js';

/** A cluster as the overview and its own screen show it. */
export interface ObservedCluster {
  readonly queue: QueueView;
  /** The open run, where there is one that could be read. */
  readonly run: RunView | undefined;
}

/** How a cluster stands, with what is so whatever its run does. */
export interface ClusterStanding extends Standing {
  /** What else keeps the next run from beginning, and what waits for that. No screen leaves any of it out. */
  readonly beside: readonly Point[];
}

/** How a cluster stands: what its open run asks, what holds it, or that it is free. */
export function clusterStanding(sight: ObservedCluster, clock: Clock): ClusterStanding {
  const { queue, run } = sight;
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

/** That nobody takes what is asked for any more. */
function ended({ cluster, running }: QueueView): Point[] {
  return running ? [] : [{ tone: 'fault', about: 'queue', text: endedLine(cluster), commands: [] }];
}

/** Why no run is taken, and what can be typed about it. */
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

/** The hold that a rollback began under. Its end decides about it, so there is nothing to type. */
function heldBefore({ hold, open }: QueueView): Point[] {
  if (!hold || !open) return [];
  const text = `${hold.sentence} It is lifted if run ${open.run} ends and leaves no hold of its own.`;
  return [{ tone: 'rests', about: 'hold', since: hold.since, text, commands: [] }];
}

/** Who froze it, which is no matter of the run that is open or that holds it. */
function freeze({ frozen }: QueueView, about = 'frozen'): Point[] {
  if (!frozen) return [];
  const { since, sentence: text, advice } = frozen;
  return [{ tone: 'rests', about, ...(about === '' ? {} : { since }), text, commands: besideStatus(advice) }];
}

/** What was merged, and begins automatically once it may, or by a person; and what no merge brings again. */
function mergedAndWaits({ waiting, blockedVersions }: QueueView): Point[] {
  const [newest] = blockedVersions;
  const back: Point[] = newest
    ? [{ tone: 'rests', about: 'blocked version', since: newest.since, text: newest.sentence, commands: [] }]
    : [];
  if (!waiting) return back;
  const { since, sentence: text, blockedVersion } = waiting;
  const commands = blockedVersion ? ['slipway upgrade  # brings what git declares all the same'] : [];
  return [{ tone: 'rests', about: 'merged', since, text, commands }, ...(blockedVersion ? [] : back)];
}

const order: readonly Tone[] = ['asks', 'fault', 'works', 'rests', 'well'];

/** Those that wait for a person first; then by name. */
export function inOrderOfNeed<T extends { readonly standing: Standing; readonly sight: ObservedCluster }>(
  clusters: readonly T[],
): T[] {
  return clusters.toSorted(
    (one, other) =>
      order.indexOf(one.standing.tone) - order.indexOf(other.standing.tone) ||
      one.sight.queue.cluster.localeCompare(other.sight.queue.cluster),
  );
}
