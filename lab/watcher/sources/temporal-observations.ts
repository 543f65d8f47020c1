import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import type {
  Moment,
  PendingActivity,
  WaitObservation,
  WorkflowRecord,
  WorkflowStatus,
} from '../evidence.js';
import { at, number, text } from '../moments/payload.js';
import { readHistory, type Execution, type ReadHistory } from './temporal-history.js';
import { momentOf, valuesOf, wordsOf, workflowStatus } from './temporal-values.js';

/** Temporal's address. */
export interface TemporalPlace {
  readonly address: string;
  readonly namespace: string;
}

/** Called for every text in Temporal, to search for secrets. */
export type OnWords = (words: string, where: string, at: Moment) => void;

/** gRPC: there is no such workflow, or no such namespace. */
const NOT_FOUND = 5;
/** PENDING_WORKFLOW_TASK_STATE_SCHEDULED: no worker has taken it. */
const TASK_SCHEDULED = 1;
const ANSWER_WITHIN = 3_000;
/** The last read is retried: it cannot be repeated later. */
const READ_TRIES = 3;
const READ_AGAIN_AFTER = 500;
/** Temporal may be killed and restarted: reconnect as soon as it responds, without back-off. */
const RECONNECT = { 'grpc.initial_reconnect_backoff_ms': 200, 'grpc.max_reconnect_backoff_ms': 500 };
const PENDING_STATES: readonly PendingActivity['state'][] = [
  'other',
  'scheduled',
  'started',
  'cancel-requested',
];

interface Described {
  readonly execution: Execution;
  readonly status: WorkflowStatus;
  readonly workflowTaskWaits: boolean;
  readonly activities: readonly PendingActivity[];
  readonly children: readonly Execution[];
}

/** Observes one cluster's workflows: open runs each second, every history at the end. */
export class TemporalObservations {
  readonly waits: WaitObservation[] = [];
  readonly #connection: Connection;
  /** Runs in the order of their numbers, and whether each was observed closed. */
  readonly #over: boolean[] = [];
  /** Histories of closed workflows, by run id: they do not change. */
  readonly #kept = new Map<string, ReadHistory>();

  constructor(
    readonly cluster: string,
    readonly place: TemporalPlace,
    readonly onWords: OnWords,
  ) {
    // No retries in the client: a failed observation is itself evidence.
    this.#connection = Connection.lazy({ address: place.address, interceptors: [], channelArgs: RECONNECT });
  }

  /** One observation of every open run. Keeps the history of a run that closed since the last one. */
  async look(): Promise<void> {
    await this.#findRuns().catch(() => undefined);
    for (const [index, over] of this.#over.entries()) {
      // oxlint-disable-next-line no-await-in-loop -- there is one open run at a time
      if (!over) await this.#lookAtRun(index);
    }
  }

  /** All histories: the queue's with all its predecessors, each run's and its nodes'. `missing` says why some of them are absent. */
  async histories(): Promise<{ workflows: WorkflowRecord[]; missing?: string }> {
    let missing = '';
    for (let tries = 0; tries < READ_TRIES; tries += 1) {
      // oxlint-disable-next-line no-await-in-loop -- a retry only when it failed
      if (tries > 0) await sleep(READ_AGAIN_AFTER);
      try {
        // oxlint-disable-next-line no-await-in-loop -- a retry only when it failed
        await this.#readAll();
        return { workflows: this.#records() };
      } catch (error) {
        missing = `Temporal at ${this.place.address} did not answer: ${(error as Error).message}`;
      }
    }
    return { workflows: this.#records(), missing };
  }

  async close(): Promise<void> {
    await this.#connection.close().catch(() => undefined);
  }

  async #readAll(): Promise<void> {
    await this.#findRuns();
    for (const index of this.#over.keys()) {
      // oxlint-disable-next-line no-await-in-loop -- a few, one after the other
      await this.#readTree({ workflowId: this.#runId(index), runId: '' });
    }
    await this.#readQueue();
  }

  #records(): WorkflowRecord[] {
    return [...this.#kept.values()].map(({ record }) => record).toSorted((a, b) => a.startedAt - b.startedAt);
  }

  #runId(index: number): string {
    return `run/${this.cluster}/${index + 1}`;
  }

