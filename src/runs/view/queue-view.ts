import { cutText } from '../../planning/merge/comment-text.js';
import { advise } from '../../planning/reasons/advise.js';
import { describe, holdSentence } from '../../planning/reasons/describe.js';
import type { Origin } from '../../planning/plan/plan.js';
import type { Hold } from '../../planning/report/run-result.js';
import { listed, moment, quoted } from '../../planning/text/phrases.js';
import { sentence } from '../../planning/text/sentence.js';
import type { Freeze, LastLifted, Lifted, BlockedVersion, PendingMerge } from '../../workflows/messages.js';
import type { ObservedQueue } from '../temporal/cluster-queue.js';
import type { RunLine } from '../temporal/list-runs.js';

/** A cluster's queue as `slipway queue` shows it; `--json` prints this value. */
export interface QueueView {
  readonly cluster: string;
  /** False: somebody terminated the queue; the next upgrade starts it again. */
  readonly running: boolean;
  readonly open: OpenRun | null;
  /** The hold that blocks new runs, and what to type. */
  readonly hold: (Hold & { readonly sentence: string; readonly advice: readonly string[] }) | null;
  /** The pending merge. */
  readonly waiting: (PendingMerge & { readonly sentence: string }) | null;
  /** The freeze, and who set it. */
  readonly frozen: (Freeze & { readonly sentence: string; readonly advice: readonly string[] }) | null;
  /** Versions that merges no longer start, the newest first. */
  readonly blockedVersions: readonly (BlockedVersion & { readonly sentence: string })[];
  /** Who lifted the last hold and the last freeze: a sentence each. */
  readonly lifted: readonly string[];
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

/** Combines the queue's memo with the list of runs. */
export function queueView(
  { cluster, running, memo }: ObservedQueue,
  runs: readonly RunLine[],
  address: (node: string) => string | undefined,
): QueueView {
  const { open, hold, waiting = null, frozen = null, blockedVersions = [] } = memo;
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
    waiting: waiting && { ...waiting, sentence: waitingSentence(waiting, { cluster, memo, running }) },
    frozen: frozen && { ...frozen, ...frozenWords(frozen, cluster) },
    blockedVersions: blockedVersions
      .toReversed()
      .map((one) => ({ ...one, sentence: blockedVersionSentence(one, cluster) })),
    lifted: liftedSentences(memo.lifted ?? {}),
    runs,
  };
}

/** Typed texts are cut to so many characters; `slipway queue --json` has all of them. */
const byMax = 100;
const whyMax = 400;

function short(text: string, max: number): string {
  return text.length > max ? `${cutText(text, max)} …` : text;
}

/** Who froze the cluster and why, and what can be typed. */
function frozenWords(frozen: Freeze, cluster: string): { sentence: string; advice: string[] } {
  const { by, why, since } = frozen;
  const reason = { kind: 'frozen', cluster, by: short(by, byMax), why: short(why, whyMax), since } as const;
  return { sentence: sentence(describe(reason)), advice: advise(reason, { cluster }) };
}

function blockedVersionSentence(blockedVersions: BlockedVersion, cluster: string): string {
  const why = describe({ kind: 'version-blocked', cluster, ...blockedVersions });
  return sentence(`${why}; slipway upgrade brings it, and forgets that once it has ended well`);
}

/** Who released the last hold and lifted the last freeze, and why. */
function liftedSentences({ release, unfreeze }: LastLifted): string[] {
  const who = ({ by, why, at }: Lifted): string =>
    `on ${moment(at)} by ${quoted(short(by, byMax))}: ${quoted(short(why, whyMax))}`;
  return [
    ...(release ? [sentence(`The hold of run ${release.run} was released ${who(release)}`)] : []),
    ...(unfreeze ? [sentence(`The freeze was lifted ${who(unfreeze)}`)] : []),
  ];
}

/** `pull request 12 of acme/home-ops, commit 4f1c9d2b7a6e`, as far as it is known. */
export function mergeWords({ repository, pullRequest, commit }: Partial<Origin>): string {
  const of = repository === undefined ? '' : ` of ${repository}`;
  return [
    ...(pullRequest === undefined ? [] : [`pull request ${pullRequest}${of}`]),
    ...(commit === undefined ? [] : [`commit ${commit.slice(0, 12)}${pullRequest === undefined ? of : ''}`]),
  ].join(', ');
}

/** The pending merge, and what blocks it. */
function waitingSentence(waiting: PendingMerge, { cluster, memo, running }: ObservedQueue): string {
  const by = mergeWords(waiting);
  const what = `Talos ${waiting.target}${by === '' ? '' : `, ${by},`} was merged`;
  if (!running)
    return sentence(`${what} and waited in that queue; it begins no more automatically, so ask for it again`);
  if (waiting.blockedVersion)
    return sentence(
      `${what} and waits for a person: ${blockedVersionSentence(waiting.blockedVersion, cluster)}`,
    );
  const { open, hold, frozen } = memo;
  if (open?.back)
    return sentence(
      `${what} and waits: run ${open.run} takes ${cluster} back; once it has, a person begins what waits`,
    );
  const obstacles = [
    // The end of a run decides about the hold too: a successful rollback lifts the hold of the previous run.
    ...(open ? [`run ${open.run} has ended and left no hold`] : hold ? ['the hold is released'] : []),
    ...(frozen ? ['the freeze is lifted'] : []),
  ];
  return sentence(
    obstacles.length === 0
      ? `${what}: it begins as soon as a worker takes it`
      : `${what} and waits: it begins automatically once ${listed(obstacles)}`,
  );
}

/** Commands for a hold, each once. */
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

/** Leaves out `slipway status`, because the caller already shows the status. */
export function besideStatus(advice: readonly string[]): string[] {
  return advice.filter((line) => !line.startsWith('slipway status '));
}

/** Commands for a freeze, except `slipway status`. */
export function freezeAdvice({ cluster, memo: { frozen } }: ObservedQueue): string[] {
  if (!frozen) return [];
  return besideStatus(frozenWords(frozen, cluster).advice);
}

/** A queue in few sentences, for the first line of `status`: the open run, everything that blocks the next run, and the pending merge. */
export function queueLine({ cluster, memo, running }: ObservedQueue): string {
  const { hold, open, lastRun, waiting, frozen, blockedVersions = [] } = memo;
  const state = [
    // The memo has the queue's last knowledge of an open run; the current state is in the run itself.
    ...(running ? [] : [endedLine(cluster)]),
    ...(running && open ? [`${cluster}: run ${open.run} is open, to Talos ${open.target}.`] : []),
    ...(hold ? [sentence(holdSentence(hold, cluster))] : []),
    ...(frozen ? [frozenWords(frozen, cluster).sentence] : []),
  ];
  const free =
    lastRun > 0 ? `${cluster}: no run is open; the last one was run ${lastRun}.` : `${cluster}: no run yet.`;
  return [
    ...(state.length > 0 ? state : [free]),
    ...(waiting ? [waitingSentence(waiting, { cluster, memo, running })] : []),
    ...(waiting?.blockedVersion
      ? []
      : blockedVersions.slice(-1).map((one) => blockedVersionSentence(one, cluster))),
  ].join(' ');
}

/** The sentence for a queue that does not run. */
export function endedLine(cluster: string): string {
  return `${cluster}: its queue was ended from outside. The next slipway upgrade starts it again, with what it remembers.`;
}
