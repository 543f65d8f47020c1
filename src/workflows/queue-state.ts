import { describe } from '../planning/reasons/describe.js';
import type { UpgradeRequest } from '../planning/plan/plan.js';
import type { Reason } from '../planning/reasons/reason.js';
import type { Hold, RunResult } from '../planning/report/run-result.js';
import type {
  Begun,
  EnqueueAnswer,
  EnqueueInput,
  Freeze,
  FreezeAnswer,
  FreezeInput,
  EnqueueMerge,
  EnqueueMergeAnswer,
  QueueMemo,
  LastLifted,
  ReleaseAnswer,
  ReleaseInput,
  BlockedVersion,
  UnfreezeAnswer,
  CancelPendingAnswer,
  CancelPending,
} from './messages.js';
import { tooOld, unknownShape } from './request-refusals.js';
import { blockedVersionsAfter, blockedVersionBefore } from './blocked-versions.js';
import { waitingOf, type Waiting } from './waiting-merge.js';

/** The queue's state, carried from one run to the next. */
export interface CarriedQueue {
  readonly cluster: string;
  readonly lastRun: number;
  readonly hold: Hold | null;
  /** The newest merge that may not begin yet; left out, as what follows: nothing. */
  readonly waiting?: Waiting;
  readonly frozen?: Freeze;
  /** The enqueued merges, the newest last. */
  readonly taken?: readonly Taken[];
  /** Versions that no merge brings again automatically, the newest last. */
  readonly blockedVersions?: readonly BlockedVersion[];
  readonly lifted?: LastLifted;
}

/** An enqueued merge. */
interface Taken {
  readonly key: string;
  /** The delivery that brought it: the queue repeats its answer to that delivery. */
  readonly delivery?: string;
  /** The run it became. */
  readonly run?: number;
}

/** The open run, and the version wanted instead. */
interface Superseded {
  readonly run: number;
  readonly target: string;
  readonly commit?: string;
}

interface Open {
  readonly input: EnqueueInput;
  readonly since: string;
}

/** How many merges are remembered, so that a repeated delivery starts nothing. A bot merges a few a week. */
const takenMax = 200;

/** State and rules of one cluster's queue. Callers pass the time in; it waits for nothing. */
export class QueueState {
  readonly cluster: string;
  private lastRun: number;
  private hold: Hold | null;
  private waiting: Waiting | null;
  private frozen: Freeze | null;
  private taken: readonly Taken[];
  private blockedVersions: readonly BlockedVersion[];
  private lifted: LastLifted | undefined;
  private current: Open | null = null;

  constructor(state: CarriedQueue) {
    this.cluster = state.cluster;
    this.lastRun = state.lastRun;
    this.hold = state.hold;
    this.waiting = state.waiting ?? null;
    this.frozen = state.frozen ?? null;
    this.taken = state.taken ?? [];
    this.blockedVersions = state.blockedVersions ?? [];
    this.lifted = state.lifted;
  }

  /** The run to carry out, or under way. */
  get open(): { readonly run: number; readonly input: EnqueueInput } | undefined {
    return this.current ? { run: this.lastRun, input: this.current.input } : undefined;
  }

  /** Enqueues a run that a person or their program asks for: it begins, or the answer says why not. */
  enqueue(input: EnqueueInput, now: string): EnqueueAnswer {
    const refused = unknownShape(input) ?? tooOld(input, now) ?? this.obstacle(input);
    if (refused) return { verdict: 'refused', reason: refused };
    const run = this.begin(input, now);
    return { verdict: 'started', run, workflowId: `run/${this.cluster}/${run}` };
  }

