import type { ActivityRecord, Moment, UpdateRecord, WorkflowRecord, WorkflowStatus } from '../evidence.js';
import { at, text } from '../moments/payload.js';
import { durationOf, momentOf, valuesOf } from './temporal-values.js';

/** The workflow of a history. */
export interface Execution {
  readonly workflowId: string;
  readonly runId: string;
}

/** The content of a history, and its references. */
export interface ReadHistory {
  readonly record: WorkflowRecord;
  /** Its child workflows. */
  readonly children: readonly Execution[];
  /** The execution it was continued from; empty: it is the first. */
  readonly continuedFrom: string;
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** Reads a workflow's history, event by event, as Temporal's API gives it. */
export function readHistory(execution: Execution, events: readonly unknown[]): ReadHistory {
  const reader = new HistoryReader();
  for (const event of events) reader.take(event);
  return reader.result(execution);
}

class HistoryReader {
  readonly #activities = new Map<string, Mutable<ActivityRecord>>();
  readonly #updates = new Map<string, Mutable<UpdateRecord>>();
  readonly #children: Execution[] = [];
  #type = '';
  #input: unknown;
  #startedAt: Moment = 0;
  #continuedFrom = '';
  #end: { at: Moment; status: WorkflowStatus; result?: unknown } | undefined;

  take(event: unknown): void {
    const time = momentOf(at(event, 'eventTime')) ?? 0;
    this.#takeWorkflow(event, time);
    this.#takeActivity(event, time);
    this.#takeUpdate(event, time);
    const child = at(event, 'childWorkflowExecutionStartedEventAttributes', 'workflowExecution');
    if (child)
      this.#children.push({ workflowId: text(child, 'workflowId') ?? '', runId: text(child, 'runId') ?? '' });
  }

  result({ workflowId, runId }: Execution): ReadHistory {
    const end = this.#end;
    return {
      record: {
        id: workflowId,
        runId,
        type: this.#type,
        startedAt: this.#startedAt,
        status: end?.status ?? 'running',
        input: this.#input,
        activities: [...this.#activities.values()],
        updates: [...this.#updates.values()],
        ...(end === undefined ? {} : { endedAt: end.at, result: end.result }),
      },
      children: this.#children,
      continuedFrom: this.#continuedFrom,
    };
  }

  #takeWorkflow(event: unknown, time: Moment): void {
    const started = at(event, 'workflowExecutionStartedEventAttributes');
    if (started) {
      this.#type = text(started, 'workflowType', 'name') ?? '';
      this.#startedAt = time;
      this.#continuedFrom = text(started, 'continuedExecutionRunId') ?? '';
      [this.#input] = valuesOf(at(started, 'input'));
    }
    const ended = (name: string, status: WorkflowStatus): void => {
      const attributes = at(event, `workflowExecution${name}EventAttributes`);
      if (!attributes) return;
      const [result] = valuesOf(at(attributes, 'result'));
      this.#end = { at: time, status, result };
    };
    ended('Completed', 'completed');
    ended('Failed', 'failed');
    ended('Canceled', 'canceled');
    ended('Terminated', 'terminated');
    ended('TimedOut', 'timed-out');
    ended('ContinuedAsNew', 'continued-as-new');
  }

  #takeActivity(event: unknown, time: Moment): void {
    const scheduled = at(event, 'activityTaskScheduledEventAttributes');
    if (scheduled) {
      this.#activities.set(String(at(event, 'eventId')), {
        type: text(scheduled, 'activityType', 'name') ?? '',
        scheduledAt: time,
        limit: durationOf(at(scheduled, 'scheduleToCloseTimeout')),
      });
    }
    const ended = (name: string, outcome: ActivityRecord['outcome']): void => {
      const attributes = at(event, `activityTask${name}EventAttributes`);
      const activity = this.#activities.get(String(at(attributes, 'scheduledEventId')));
      if (!attributes || !activity || !outcome) return;
      const [result] = valuesOf(at(attributes, 'result'));
      Object.assign(activity, { endedAt: time, outcome, result });
    };
    ended('Completed', 'completed');
    ended('Failed', 'failed');
    ended('TimedOut', 'timed-out');
    ended('Canceled', 'canceled');
  }

  #takeUpdate(event: unknown, time: Moment): void {
    const accepted = at(event, 'workflowExecutionUpdateAcceptedEventAttributes');
    if (accepted) {
      const [input] = valuesOf(at(accepted, 'acceptedRequest', 'input', 'args'));
      const name = text(accepted, 'acceptedRequest', 'input', 'name') ?? '';
      this.#updates.set(String(at(event, 'eventId')), { name, acceptedAt: time, input });
    }
    const completed = at(event, 'workflowExecutionUpdateCompletedEventAttributes');
    const update = this.#updates.get(String(at(completed, 'acceptedEventId')));
    if (!update) return;
    const [result] = valuesOf(at(completed, 'outcome', 'success'));
    update.result = result;
  }
}
