import { setMaxListeners } from 'node:events';
import { ApplicationFailure, Context } from '@temporalio/activity';
import { limitDefaults } from '../inventory/limits.js';
import type { Reason } from '../planning/reasons/reason.js';
import { describe } from '../planning/reasons/describe.js';
import { failureOf } from '../planning/reasons/failure.js';
import type { RunOfPull } from '../planning/merge/comment-answers.js';
import type { PlanAnswered, PlanAnswerRequest } from '../starter/answer-plan.js';
import { openCluster, type ClusterAccess } from '../tools/cluster-access.js';
import type { DialMap } from '../tools/dial-map.js';
import type { KeptConnections } from '../tools/kept-connections.js';
import { Refusal, messageOf } from '../tools/refusal.js';
import {
  attemptGraceMs,
  type EnqueueMerge,
  type EnqueueMergeAnswer,
  type QueueMemo,
  type RunInput,
  type Waiting,
  type CancelPendingAnswer,
  type CancelPending,
} from '../workflows/messages.js';

/** How activities ask the queues of clusters. */
export interface QueueAsking {
  /** Submits a merge to the queue of its cluster. */
  readonly enqueueMerge: (merge: EnqueueMerge) => Promise<EnqueueMergeAnswer>;
  /** Reports a revert in git to the queue of a cluster. */
  readonly cancelPending: (cluster: string, declared: CancelPending) => Promise<CancelPendingAnswer>;
  /** The state of a cluster's queue; undefined: it has none yet. Changes nothing. */
  readonly queueOf: (cluster: string) => Promise<QueueMemo | undefined>;
}

/** What the worker gives its activities. */
export interface ActivitySettings extends QueueAsking {
  readonly dialMap: DialMap;
  /** Where relative credential files start; undefined: the folder of the run's slipway.yaml. */
  readonly credentialsFolder: string | undefined;
  /** Where repositories that declare clusters are mirrored. The folder is a cache. */
  readonly repositoriesFolder: string;
  /** The input of a run, read from its history: the inventory is not part of every step's input. */
  readonly inputOf: (cluster: string, run: number) => Promise<RunInput>;
  /** Connections that a step leaves for the next one. Each step reads the credentials again; a new credential opens a new connection. */
  readonly connections: KeptConnections;
  /** Runs and node workflows of a cluster that are still open, whoever started them. */
  readonly openWork: (cluster: string) => Promise<readonly OpenWork[]>;
  /** Plans that wait for a person's answer. */
  readonly plans: PlanAnswers;
}

/** Finds plans that wait, and answers them. */
export interface PlanAnswers {
  /** The open runs that a merged pull request started. */
  readonly ofPull: (of: {
    readonly repository: string;
    readonly pullRequest: number;
  }) => Promise<readonly RunOfPull[]>;
  readonly answer: (request: PlanAnswerRequest) => Promise<PlanAnswered>;
}

/** A workflow that is still open. */
export interface OpenWork {
  readonly run: number;
  readonly workflowId: string;
  readonly target: string;
}

/** Names the run in every activity's input. */
export interface RunReference {
  readonly cluster: string;
  readonly run: number;
}

/** Time between heartbeats. The SDK passes on as many as the heartbeat timeout needs. */
const heartbeatMs = 1_500;

/**
 * One activity: opens the cluster, sends heartbeats with the sentence of what it waits for, and closes the cluster. Every failure
 * becomes one that history, Web UI and workflow can read.
 *
 * @param doing what it does, as a sentence: shown until it waits for something in particular.
 */
export async function inCluster<T>(
  settings: ActivitySettings,
  reference: RunReference,
  doing: string,
  act: (access: ClusterAccess, wait: Wait) => Promise<T>,
): Promise<T> {
  return inActivity(doing, async (wait) => {
    const input = await settings.inputOf(reference.cluster, reference.run);
    wait.look = input.inventory.limits.look;
    const base = settings.credentialsFolder ?? input.base;
    const { dialMap, connections } = settings;
    const access = await openCluster(input.inventory, { base, dialMap, connections });
    try {
      return await act(access, wait);
    } finally {
      await access.close();
    }
  });
}

