import type { Evidence, Searched } from './evidence.js';
import { unobserved, type Finding, type PromiseName } from './finding.js';
import { answeredWell, vmCalls } from './moments/hypervisor-calls.js';
import { watchedRuns } from './moments/runs.js';
import { disruptingRequests, installRequests } from './moments/talos-calls.js';
import { slipwayChanges } from './moments/touches.js';
import { shownTime } from './promises/i13-waits-explained.js';
import { judges } from './promises/judges.js';
import { timelineOf, type TimelineEntry } from './timeline.js';

/** A broken promise; or, in `unobserved`, one that could not be judged at some point. */
export interface Violation {
  readonly promise: PromiseName;
  /** ISO time. */
  readonly at: string;
  /** The node, run or file of the finding. */
  readonly about: string;
  /** One sentence. */
  readonly what: string;
}

/** The counts. A verdict without runs or installs proves little, however clean it is. */
export interface Figures {
  /** Seconds the watcher watched. */
  readonly watched: number;
  readonly runs: number;
  /** How often an installer began to write to each node. */
  readonly installs: Readonly<Record<string, number>>;
  /** Requests to install, of either flow, that reached each node's Talos. */
  readonly upgradeRequests: Readonly<Record<string, number>>;
  /** Separate requests that stop a node; the legacy upgrade, which installs and reboots, does not count. */
  readonly rebootRequests: Readonly<Record<string, number>>;
  /** Machines that Slipway's Terraform replaced; left out where they have no hypervisor. */
  readonly replaced?: Readonly<Record<string, number>>;
  /** Slipway's successful evictions. */
  readonly evictions: number;
  readonly snapshots: number;
  /** Seconds in which an open run showed no reason, had no worker, or could not be read. */
  readonly reasonNotShown: number;
  readonly noWorker: number;
  readonly temporalUnreachable: number;
  /** Seconds without a watch of pods. */
  readonly podsUnseen: number;
  readonly etcdRounds: number;
  /** Observed programs that connected to a machine. */
  readonly commands: number;
  /** The places that were searched for secrets. */
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
  /**
   * Everything that keeps this verdict from being clean, in sentences: broken promises, promises that could not be judged, and a watch
   * without a run. A scenario that expects none of it expects an empty list.
   */
  readonly complaints: readonly string[];
}

/** Judges every promise. Pure. */
export function verdictOf(evidence: Evidence): Verdict {
  const findings = Object.values(judges).flatMap(({ judge }) => judge(evidence));
  const reported = [...findings, ...missingHistory(evidence), ...unreadableLogs(evidence)].toSorted(
    (a, b) => a.at - b.at,
  );
  const ofKind = (kind: Finding['kind']): Violation[] =>
    reported.filter((finding) => finding.kind === kind).map(violationOf);
  const violations = ofKind('violation');
  const notJudged = ofKind('unobserved');
  const figures = figuresOf(evidence);
  return {
    ok: violations.length === 0,
    cluster: evidence.cluster,
    violations,
    unobserved: notJudged,
    timeline: timelineOf(evidence, reported),
    figures,
    complaints: [
      ...violations.map(({ promise, what }) => `${promise} broken: ${what}`),
      ...notJudged.map(({ promise, what }) => `${promise} not judged: ${what}`),
      ...(figures.runs > 0 ? [] : ['no run was seen: a verdict on nothing says nothing']),
    ],
  };
}

function violationOf({ promise, at, about, what }: Finding): Violation {
  return { promise, at: new Date(at).toISOString(), about, what };
}

/** Promises that depend on the history. */
function missingHistory({ historyMissing, watched }: Evidence): Finding[] {
  if (historyMissing === undefined) return [];
  const promises: PromiseName[] = ['I3', 'I6', 'I7', 'I9', 'I10', 'I13'];
  return promises.map((promise) => unobserved(promise, watched.to, 'Temporal', historyMissing));
}

/** The promises that depend on each of the lab's logs. */
const JUDGED_BY_LOG: Readonly<Record<string, readonly PromiseName[]>> = {
  requests: ['I1', 'I2', 'I3', 'I4', 'I6', 'I8', 'I9', 'I16'],
  machines: ['I4', 'I6', 'I7', 'I8', 'I14'],
  fronts: ['I16'],
  audit: ['I1', 'I3', 'I4', 'I5', 'I14'],
  hypervisor: ['I1', 'I2', 'I3', 'I4', 'I6', 'I12'],
};

function unreadableLogs({ unreadable, watched }: Evidence): Finding[] {
  return Object.entries(unreadable).flatMap(([log, lines]) => {
    if (lines === 0) return [];
    const what = `${lines} ${lines === 1 ? 'line' : 'lines'} of ${log}.jsonl could not be read`;
    return (JUDGED_BY_LOG[log] ?? []).map((promise) => unobserved(promise, watched.to, log, what));
  });
}

function figuresOf(evidence: Evidence): Figures {
  const { watched, machines, machineEvents, etcd, seen, snapshots } = evidence;
  const perMachine = (count: (name: string) => number): Record<string, number> =>
    Object.fromEntries(machines.map(({ name }) => [name, count(name)]));
  const installing = installRequests(evidence);
  const stopping = disruptingRequests(evidence).filter(({ stops, installs }) => stops && !installs);
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
    upgradeRequests: perMachine((name) => installing.filter(({ request }) => request.node === name).length),
    rebootRequests: perMachine((name) => stopping.filter(({ request }) => request.node === name).length),
    ...(evidence.hypervisor === undefined
      ? {}
      : { replaced: perMachine((name) => plannedReplacementBack(evidence, name)) }),
    evictions: slipwayChanges(evidence).filter(({ subresource }) => subresource === 'eviction').length,
    snapshots: snapshots.length,
    reasonNotShown: inSeconds(shown.withoutReason),
    noWorker: inSeconds(shown.withoutWorker),
    temporalUnreachable: inSeconds(shown.temporalUnreachable),
    podsUnseen: inSeconds(total - seeing),
    etcdRounds: etcd.length,
    commands: evidence.commands.length,
    searched: evidence.searched,
  };
}

function plannedReplacementBack(evidence: Evidence, name: string): number {
  return vmCalls(evidence).filter(
    ({ node, does, request }) => node === name && does === 'make' && answeredWell(request),
  ).length;
}
