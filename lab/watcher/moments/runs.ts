import type { Evidence, Moment, WorkflowRecord, WorkflowStatus } from '../evidence.js';
import { list, number, text, truth } from './payload.js';

/** One run, from its history. */
export interface Run {
  readonly number: number;
  readonly id: string;
  readonly startedAt: Moment;
  readonly endedAt: Moment | undefined;
  readonly status: WorkflowStatus;
  /** `done`, `nothing-to-do`, `refused`, `halted`, `aborted`; undefined: it ended without a result, or not yet. */
  readonly outcome: string | undefined;
  /**
   * The nodes in a closed run's result, with their ends and states: of those that are not done from its result, of the others from the
   * node's own workflow.
   */
  readonly named: readonly NodeEnding[];
  /** Nodes that no hop of its plan touches, since they already ran the last version; the moment is that of the plan. */
  readonly skipped: readonly NodeEnding[];
  readonly attempts: readonly Attempt[];
  readonly record: WorkflowRecord;
}

export interface NodeEnding {
  readonly node: string;
  readonly outcome: string;
  readonly state: string;
  readonly to: string;
  readonly endedAt: Moment | undefined;
}

/** One workflow of one node. */
export interface Attempt {
  readonly id: string;
  readonly node: string;
  /** Several hops of a run may each upgrade the node, each from its attempt 1 on. */
  readonly hop: string;
  readonly number: number;
  readonly startedAt: Moment;
  readonly endedAt: Moment | undefined;
  readonly status: WorkflowStatus;
  /** The target version of the node. */
  readonly to: string;
  /** The target schematic in the plan. */
  readonly schematic: string;
  /** It rolls a node that halted the run back to the previous version. */
  readonly back: boolean;
  readonly ending: NodeEnding | undefined;
}

/** The runs to judge: those that were not closed before the watch began. Earlier ones may belong to another lab of the same name. */
export function watchedRuns(evidence: Evidence): Run[] {
  return runsOf(evidence).filter(({ endedAt }) => endedAt === undefined || endedAt >= evidence.watched.from);
}

/** Every run in the history, the earliest first. */
export function runsOf(evidence: Evidence): Run[] {
  const prefix = `run/${evidence.cluster}/`;
  const runs: Run[] = [];
  for (const record of evidence.workflows) {
    const parts = record.id.startsWith(prefix) ? record.id.slice(prefix.length).split('/') : [];
    if (parts.length !== 1) continue;
    const attempts = attemptsOf(evidence, record.id);
    runs.push({
      number: Number(parts[0]),
      id: record.id,
      startedAt: record.startedAt,
      endedAt: record.endedAt,
      status: record.status,
      outcome: text(record.result, 'outcome'),
      named: record.result === undefined ? [] : namedBy(record.result, attempts),
      skipped: skippedBy(record),
      attempts,
      record,
    });
  }
  return runs.toSorted((a, b) => a.startedAt - b.startedAt);
}

/** The run at a moment: the latest that had started. */
export function runAt(runs: readonly Run[], moment: Moment): Run | undefined {
  return runs.findLast(({ startedAt }) => startedAt <= moment);
}

/** The attempt of a request at that moment: the latest of the node that had started. */
export function attemptAt(runs: readonly Run[], node: string, moment: Moment): Attempt | undefined {
  const all = runs.flatMap(({ attempts }) => attempts).filter((attempt) => attempt.node === node);
  return all.toSorted((a, b) => a.startedAt - b.startedAt).findLast(({ startedAt }) => startedAt <= moment);
}

/** Whether a person sent the run one of these decisions, after one moment and not after another. */
export function personSaid({ record }: Run, names: readonly string[], after: Moment, until: Moment): boolean {
  return record.updates.some(
    ({ name, acceptedAt }) => names.includes(name) && acceptedAt > after && acceptedAt <= until,
  );
}

/** Whether a person made the run continue without that node. */
export function personSkipped({ record }: Run, node: string): boolean {
  return record.updates.some(({ name, input }) => name === 'skip' && text(input, 'node') === node);
}

/** Whether a person had decided, by the moment, that a node which halted the run rolls back: in that run, or in its slipway.yaml. */
export function sentBack(runs: readonly Run[], node: string, at: Moment): boolean {
  const run = runAt(runs, at);
  if (run === undefined) return false;
  const said = run.record.updates.some(
    ({ name, input, acceptedAt }) => name === 'rollback' && text(input, 'node') === node && acceptedAt <= at,
  );
  const halted = run.attempts.some(
    (attempt) =>
      attempt.node === node && attempt.ending?.outcome === 'halted' && (attempt.endedAt ?? at) <= at,
  );
  return said || (goesBackByItself(run) && halted);
}