/** An activity without a cluster. */
export async function inActivity<T>(doing: string, act: (wait: Wait) => Promise<T>): Promise<T> {
  const wait = new Wait();
  wait.says(doing, wait.endOf(wait.limit));
  const beat = setInterval(() => wait.beat(), heartbeatMs);
  try {
    return await act(wait);
  } catch (error) {
    // A cancelled step ends as cancelled, whatever its child process reports. When the worker is stopped, its child processes fail
    // because of that, and the step is retried elsewhere. A verdict that the worker stayed for is still reported.
    if (wait.sending.aborted || (wait.signal.aborted && !wait.isVerdict(error)))
      await Context.current().cancelled;
    throw asFailure(error, wait.isOver());
  } finally {
    clearInterval(beat);
  }
}

/**
 * The failure of a reason: its kind is the type, its value the detail, its sentence the message.
 *
 * @param over whether the step's limit has passed: then even a transient reason is final.
 */
export function asFailure(error: unknown, over = false): ApplicationFailure {
  if (error instanceof ApplicationFailure) return error;
  const reason: Reason =
    error instanceof Refusal ? error.reason : { kind: 'unexpected', message: messageOf(error) };
  return ApplicationFailure.create({
    message: describe(reason),
    type: reason.kind,
    nonRetryable: over || !failureOf(reason).retry,
    details: [reason],
    ...(error instanceof Error && !(error instanceof Refusal) ? { cause: error } : {}),
  });
}

/** The reason in such a failure; undefined in any other error. */
export function reasonIn(error: unknown): Reason | undefined {
  if (!(error instanceof ApplicationFailure)) return undefined;
  const [reason] = (error.details ?? []) as readonly (Reason | undefined)[];
  return reason?.kind === error.type ? reason : undefined;
}

function sendingSignal(): AbortSignal {
  const context = Context.current();
  const { cancellationSignal: given } = context;
  const sending = new AbortController();
  const follow = (): void => {
    if (!context.cancellationDetails?.workerShutdown) sending.abort(given.reason);
  };
  if (given.aborted) follow();
  else given.addEventListener('abort', follow, { once: true });
  return sending.signal;
}

/** The first pause between two observations, and the longest between two checks of a sign. Milliseconds. */
const firstPauseMs = 1_000;
const signMs = 500;

/** The result of one observation of a wait. */
export type Look<T> =
  | { readonly kind: 'done'; readonly value: T }
  /** Not yet: what it waits for. */
  | {
      readonly kind: 'waiting';
      readonly reason: Reason;
      readonly note?: string;
      /** Milliseconds until the next observation, where something is known to happen soon. */
      readonly againMs?: number;
    };

/** The waiting of one activity: polls, says what it waits for, ends in time. */
export class Wait {
  private waiting: Waiting | undefined;
  private readonly begun = Date.now();
  private readonly since = new Date(this.begun).toISOString();
  /** Aborts when the step is cancelled, its worker stops, or Temporal gave it to somebody else. */
  readonly signal: AbortSignal = Context.current().cancellationSignal;
  /**
   * For a request on its way. It aborts as `signal` does, but not when the worker is stopped: an aborted request would have to be
   * waited for as long as it may take, since its result is unknown. The worker stays for the answer, as long as its supervisor lets
   * it, and sends heartbeats meanwhile.
   */
  readonly sending: AbortSignal = sendingSignal();

  /** The longest pause between two observations, in milliseconds: `limits.look` of the inventory. */
  look = limitDefaults.look;

  private verdict: Refusal | undefined;

  constructor() {
    // Many short calls of one step listen at the same time; that is no leak.
    setMaxListeners(100, this.signal, this.sending);
  }

