import type { History } from '../../src/runs/view/history-facts.js';

type HistoryEvent = NonNullable<History['events']>[number];
type Timestamp = HistoryEvent['eventTime'];

/** One activity in a history. Milliseconds since the epoch. */
export interface ActivitySpan {
  /** `drainNode`. */
  readonly type: string;
  readonly scheduledAt: number;
  /** Of the last attempt: earlier ones leave no event. */
  readonly startedAt: number;
  readonly endedAt: number;
  readonly attempt: number;
  /** The worker of that attempt: `slipway-worker@host#pid`. */
  readonly worker: string;
}

/** A worker started a task. */
export interface WorkStarted {
  readonly at: number;
  readonly worker: string;
}

/** The times in the history of a closed workflow. Milliseconds since the epoch. */
export interface NodeHistory {
  readonly startedAt: number;
  readonly endedAt: number;
  /** In the order in which they were scheduled: a node's workflow runs its activities one after the other. */
  readonly activities: readonly ActivitySpan[];
  /** Attempts of activities and workflow tasks, in order. */
  readonly started: readonly WorkStarted[];
  readonly events: number;
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** Reads those times out of a history. @throws Error when it has no events. */
export function nodeHistory(events: readonly HistoryEvent[]): NodeHistory {
  const [first] = events;
  const last = events.at(-1);
  if (!first || !last) throw new Error('a history without events');
  const spans = new Map<string, Mutable<ActivitySpan>>();
  const started: WorkStarted[] = [];
  for (const event of events) {
    const at = momentOf(event.eventTime);
    const scheduled = event.activityTaskScheduledEventAttributes;
    if (scheduled) {
      const type = scheduled.activityType?.name ?? '';
      const open = { startedAt: at, endedAt: at, attempt: 0, worker: '' };
      spans.set(String(event.eventId), { type, scheduledAt: at, ...open });
    }
    const taken = event.activityTaskStartedEventAttributes;
    if (taken) {
      const worker = taken.identity ?? '';
      started.push({ at, worker });
      const span = spans.get(String(taken.scheduledEventId));
      if (span) Object.assign(span, { startedAt: at, attempt: taken.attempt ?? 1, worker });
    }
    const task = event.workflowTaskStartedEventAttributes;
    if (task) started.push({ at, worker: task.identity ?? '' });
    const ended = spans.get(String(endOf(event)));
    if (ended) ended.endedAt = at;
  }
  return {
    startedAt: momentOf(first.eventTime),
    endedAt: momentOf(last.eventTime),
    activities: [...spans.values()],
    started: started.toSorted((a, b) => a.at - b.at),
    events: events.length,
  };
}

/** The scheduling event whose activity this event ends. */
function endOf(event: HistoryEvent): unknown {
  const ended =
    event.activityTaskCompletedEventAttributes ??
    event.activityTaskFailedEventAttributes ??
    event.activityTaskTimedOutEventAttributes ??
    event.activityTaskCanceledEventAttributes;
  return ended?.scheduledEventId;
}

/** To the microsecond: activities are milliseconds apart. */
function momentOf(time: Timestamp): number {
  return Number(time?.seconds ?? 0) * 1_000 + (time?.nanos ?? 0) / 1e6;
}
