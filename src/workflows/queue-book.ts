import { describe } from '../planning/describe.js';
import type { UpgradeRequest } from '../planning/plan.js';
import type { Reason } from '../planning/reason.js';
import type { Hold } from '../planning/run-result.js';
import type {
  EnqueueAnswer,
  EnqueueInput,
  Freeze,
  FreezeAnswer,
  FreezeInput,
  Offer,
  OfferAnswer,
  QueueMemo,
  ReleaseAnswer,
  StartedRun,
  UnfreezeAnswer,
  WithdrawAnswer,
  Withdrawal,
} from './messages.js';

/** What the queue carries from one run to the next. */
export interface QueueState {
  readonly cluster: string;
  readonly lastRun: number;
  readonly hold: Hold | null;
  /** The newest merge that may not begin yet. */
  readonly waiting?: Waiting | null;
  readonly frozen?: Freeze | null;
  /** The merges that were taken, the newest last. */
  readonly taken?: readonly Taken[];
}

/** A merge that was taken. */
interface Taken {
  readonly key: string;
  /** Which delivery brought it: asked again by the same one, the queue answers as before. */
  readonly delivery?: string;
  /** The run it became. */
  readonly run?: number;
}

interface Waiting extends Offer {
  readonly since: string;
}

/** A run that is open, and what is wanted in its place. */
interface Superseded {
  readonly run: number;
  readonly target: string;
  readonly commit?: string;
}

interface Open {
  readonly input: EnqueueInput;
  readonly since: string;
}

/** The newest shape of a request this worker knows; it knows the older ones, too. */
const requestSchema = 4;

/** A request that no worker took in this time was given up by whoever sent it. Milliseconds. */
const requestAgeMax = 600_000;

/** Merges that are remembered, so that a delivery that comes once more starts nothing. A bot merges a few a week. */
const takenMax = 200;

/** What one cluster's queue knows, and what it answers. Times are handed in; it waits for nothing. */
export class QueueBook {
  readonly cluster: string;
  private lastRun: number;
  private hold: Hold | null;
  private waiting: Waiting | null;
  private frozen: Freeze | null;
  private taken: readonly Taken[];
  private current: Open | null = null;

  constructor(state: QueueState) {
    this.cluster = state.cluster;
    this.lastRun = state.lastRun;
    this.hold = state.hold;
    this.waiting = state.waiting ?? null;
    this.frozen = state.frozen ?? null;
    this.taken = state.taken ?? [];
  }

  /** The run that is to be carried out, or is. */
  get open(): { readonly run: number; readonly input: EnqueueInput } | undefined {
    return this.current ? { run: this.lastRun, input: this.current.input } : undefined;
  }

  /** A person, or a program of theirs, asks for a run now: it begins, or they are told why not. */
  enqueue(input: EnqueueInput, now: string): EnqueueAnswer {
    const refused = this.unknown(input) ?? tooOld(input, now) ?? this.obstacle(input);
    if (refused) return { verdict: 'refused', reason: refused };
    const run = this.begin(input, now);
    return { verdict: 'started', run, workflowId: `run/${this.cluster}/${run}` };
  }

  /** A merge wants a version: it begins, or waits in the place of any older one. */
  offer({ key, input }: Offer, now: string): OfferAnswer {
    const refused = this.unknown(input);
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
    const reason = this.obstacle(input);
    if (!reason) {
      // What waited, if anything did, was merged before.
      this.waiting = null;
      return { verdict: 'started', run: this.begin(input, now, key) };
    }
    const older = this.waiting?.input.request;
    this.waiting = { key, input, since: now };
    if (!older) return { verdict: 'waits', reason };
    const { talos: instead, origin: insteadOf } = older;
    return { verdict: 'waits', reason, instead, ...(insteadOf ? { insteadOf } : {}) };
  }

  /** Git declares another version than what waits, and an older one: that does not begin any more. */
  withdraw({ talos, delivery }: Withdrawal): WithdrawAnswer {
    const request = this.waiting?.input.request;
    if (!request || request.talos === talos) return {};
    this.waiting = null;
    const { origin } = request;
    const by = delivery === undefined ? {} : { delivery };
    return { withdrawn: { target: request.talos, ...(origin ? { origin } : {}), ...by } };
  }

  /** Whether the open run wants another version than what has come to wait behind it. */
  get superseded(): Superseded | undefined {
    return this.waiting ? this.insteadOfOpen(this.waiting.input.request) : undefined;
  }

