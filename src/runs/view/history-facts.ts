import type { WorkflowHandle } from '@temporalio/client';
import type { SignalledMemo } from '../../workflows/messages.js';
import { decoded, failureFact, isoTime, milliseconds, type FailureFact } from './history-values.js';

export type History = Awaited<ReturnType<WorkflowHandle['fetchHistory']>>;
type HistoryEvent = NonNullable<History['events']>[number];

/** How an activity or a child workflow ended. */
export type Ending = 'completed' | 'failed' | 'timed-out' | 'cancelled' | 'terminated';

/** One activity in the history. Retries are not events, so an attempt appears only after it has ended. */
export interface ActivityFact {
  readonly id: string;
  /** The activity's type: `drainNode`. */
  readonly name: string;
  /** ISO times. */
  readonly scheduledAt: string;
  readonly endedAt?: string;
  readonly ending?: Ending;
  readonly result?: unknown;
  readonly failure?: FailureFact;
}

export interface ChildFact {
  readonly workflowId: string;
  /** ISO times. `startedAt`: the parent initiated it. */
  readonly startedAt: string;
  /** Whether Temporal has started it. */
  readonly begun: boolean;
  readonly endedAt?: string;
  readonly ending?: Ending;
  readonly result?: unknown;
  readonly failure?: FailureFact;
}

export interface UpdateFact {
  readonly name: string;
  readonly arguments: readonly unknown[];
  readonly at: string;
  /** The result of the update; undefined: not completed yet, or rejected. */
  readonly answer: unknown;
}

/** A timer of the workflow. */
export interface TimerFact {
  /** ISO times. */
  readonly startedAt: string;
  /** When it fires. */
  readonly until: string;
  /** It fired or was cancelled; undefined: it runs. */
  readonly endedAt?: string;
  /** Its purpose, where the workflow gives one. */
  readonly summary?: string;
}

/** The end of the execution itself. */
export interface CloseFact {
  readonly at: string;
  readonly ending: Ending | 'continued-as-new';
  readonly result?: unknown;
  readonly failure?: FailureFact;
}

/** The history of one workflow execution, decoded to the parts that views need. */
export interface HistoryFacts {
  /** ISO time. */
  readonly startedAt: string;
  /** The workflow's first argument. */
  readonly input: unknown;
  readonly activities: readonly ActivityFact[];
  readonly children: readonly ChildFact[];
  readonly updates: readonly UpdateFact[];
  readonly timers: readonly TimerFact[];
  /** Approvals and rejections that came by signal, and counted. */
  readonly signalled: readonly SignalledMemo['signalled'][];
  readonly cancel: { readonly at: string; readonly why: string } | undefined;
  readonly close: CloseFact | undefined;
}

/** Reads a history from its first event to its last. Payloads that cannot be decoded are `undefined`. */
export function historyFacts(history: History): HistoryFacts {
  const reader = new HistoryReader();
  for (const event of history.events ?? []) reader.read(event);
  return reader.facts();
}

type Open<T> = { -readonly [Key in keyof T]: T[Key] };

class HistoryReader {
  private startedAt = new Date(0).toISOString();
  private input: unknown;
  /** Keyed by the id of the event that scheduled or initiated them. */
  private readonly activities = new Map<string, Open<ActivityFact>>();
  private readonly children = new Map<string, Open<ChildFact>>();
  private readonly updates = new Map<string, Open<UpdateFact>>();
  private readonly timers = new Map<string, Open<TimerFact>>();
  private readonly signalled: SignalledMemo['signalled'][] = [];
  private cancel: HistoryFacts['cancel'];
  private close: CloseFact | undefined;

  facts(): HistoryFacts {
    const { startedAt, input, signalled, cancel, close } = this;
    return {
      startedAt,
      input,
      updates: [...this.updates.values()],
      timers: [...this.timers.values()],
      signalled,
      cancel,
      close,
      activities: [...this.activities.values()],
      children: [...this.children.values()],
    };
  }

  read(event: HistoryEvent): void {
    const at = isoTime(event.eventTime);
    this.readWorkflow(event, at);
    this.readUpdate(event, at);
    this.readTimer(event, at);
    this.readActivity(event, at);
    this.readChild(event, at);
  }

  private readWorkflow(event: HistoryEvent, at: string): void {
    const started = event.workflowExecutionStartedEventAttributes;
    if (started) {
      this.startedAt = at;
      this.input = decoded(started.input?.payloads?.[0]);
    }
    const memo = event.workflowPropertiesModifiedEventAttributes?.upsertedMemo?.fields;
    const signalled = decoded(memo?.['signalled']);
    // Only the run writes its memo, so the type is known.
    if (signalled !== undefined) this.signalled.push(signalled as SignalledMemo['signalled']);
    const cancel = event.workflowExecutionCancelRequestedEventAttributes;
    if (cancel) this.cancel = { at, why: cancel.cause ?? '' };
    this.close ??= closeFact(event, at);
  }