  /** Enqueues a merge: it begins, or waits and replaces any older pending one. */
  enqueueMerge({ key, input }: EnqueueMerge, now: string): EnqueueMergeAnswer {
    const refused = unknownShape(input);
    if (refused) return { verdict: 'refused', reason: refused };
    const before = this.taken.find((one) => one.key === key);
    const { origin } = input.request;
    if (before) {
      const again = before.delivery !== undefined && before.delivery === origin?.delivery;
      return again && before.run !== undefined
        ? { verdict: 'started', run: before.run }
        : { verdict: 'known' };
    }
    this.taken = [...this.taken, { key, ...(origin ? { delivery: origin.delivery } : {}) }].slice(-takenMax);
    // Reports the obstacle that lasts longest: a reader may not get another report.
    const reason = this.blockedVersion({ input, since: now }) ?? this.obstacle(input);
    if (!reason) {
      // The pending merge, if any, is older.
      this.waiting = null;
      return { verdict: 'started', run: this.begin(input, now, key) };
    }
    const older = this.waiting?.input.request;
    this.waiting = { key, input, since: now };
    if (!older) return { verdict: 'waits', reason };
    const { talos: instead, origin: insteadOf } = older;
    return { verdict: 'waits', reason, instead, ...(insteadOf ? { insteadOf } : {}) };
  }

  /** Cancels the pending merge if git declares another, older version. */
  cancelPending({ talos, delivery }: CancelPending): CancelPendingAnswer {
    const request = this.waiting?.input.request;
    if (!request || request.talos === talos) return {};
    this.waiting = null;
    const { origin } = request;
    const by = delivery === undefined ? {} : { delivery };
    return { cancelled: { target: request.talos, ...(origin ? { origin } : {}), ...by } };
  }

  /** The open run, where a newer pending merge wants another version. */
  get superseded(): Superseded | undefined {
    const { waiting } = this;
    // A merge that does not begin automatically supersedes nothing.
    return waiting && !this.blockedVersion(waiting) ? this.insteadOfOpen(waiting.input.request) : undefined;
  }

  /** The open run, where it brings a merged version that git no longer declares. */
  undeclared({ talos, commit }: CancelPending): Superseded | undefined {
    if (talos === undefined || !this.current?.input.request.origin) return undefined;
    return this.insteadOfOpen({ talos, commit });
  }

  private insteadOfOpen({ talos, commit }: Pick<UpgradeRequest, 'talos' | 'commit'>): Superseded | undefined {
    const request = this.current?.input.request;
    // A rollback repairs: no merge supersedes it.
    if (!request || request.back || request.talos === talos) return undefined;
    return { run: this.lastRun, target: talos, ...(commit === undefined ? {} : { commit }) };
  }

  /** @param said left out: it is unknown who decided. */
  release(said: ReleaseInput | undefined, now: string): ReleaseAnswer {
    const { hold } = this;
    if (!hold) return { verdict: 'not-held', open: this.current ? this.lastRun : null };
    this.hold = null;
    if (said)
      this.lifted = { ...this.lifted, release: { run: hold.run, by: said.by, why: said.why, at: now } };
    return { verdict: 'released', hold, ...this.beginWaiting(now) };
  }

  freeze({ by, why }: FreezeInput, now: string): FreezeAnswer {
    const open = this.current ? this.lastRun : null;
    if (this.frozen) return { verdict: 'frozen-already', freeze: this.frozen, open };
    this.frozen = { by, why, since: now };
    return { verdict: 'frozen', freeze: this.frozen, open };
  }

  /** @param said left out: it is unknown who decided. */
  unfreeze(said: FreezeInput | undefined, now: string): UnfreezeAnswer {
    const freeze = this.frozen;
    if (!freeze) return { verdict: 'not-frozen' };
    this.frozen = null;
    if (said) this.lifted = { ...this.lifted, unfreeze: { by: said.by, why: said.why, at: now } };
    return { verdict: 'unfrozen', freeze, ...this.beginWaiting(now) };
  }