  /** Whether the open run brings what a merge declared, and git declares another version by now. */
  undeclared({ talos, commit }: Withdrawal): Superseded | undefined {
    if (talos === undefined || !this.current?.input.request.origin) return undefined;
    return this.insteadOfOpen({ talos, commit });
  }

  private insteadOfOpen({ talos, commit }: Pick<UpgradeRequest, 'talos' | 'commit'>): Superseded | undefined {
    const request = this.current?.input.request;
    // A way back repairs: no merge takes its place.
    if (!request || request.back || request.talos === talos) return undefined;
    return { run: this.lastRun, target: talos, ...(commit === undefined ? {} : { commit }) };
  }

  release(now: string): ReleaseAnswer {
    const { hold } = this;
    if (!hold) return { verdict: 'not-held' };
    this.hold = null;
    return { verdict: 'released', hold, ...this.beginWaiting(now) };
  }

  freeze({ by, why }: FreezeInput, now: string): FreezeAnswer {
    const open = this.current ? this.lastRun : null;
    if (this.frozen) return { verdict: 'frozen-already', freeze: this.frozen, open };
    this.frozen = { by, why, since: now };
    return { verdict: 'frozen', freeze: this.frozen, open };
  }

  unfreeze(now: string): UnfreezeAnswer {
    const freeze = this.frozen;
    if (!freeze) return { verdict: 'not-frozen' };
    this.frozen = null;
    return { verdict: 'unfrozen', freeze, ...this.beginWaiting(now) };
  }

  /** The open run has ended, and left this hold. A way back that touched nothing leaves the one it was to repair. */
  ended(hold: Hold | null, touched = true): void {
    const repairs = this.current?.input.request.back !== undefined;
    this.current = null;
    if (hold || touched || !repairs) this.hold = hold;
  }

  /** Begins what waits, where nothing keeps it from that any more. */
  beginWaiting(now: string): { readonly started?: StartedRun } {
    const { waiting } = this;
    if (!waiting || this.obstacle(waiting.input)) return {};
    this.waiting = null;
    const run = this.begin(waiting.input, now, waiting.key);
    return { started: { run, target: waiting.input.request.talos } };
  }

  state(): QueueState {
    const { cluster, lastRun, hold, waiting, frozen, taken } = this;
    return {
      cluster,
      lastRun,
      hold,
      // Left out where there is nothing: a queue of an earlier release goes on as it was.
      ...(waiting ? { waiting } : {}),
      ...(frozen ? { frozen } : {}),
      ...(taken.length > 0 ? { taken } : {}),
    };
  }

  memo(): QueueMemo {
    const { hold, lastRun, current, waiting, frozen } = this;
    const open = current ? { run: lastRun, target: current.input.request.talos, since: current.since } : null;
    return {
      hold,
      open,
      lastRun,
      ...(waiting ? { waiting: waitingOf(waiting) } : {}),
      ...(frozen ? { frozen } : {}),
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

  private unknown({ request: { schema } }: EnqueueInput): Reason | undefined {
    return schema > requestSchema ? { kind: 'schema-unknown', schema, known: requestSchema } : undefined;
  }

  /** Why no run of that may begin now. */
  private obstacle({ request }: EnqueueInput): Reason | undefined {
    const { cluster, current, hold, frozen } = this;
    if (current) return { kind: 'run-open', cluster, run: this.lastRun, target: current.input.request.talos };
    // A way back is what repairs: a person asks for it, knowing what the run left.
    if (request.back) return undefined;
    if (hold) {
      const [first] = hold.reasons;
      const why = first ? describe(first) : hold.outcome;
      return { kind: 'held', cluster, run: hold.run, since: hold.since, why };
    }
    return frozen ? { kind: 'frozen', cluster, ...frozen } : undefined;
  }
}

function tooOld({ request: { requestedAt } }: EnqueueInput, now: string): Reason | undefined {
  if (Date.parse(now) - Date.parse(requestedAt) <= requestAgeMax) return undefined;
  return { kind: 'request-too-old', requestedAt, limit: requestAgeMax };
}

function waitingOf({ input: { request }, since }: Waiting): NonNullable<QueueMemo['waiting']> {
  const { talos, commit, origin } = request;
  const { repository, pullRequest } = origin ?? {};
  return {
    target: talos,
    since,
    ...(commit === undefined ? {} : { commit }),
    ...(repository === undefined ? {} : { repository }),
    ...(pullRequest === undefined ? {} : { pullRequest }),
  };
}