/** The same, or a person had requested that run, which rolls an earlier one back. */
export function rollbackWanted(runs: readonly Run[], node: string, at: Moment): boolean {
  return sentBack(runs, node, at) || blockedVersions(runs, node, at);
}

/** Whether the run of that moment rolls an earlier one back, with that node. */
export function blockedVersions(runs: readonly Run[], node: string, at: Moment): boolean {
  const run = runAt(runs, at);
  return run !== undefined && takesBack(run).includes(node);
}

/** Whether its slipway.yaml declares that nodes that do not become healthy roll back automatically. */
export function goesBackByItself({ record }: Run): boolean {
  return text(record.input, 'inventory', 'upgrade', 'onFailure') === 'rollback';
}

/**
 * Whether its slipway.yaml declares that a run continues without that node: a worker that could not be drained, and was returned to
 * service.
 */
export function goesOnWithout({ record }: Run, attempt: Attempt, evidence: Evidence): boolean {
  const node = evidence.workflows.find((one) => one.id === attempt.id)?.input;
  return (
    text(record.input, 'inventory', 'upgrade', 'workers', 'undrained') === 'skip' &&
    text(node, 'node', 'role') === 'worker' &&
    attempt.ending?.outcome === 'undone'
  );
}

/** The nodes of an earlier run that this one rolls back. */
export function takesBack({ record }: Run): string[] {
  return list(record.input, 'request', 'back', 'nodes').flatMap((node) => text(node, 'name') ?? []);
}

const clean: ReadonlySet<string> = new Set(['done', 'incomplete', 'nothing-to-do', 'refused']);

/** It ended as intended, or as a person who skipped nodes wanted it, or touched nothing. */
export function endedClean({ status, outcome }: Run): boolean {
  return status === 'completed' && outcome !== undefined && clean.has(outcome);
}

/** Whether the inventory of the run accepts an outage of a lone control plane. */
export function outageAccepted({ record }: Run): boolean {
  return truth(record.input, 'inventory', 'controlPlane', 'outageAccepted') === true;
}

/** Milliseconds after which a snapshot is too old for a control plane; an hour where the inventory has no value. */
export function snapshotMaxAge({ record }: Run): number {
  return number(record.input, 'inventory', 'snapshot', 'maxAge') ?? 3_600_000;
}

function attemptsOf({ workflows }: Evidence, run: string): Attempt[] {
  return workflows
    .filter(({ id }) => id.startsWith(`${run}/`))
    .map((record): Attempt => {
      const [hop = '', node = '', number_ = ''] = record.id.slice(run.length + 1).split('/');
      return {
        id: record.id,
        node,
        hop,
        number: Number(number_),
        startedAt: record.startedAt,
        endedAt: record.endedAt,
        status: record.status,
        to: text(record.input, 'to') ?? '',
        schematic: text(record.input, 'node', 'schematic') ?? '',
        back: truth(record.input, 'node', 'back') === true,
        ending: record.result === undefined ? undefined : ending(record.result),
      };
    })
    .toSorted((a, b) => a.startedAt - b.startedAt);
}

/** The run's result is at least as recent as the node's own. Of a node with several workflows, the last end counts. */
function namedBy(result: unknown, attempts: readonly Attempt[]): NodeEnding[] {
  const byResult = list(result, 'notDone').map(ending);
  const last = new Map(attempts.map((attempt) => [`${attempt.hop}/${attempt.node}`, attempt]));
  const own = [...last.values()].flatMap((attempt) => (attempt.ending ? [attempt.ending] : []));
  const byRun = (one: NodeEnding): boolean =>
    byResult.some(({ node, to }) => node === one.node && to === one.to);
  return [...byResult, ...own.filter((one) => !byRun(one))];
}

function skippedBy({ activities }: WorkflowRecord): NodeEnding[] {
  const planned = activities.find(({ type, outcome }) => type === 'planUpgrade' && outcome === 'completed');
  const hops = list(planned?.result, 'plan', 'hops');
  const nodes = hops.flatMap((hop) => list(hop, 'nodes'));
  const touched = new Set(
    nodes.filter((node) => text(node, 'skip') === undefined).map((node) => text(node, 'name')),
  );
  const names = new Set(nodes.map((node) => text(node, 'name') ?? ''));
  return [...names]
    .filter((node) => !touched.has(node))
    .map((node) => ({
      node,
      outcome: 'skipped',
      state: 'on-target',
      to: text(hops.at(-1), 'to') ?? '',
      endedAt: planned?.endedAt,
    }));
}

function ending(result: unknown): NodeEnding {
  return {
    node: text(result, 'node') ?? '',
    outcome: text(result, 'outcome') ?? '',
    state: text(result, 'state') ?? '',
    to: text(result, 'to') ?? '',
    endedAt: Date.parse(text(result, 'endedAt') ?? '') || undefined,
  };
}