  /**
   * The open run has ended, and left this hold. A rollback that only observed leaves the hold it was to repair.
   *
   * @param result left out: it ended without a result.
   */
  ended(hold: Hold | null, result?: RunResult): void {
    const at = hold?.since ?? result?.endedAt;
    if (this.current && at !== undefined) {
      const over = { run: this.lastRun, input: this.current.input, at, ...(result ? { result } : {}) };
      this.blockedVersions = blockedVersionsAfter(this.blockedVersions, over);
    }
    const onlyLooked = result?.outcome === 'refused' || result?.outcome === 'nothing-to-do';
    const repairs = this.current?.input.request.back !== undefined;
    this.current = null;
    if (!repairs || !onlyLooked) this.hold = hold;
  }

  /** Begins the pending merge, where nothing blocks it any more. */
  beginWaiting(now: string): Begun {
    const { waiting } = this;
    if (!waiting || this.obstacle(waiting.input)) return {};
    const target = waiting.input.request.talos;
    const reason = this.blockedVersion(waiting);
    if (reason) return { stays: { target, reason } };
    this.waiting = null;
    const run = this.begin(waiting.input, now, waiting.key);
    return { started: { run, target } };
  }

  state(): CarriedQueue {
    const { cluster, lastRun, hold, waiting, frozen, taken, blockedVersions, lifted } = this;
    return {
      cluster,
      lastRun,
      hold,
      ...(waiting ? { waiting } : {}),
      ...(frozen ? { frozen } : {}),
      ...(taken.length > 0 ? { taken } : {}),
      ...(blockedVersions.length > 0 ? { blockedVersions } : {}),
      ...(lifted ? { lifted } : {}),
    };
  }

  memo(): QueueMemo {
    const { hold, lastRun, current, waiting, frozen, blockedVersions, lifted } = this;
    const open = current ? { run: lastRun, ...whatOf(current), since: current.since } : null;
    return {
      hold,
      open,
      lastRun,
      ...(waiting ? { waiting: waitingOf(waiting, this.blockedVersionOf(waiting)) } : {}),
      ...(frozen ? { frozen } : {}),
      ...(blockedVersions.length > 0 ? { blockedVersions } : {}),
      ...(lifted ? { lifted } : {}),
    };
  }

  /** @param key of the merge it comes from. */
  private begin(input: EnqueueInput, now: string, key?: string): number {
    this.lastRun += 1;
    this.current = { input, since: now };
    const run = this.lastRun;
    this.taken = this.taken.map((one) => (one.key === key ? { ...one, run } : one));
    return run;
  }

  /** Why a merge may not begin automatically, whatever else blocks it. */
  private blockedVersion(waiting: Pick<Waiting, 'input' | 'since'>): Reason | undefined {
    const by = this.blockedVersionOf(waiting);
    return by && { kind: 'version-blocked', cluster: this.cluster, ...by };
  }

  private blockedVersionOf({
    input: { request },
    since,
  }: Pick<Waiting, 'input' | 'since'>): BlockedVersion | undefined {
    const open = this.current?.input.request;
    // Somebody brings it again just now: that run's end decides.
    if (open && !open.back && open.talos === request.talos) return undefined;
    return blockedVersionBefore(this.blockedVersions, request.talos, since);
  }

  /** Why a run may not begin now. */
  private obstacle({ request }: EnqueueInput): Reason | undefined {
    const { cluster, current, hold, frozen } = this;
    if (current) return { kind: 'run-open', cluster, run: this.lastRun, ...whatOf(current) };
    // A rollback repairs: a person asks for it, knowing what the run left.
    if (request.back) return undefined;
    if (hold) {
      const [first] = hold.reasons;
      const why = first ? describe(first) : hold.outcome;
      return { kind: 'held', cluster, run: hold.run, since: hold.since, why };
    }
    return frozen ? { kind: 'frozen', cluster, ...frozen } : undefined;
  }
}

function whatOf({ input: { request } }: Open): { readonly target: string; readonly back?: true } {
  return { target: request.talos, ...(request.back ? { back: true } : {}) };
}