  /** Runs are numbered from 1 without a gap. */
  async #findRuns(): Promise<void> {
    while ((await this.#describe({ workflowId: this.#runId(this.#over.length), runId: '' })) !== undefined)
      this.#over.push(false);
  }

  async #lookAtRun(index: number): Promise<void> {
    const run = index + 1;
    try {
      const own = await this.#describe({ workflowId: this.#runId(index), runId: '' });
      if (own === undefined) return;
      if (own.status !== 'running') {
        await this.#readTree(own.execution);
        this.#over[index] = true;
        return;
      }
      const children = await Promise.all(own.children.map((child) => this.#describe(child)));
      const all = [own, ...children.filter((child) => child !== undefined)];
      this.waits.push({
        at: Date.now(),
        run,
        answered: true,
        workflowTaskWaits: all.some(({ workflowTaskWaits }) => workflowTaskWaits),
        activities: all.flatMap(({ activities }) => activities),
      });
    } catch {
      this.waits.push({ at: Date.now(), run, answered: false, workflowTaskWaits: false, activities: [] });
    }
  }

  /** Undefined: there is none. Throws when Temporal does not respond. */
  async #describe({ workflowId, runId }: Execution): Promise<Described | undefined> {
    const { namespace } = this.place;
    const execution = { workflowId, ...(runId === '' ? {} : { runId }) };
    const answer = await this.#ask(() =>
      this.#connection.workflowService.describeWorkflowExecution({ namespace, execution }),
    );
    if (answer === undefined) return undefined;
    const info = answer.workflowExecutionInfo;
    return {
      execution: { workflowId, runId: info?.execution?.runId ?? '' },
      status: workflowStatus(info?.status),
      workflowTaskWaits: number(answer, 'pendingWorkflowTask', 'state') === TASK_SCHEDULED,
      activities: (answer.pendingActivities ?? []).map((activity) => this.#pending(workflowId, activity)),
      children: (answer.pendingChildren ?? []).map((child) => ({
        workflowId: child.workflowId ?? '',
        runId: child.runId ?? '',
      })),
    };
  }

  #pending(workflowId: string, activity: object): PendingActivity {
    const type = text(activity, 'activityType', 'name') ?? '';
    this.onWords(wordsOf(activity), `what ${type} of ${workflowId} shows`, Date.now());
    const state = PENDING_STATES[number(activity, 'state') ?? 0] ?? 'other';
    const begun = state === 'scheduled' ? undefined : momentOf(at(activity, 'lastStartedTime'));
    const [details] = valuesOf(at(activity, 'heartbeatDetails'));
    const waitingFor = text(details, 'waitingFor');
    const lastFailure = text(activity, 'lastFailure', 'message');
    const shown = {
      waitingFor: waitingFor ?? '',
      since: Date.parse(text(details, 'since') ?? ''),
      until: Date.parse(text(details, 'until') ?? ''),
    };
    return {
      workflowId,
      type,
      state,
      since: begun ?? momentOf(at(activity, 'scheduledTime')) ?? Date.now(),
      attempt: number(activity, 'attempt') ?? 1,
      ...(waitingFor === undefined ? {} : { shown }),
      ...(lastFailure === undefined || lastFailure === '' ? {} : { lastFailure }),
    };
  }

  async #readTree(execution: Execution): Promise<void> {
    const history = await this.#read(execution);
    for (const child of history?.children ?? []) {
      // oxlint-disable-next-line no-await-in-loop -- a few, one after the other
      await this.#readTree(child);
    }
  }

  /** The queue continues as new after each run: follow it back from the newest execution to the first. */
  async #readQueue(): Promise<void> {
    const workflowId = `cluster/${this.cluster}`;
    let runId = '';
    do {
      // oxlint-disable-next-line no-await-in-loop -- each names the one before
      const history = await this.#read({ workflowId, runId });
      runId = history?.continuedFrom ?? '';
    } while (runId !== '');
  }

  async #read(execution: Execution): Promise<ReadHistory | undefined> {
    const kept = this.#kept.get(execution.runId);
    if (kept !== undefined && kept.record.status !== 'running') return kept;
    const described = await this.#describe(execution);
    if (described === undefined) return undefined;
    const events = await this.#events(described.execution);
    const history = readHistory(described.execution, events);
    this.#kept.set(described.execution.runId, history);
    for (const event of events) {
      const where = `history of ${execution.workflowId}, event ${String(at(event, 'eventId'))}`;
      this.onWords(wordsOf(event), where, momentOf(at(event, 'eventTime')) ?? 0);
    }
    return history;
  }

  async #events(execution: Execution): Promise<unknown[]> {
    const { namespace } = this.place;
    const events: unknown[] = [];
    let nextPageToken: Uint8Array | undefined;
    do {
      const page = { namespace, execution, ...(nextPageToken === undefined ? {} : { nextPageToken }) };
      // oxlint-disable-next-line no-await-in-loop -- page after page
      const answer = await this.#ask(() =>
        this.#connection.workflowService.getWorkflowExecutionHistory(page),
      );
      events.push(...(answer?.history?.events ?? []));
      nextPageToken = answer?.nextPageToken ?? undefined;
    } while (nextPageToken !== undefined && nextPageToken.length > 0);
    return events;
  }

  async #ask<Answer>(call: () => Promise<Answer>): Promise<Answer | undefined> {
    try {
      return await this.#connection.withDeadline(Date.now() + ANSWER_WITHIN, call);
    } catch (error) {
      if ((error as { code?: number }).code === NOT_FOUND) return undefined;
      throw error;
    }
  }
}