  private readUpdate(event: HistoryEvent, at: string): void {
    const accepted = event.workflowExecutionUpdateAcceptedEventAttributes?.acceptedRequest?.input;
    if (accepted) {
      this.updates.set(String(event.eventId), {
        name: accepted.name ?? '',
        arguments: (accepted.args?.payloads ?? []).map(decoded),
        at,
        answer: undefined,
      });
    }
    const completed = event.workflowExecutionUpdateCompletedEventAttributes;
    const update = completed && this.updates.get(String(completed.acceptedEventId));
    if (update) update.answer = decoded(completed.outcome?.success?.payloads?.[0]);
  }

  private readTimer(event: HistoryEvent, at: string): void {
    const started = event.timerStartedEventAttributes;
    if (started) {
      const until = new Date(Date.parse(at) + milliseconds(started.startToFireTimeout)).toISOString();
      const summary = decoded(event.userMetadata?.summary);
      this.timers.set(started.timerId ?? '', {
        startedAt: at,
        until,
        ...(typeof summary === 'string' ? { summary } : {}),
      });
    }
    const ended = event.timerFiredEventAttributes ?? event.timerCanceledEventAttributes;
    const timer = ended && this.timers.get(ended.timerId ?? '');
    if (timer) timer.endedAt = at;
  }

  private readActivity(event: HistoryEvent, at: string): void {
    const scheduled = event.activityTaskScheduledEventAttributes;
    if (scheduled) {
      const name = scheduled.activityType?.name ?? '';
      this.activities.set(String(event.eventId), { id: scheduled.activityId ?? '', name, scheduledAt: at });
    }
    const completed = event.activityTaskCompletedEventAttributes;
    const failed = event.activityTaskFailedEventAttributes;
    const timedOut = event.activityTaskTimedOutEventAttributes;
    const cancelled = event.activityTaskCanceledEventAttributes;
    const ended = completed ?? failed ?? timedOut ?? cancelled;
    const activity = ended && this.activities.get(String(ended.scheduledEventId));
    if (!activity) return;
    activity.endedAt = at;
    activity.ending = completed ? 'completed' : failed ? 'failed' : timedOut ? 'timed-out' : 'cancelled';
    if (completed) activity.result = decoded(completed.result?.payloads?.[0]);
    const failure = failed?.failure ?? timedOut?.failure;
    if (failure) activity.failure = failureFact(failure);
  }

  private readChild(event: HistoryEvent, at: string): void {
    const initiated = event.startChildWorkflowExecutionInitiatedEventAttributes;
    if (initiated)
      this.children.set(String(event.eventId), {
        workflowId: initiated.workflowId ?? '',
        startedAt: at,
        begun: false,
      });
    const begun = event.childWorkflowExecutionStartedEventAttributes;
    const started = begun && this.children.get(String(begun.initiatedEventId));
    if (started) started.begun = true;
    const refused = event.startChildWorkflowExecutionFailedEventAttributes;
    const completed = event.childWorkflowExecutionCompletedEventAttributes;
    const failed = event.childWorkflowExecutionFailedEventAttributes;
    const timedOut = event.childWorkflowExecutionTimedOutEventAttributes;
    const cancelled = event.childWorkflowExecutionCanceledEventAttributes;
    const terminated = event.childWorkflowExecutionTerminatedEventAttributes;
    const ended = completed ?? failed ?? timedOut ?? cancelled ?? terminated ?? refused;
    const child = ended && this.children.get(String(ended.initiatedEventId));
    if (!child) return;
    child.endedAt = at;
    child.ending = completed
      ? 'completed'
      : failed
        ? 'failed'
        : timedOut
          ? 'timed-out'
          : cancelled
            ? 'cancelled'
            : refused
              ? 'failed'
              : 'terminated';
    if (completed) child.result = decoded(completed.result?.payloads?.[0]);
    if (failed?.failure) child.failure = failureFact(failed.failure);
    if (refused)
      child.failure = {
        message: 'Temporal did not start its workflow: one of that id exists',
        reason: undefined,
      };
  }
}

function closeFact(event: HistoryEvent, at: string): CloseFact | undefined {
  const completed = event.workflowExecutionCompletedEventAttributes;
  if (completed) return { at, ending: 'completed', result: decoded(completed.result?.payloads?.[0]) };
  const failed = event.workflowExecutionFailedEventAttributes;
  if (failed)
    return { at, ending: 'failed', ...(failed.failure ? { failure: failureFact(failed.failure) } : {}) };
  if (event.workflowExecutionTimedOutEventAttributes) return { at, ending: 'timed-out' };
  if (event.workflowExecutionCanceledEventAttributes) return { at, ending: 'cancelled' };
  if (event.workflowExecutionContinuedAsNewEventAttributes) return { at, ending: 'continued-as-new' };
  const terminated = event.workflowExecutionTerminatedEventAttributes;
  if (!terminated) return undefined;
  return {
    at,
    ending: 'terminated',
    failure: { message: terminated.reason ?? '', reason: { kind: 'terminated' } },
  };
}
