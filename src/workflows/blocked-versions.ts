import type { NodeEnding, RunResult } from '../planning/report/run-result.js';
import type { EnqueueInput, BlockedVersion } from './messages.js';

/** A run that has ended. */
export interface EndedRun {
  readonly run: number;
  readonly input: EnqueueInput;
  /** ISO time. */
  readonly at: string;
  /** Left out: it ended without a result. */
  readonly result?: RunResult;
}

/** How many blocked versions are kept. */
const rememberedMax = 20;

/**
 * The blocked versions after a run has ended. A run over the whole cluster that ends well unblocks its own version and older ones:
 * the cluster has passed them, and no merge downgrades it.
 */
export function blockedVersionsAfter(
  before: readonly BlockedVersion[],
  ended: EndedRun,
): readonly BlockedVersion[] {
  const { request, only } = ended.input;
  const { outcome } = ended.result ?? {};
  const well = outcome === 'done' || outcome === 'nothing-to-do';
  const past = well && !request.back && only.length === 0;
  const now = request.back ? byRollback(ended) : byNodes(ended);
  const kept = before.filter(
    ({ talos }) => !(past && isUpTo(talos, request.talos)) && now.every((one) => one.talos !== talos),
  );
  return [...kept, ...now].slice(-rememberedMax);
}

/**
 * Why a merge may not begin automatically: its version was rolled back, or it waits since before a run rollback. Whoever rolls a
 * run back wants the cluster as it was, and no other version right after it.
 *
 * @param since ISO time from which it waits.
 */
export function blockedVersionBefore(
  all: readonly BlockedVersion[],
  talos: string,
  since: string,
): BlockedVersion | undefined {
  const whole = ({ wentBack, since: at }: BlockedVersion): boolean => wentBack === undefined && since < at;
  return all.findLast((one) => one.talos === talos) ?? all.findLast(whole);
}

/** A run rollback, if it changed anything. */
function byRollback({ run, input: { request, only }, at, result }: EndedRun): BlockedVersion[] {
  const { done = 0, undone = 0, halted = 0 } = result?.counts ?? {};
  // What a run without a result did is unknown; whoever asked for the rollback wanted the version gone.
  if (!request.back || (result && done + undone + halted === 0)) return [];
  const { nodes, target } = request.back;
  const left = nodes.filter(({ name }) => only.length === 0 || only.includes(name)).map(({ to }) => to);
  const versions = [...(target === undefined ? [] : [target]), ...left];
  return distinct(versions, request.talos).map((talos) => ({ talos, run, since: at }));
}

/** A run in which a node rolled back, or was to: its target, and the hop's version where that differs. */
function byNodes({ run, input: { request }, at, result }: EndedRun): BlockedVersion[] {
  const back = result?.notDone?.filter(isBack) ?? [];
  const [first] = back;
  if (!first) return [];
  const versions = [...back.map(({ to }) => to), request.talos];
  return distinct(versions).map((talos) => ({ talos, run, since: at, wentBack: first.node }));
}

/** Rolled back automatically, by a person or by Talos; or the rollback failed, which needs a person even more. */
function isBack({ state, reason }: NodeEnding): boolean {
  return state === 'rolled-back' || state === 'back-on-old' || reason?.kind === 'rollback-failed';
}

function distinct(versions: readonly string[], but?: string): string[] {
  return [...new Set(versions)].filter((version) => version !== but);
}

/** Whether a version is not newer than another, part by part. */
function isUpTo(version: string, other: string): boolean {
  return version.localeCompare(other, 'en', { numeric: true }) <= 0;
}
