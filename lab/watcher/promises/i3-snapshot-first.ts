import type { Evidence, Moment } from '../evidence.js';
import { unobserved, violation, type Finding } from '../finding.js';
import { seconds } from '../moments/last-before.js';
import { text, truth } from '../moments/payload.js';
import { attemptAt, runAt, runsOf, snapshotMaxAge, watchedRuns, type Run } from '../moments/runs.js';
import { isControlPlane, touches, type Touch } from '../moments/touches.js';

/** A snapshot of a run, from its history. */
interface TakenSnapshot {
  /** When the step ended. */
  readonly endedAt: Moment;
  readonly takenAt: Moment;
  readonly file: string;
  readonly sha256: string;
  readonly proven: boolean;
}

/**
 * I3: a run touches no node before an etcd snapshot was read from Talos, verified by a restore, and stored encrypted and only for its
 * owner. Before each control plane the newest snapshot is younger than `snapshot.maxAge`.
 */
export function snapshotFirst(evidence: Evidence): Finding[] {
  const runs = runsOf(evidence);
  const all = touches(evidence);
  const [orphan] = all.filter(({ at }) => runAt(runs, at) === undefined);
  const judged = watchedRuns(evidence).flatMap((run) => {
    const own = all.filter(({ at }) => runAt(runs, at)?.id === run.id);
    return judgeRun(evidence, run, own);
  });
  return [...(orphan === undefined ? [] : [ofNoRun(evidence, orphan)]), ...inClear(evidence), ...judged];
}

/** With the complete history this is no gap in the evidence: nothing recorded a snapshot. */
function ofNoRun({ historyMissing }: Evidence, { at, node, name }: Touch): Finding {
  const what = `${name} of ${node} belongs to no run in Temporal's history`;
  return historyMissing === undefined ? violation('I3', at, node, what) : unobserved('I3', at, node, what);
}

function judgeRun(evidence: Evidence, run: Run, own: readonly Touch[]): Finding[] {
  const taken = takenIn(evidence, run);
  const files = taken.flatMap((snapshot) => judgeFile(evidence, run, snapshot));
  const [first] = own;
  if (first === undefined) return files;
  const before = taken.filter(({ endedAt }) => endedAt <= first.at);
  const [snapshot] = before;
  const findings: Finding[] = [...files];
  const broken = (what: string): void => void findings.push(violation('I3', first.at, run.id, what));
  if (snapshot === undefined)
    broken(`${first.name} of ${first.node} before any snapshot of ${run.id} was finished`);
  else if (!snapshot.proven) broken(`the first snapshot of ${run.id} was not proven by a restore`);
  if (!readFromTalos(evidence, run, first.at))
    broken(`no EtcdSnapshot had succeeded before ${first.name} of ${first.node}`);
  return [...findings, ...tooOld(evidence, run, own, taken)];
}

/** Each control plane at the first touch of each of its workflows: a run of several hops comes back to it. */
function tooOld(
  evidence: Evidence,
  run: Run,
  own: readonly Touch[],
  taken: readonly TakenSnapshot[],
): Finding[] {
  const most = snapshotMaxAge(run);
  const workflowOf = ({ node, at }: Touch): string => `${node} ${attemptAt([run], node, at)?.id}`;
  const firsts = own.filter(
    (touch, index) =>
      isControlPlane(evidence, touch.node) &&
      own.findIndex((one) => workflowOf(one) === workflowOf(touch)) === index,
  );
  return firsts.flatMap(({ at, node, name }) => {
    const newest = taken.findLast(({ endedAt }) => endedAt <= at);
    if (newest === undefined || at - newest.takenAt <= most) return [];
    const age = seconds(at - newest.takenAt);
    return [
      violation(
        'I3',
        at,
        node,
        `${name} of ${node} with a snapshot ${age} old; ${seconds(most)} are allowed`,
      ),
    ];
  });
}

function judgeFile(evidence: Evidence, run: Run, { file, sha256, endedAt }: TakenSnapshot): Finding[] {
  const found = evidence.snapshots.find((candidate) => candidate.file === file);
  const broken = (what: string): Finding => violation('I3', endedAt, run.id, what);
  if (found === undefined) return [broken(`${file} is not in the snapshot folder`)];
  const findings: Finding[] = [];
  if (found.mode !== 0o600) findings.push(broken(`${file} has mode 0${found.mode.toString(8)}, not 0600`));
  if (!file.endsWith('.age')) findings.push(broken(`${file} is not named as an age file is`));
  if (found.sha256 !== sha256)
    findings.push(broken(`${file} is not what the run stored: its SHA-256 is another one`));
  // File times have limited precision.
  if (found.writtenAt > endedAt + 1_000)
    findings.push(broken(`${file} was written after its step had ended`));
  return findings;
}

/** Files in the folder that age did not encrypt. */
function inClear({ snapshots }: Evidence): Finding[] {
  return snapshots
    .filter(({ encrypted }) => !encrypted)
    .map(({ file, folder, writtenAt }) =>
      violation('I3', writtenAt, file, `${file} lies in ${folder} and is not encrypted`),
    );
}

function readFromTalos({ requests }: Evidence, run: Run, before: Moment): boolean {
  return requests.some(
    ({ method, code, at, took }) =>
      method === 'EtcdSnapshot' && code === 0 && at >= run.startedAt && at + took <= before,
  );
}

/** By the run, and by nodes that roll back: those take their own. */
function takenIn({ workflows }: Evidence, { id, record }: Run): TakenSnapshot[] {
  const own = workflows.filter((one) => one.id.startsWith(`${id}/`));
  const all = [record, ...own].flatMap(({ activities }) => activities);
  return all
    .toSorted((a, b) => a.scheduledAt - b.scheduledAt)
    .flatMap(({ type, outcome, endedAt, result }) => {
      if (type !== 'takeSnapshot' || outcome !== 'completed' || endedAt === undefined) return [];
      return [
        {
          endedAt,
          takenAt: Date.parse(text(result, 'takenAt') ?? '') || endedAt,
          file: text(result, 'file') ?? '',
          sha256: text(result, 'sha256') ?? '',
          proven: truth(result, 'proven') === true,
        },
      ];
    });
}
