import type { Evidence, Searched } from './evidence.js';
import type { Finding, PromiseName } from './finding.js';
import { watchedRuns } from './moments/runs.js';
import { slipwayChanges } from './moments/touches.js';
import { shownTime } from './promises/i13-waits-explained.js';
import { judges } from './promises/judges.js';
import { timelineOf, type TimelineEntry } from './timeline.js';

/** A promise that was broken; or, among `unobserved`, one that could not be judged at some point. */
export interface Violation {
  readonly promise: PromiseName;
  /** ISO time. */
  readonly at: string;
  /** The node, run or file it is about. */
  readonly about: string;
  /** One sentence. */
  readonly what: string;
}

/** What was counted. A verdict without runs or installs says little, however clean it is. */
export interface Figures {
  /** Seconds the watcher watched. */
  readonly watched: number;
  readonly runs: number;
  /** How often an installer began to write to each node. */
  readonly installs: Readonly<Record<string, number>>;
  /** Upgrade requests that reached each node's Talos. */
  readonly upgradeRequests: Readonly<Record<string, number>>;
  /** Evictions Slipway asked for and got. */
  readonly evictions: number;
  readonly snapshots: number;
  /** Seconds in which an open run showed no reason, had no worker, or could not be asked. */
  readonly reasonNotShown: number;
  readonly noWorker: number;
  readonly temporalSilent: number;
  /** Seconds in which the Kubernetes API told nothing of pods. */
  readonly podsUnseen: number;
  readonly etcdRounds: number;
  /** Where secrets were looked for. */
  readonly searched: Searched;
}

export interface Verdict {
  /** No promise was broken. */
  readonly ok: boolean;
  readonly cluster: string;
  readonly violations: readonly Violation[];
  readonly unobserved: readonly Violation[];
  readonly timeline: readonly TimelineEntry[];
  readonly figures: Figures;
}

/** Judges every promise. Pure. */
export function verdictOf(evidence: Evidence): Verdict {
  const findings = Object.values(judges).flatMap(({ judge }) => judge(evidence));
  const told = [...findings, ...missingHistory(evidence)].toSorted((a, b) => a.at - b.at);
  const ofKind = (kind: Finding['kind']): Violation[] =>
    told.filter((finding) => finding.kind === kind).map(violationOf);
  const violations = ofKind('violation');
  return {
    ok: violations.length === 0,
    cluster: evidence.cluster,
    violations,
    unobserved: ofKind('unobserved'),
    timeline: timelineOf(evidence, told),
    figures: figuresOf(evidence),
  };
}

function violationOf({ promise, at, about, what }: Finding): Violation {
  return { promise, at: new Date(at).toISOString(), about, what };
}

/** Promises that live on the history. */
function missingHistory({ historyMissing, watched }: Evidence): Finding[] {
  if (historyMissing === undefined) return [];
  const promises: PromiseName[] = ['I3', 'I6', 'I7', 'I9', 'I10', 'I13'];
  return promises.map((promise) => ({
    promise,
    kind: 'unobserved',
    at: watched.to,
    about: 'Temporal',
    what: historyMissing,
  }));
}

function figuresOf(evidence: Evidence): Figures {
  const { watched, machines, machineEvents, requests, etcd, seen, snapshots } = evidence;
  const perMachine = (count: (name: string) => number): Record<string, number> =>
    Object.fromEntries(machines.map(({ name }) => [name, count(name)]));
  const total = watched.to - watched.from;
  const seeing = seen.pods.reduce((sum, { from, to }) => sum + (to - from), 0);
  const shown = shownTime(evidence);
  const inSeconds = (milliseconds: number): number => Math.round(Math.max(0, milliseconds) / 100) / 10;
  return {
    watched: inSeconds(total),
    runs: watchedRuns(evidence).length,
    installs: perMachine(
      (name) =>
        machineEvents.filter(({ machine, event }) => machine === name && event === 'install-started').length,
    ),
    upgradeRequests: perMachine(
      (name) => requests.filter(({ node, method }) => node === name && method === 'Upgrade').length,
    ),
    evictions: slipwayChanges(evidence).filter(({ subresource }) => subresource === 'eviction').length,
    snapshots: snapshots.length,
    reasonNotShown: inSeconds(shown.withoutReason),
    noWorker: inSeconds(shown.withoutWorker),
    temporalSilent: inSeconds(shown.temporalSilent),
    podsUnseen: inSeconds(total - seeing),
    etcdRounds: etcd.length,
    searched: evidence.searched,
  };
}