  /** Sets what the activity waits for, from now on. */
  /** @param reason the sentence's reason, where it has one. */
  says(sentence: string, untilMs: number, reason?: Reason): void {
    const until = new Date(untilMs).toISOString();
    this.waiting = { waitingFor: sentence, since: this.since, until, ...(reason ? { reason } : {}) };
    this.beat();
  }

  /**
   * Sends a request that a stopped worker stays for. A final refusal is the request's result, which the next attempt could only guess.
   * A transient error is no verdict, and the request is retried.
   */
  async staysFor<T>(send: () => Promise<T>): Promise<T> {
    try {
      return await send();
    } catch (error) {
      if (error instanceof Refusal && !failureOf(error.reason).retry) this.verdict = error;
      throw error;
    }
  }

  /** Whether an error is the result of a request that the worker stayed for. */
  isVerdict(error: unknown): boolean {
    return this.verdict !== undefined && error === this.verdict;
  }

  /** The step's own limit, in milliseconds; Temporal's timeouts leave time on top of it. */
  get limit(): number {
    return Math.max(0, Context.current().info.startToCloseTimeoutMs - attemptGraceMs);
  }

  /** Whether the step's own limit has passed. Temporal leaves time on top of it, for outages and for a preflight check. */
  isOver(): boolean {
    return Date.now() > this.endOf(this.limit);
  }

  /** When Temporal ends this attempt, in any case: milliseconds since the epoch. */
  get attemptEnd(): number {
    const { scheduledTimestampMs, scheduleToCloseTimeoutMs, startToCloseTimeoutMs } = Context.current().info;
    const attempts =
      scheduleToCloseTimeoutMs > 0
        ? scheduledTimestampMs + scheduleToCloseTimeoutMs
        : Number.POSITIVE_INFINITY;
    return Math.min(this.begun + startToCloseTimeoutMs, attempts);
  }

  beat(): void {
    Context.current().heartbeat(this.waiting);
  }

  /** When a wait of that length ends: counted from the first attempt, so a dead worker does not lengthen it. */
  endOf(limitMs: number): number {
    return Context.current().info.scheduledTimestampMs + limitMs;
  }

  /**
   * Observes again and again until done, or until the limit has passed; the last observation is at its end. The pauses grow to `look`,
   * whatever the limit is.
   *
   * @param onLimit the reason to fail with, given the last thing it waited for.
   * @param how `sooner`: a cheap sign that another observation is worth it, checked twice a second between observations.
   *            `slowest`: the longest pause, in milliseconds, where that is shorter than `look`.
   */
  async until<T>(
    limitMs: number,
    onLimit: (last: Reason) => Reason,
    look: () => Promise<Look<T>>,
    how: { readonly sooner?: () => Promise<boolean>; readonly slowest?: number } = {},
  ): Promise<T> {
    const end = this.endOf(limitMs);
    const slowest = Math.min(how.slowest ?? this.look, this.look);
    let pause = Math.min(firstPauseMs, slowest);
    for (;;) {
      const seen = await look();
      if (seen.kind === 'done') return seen.value;
      this.says(seen.note ?? describe(seen.reason), end, seen.reason);
      const left = end - Date.now();
      if (left <= 0) throw new Refusal(onLimit(seen.reason));
      await this.pause(Math.min(seen.againMs ?? pause, left), how.sooner);
      pause = Math.min(pause * 1.3, slowest);
    }
  }

  private async pause(pauseMs: number, sooner: (() => Promise<boolean>) | undefined): Promise<void> {
    const end = Date.now() + pauseMs;
    if (sooner) {
      while (end - Date.now() > signMs) {
        await Context.current().sleep(signMs);
        if (await sooner()) return;
      }
    }
    await Context.current().sleep(Math.max(0, end - Date.now()));
  }
}

/** `gave-up` with what it waited for, for waits that have no reason of their own. */
export function gaveUp(waitedFor: string, limit: number): (last: Reason) => Reason {
  return (last) => ({ kind: 'gave-up', waitedFor, limit, reason: last });
}
