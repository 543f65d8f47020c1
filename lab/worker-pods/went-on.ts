import type { Client } from '@temporalio/client';
import type { WorkerPods } from './worker-pods.js';

/** A step that another worker resumed, because the first one released it or missed its heartbeat. */
export interface WentOn {
  /** `drainNode` */
  readonly activity: string;
  /** The node of the worker that resumed it. */
  readonly on: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** `released`: by a worker that got SIGTERM. `missed`: its heartbeat timed out. `gone`: the next worker on its host found it dead. */
  readonly how: 'released' | 'missed' | 'gone';
}

/** PENDING_ACTIVITY_STATE_STARTED */
const started = 2;

interface Failure {
  readonly applicationFailureInfo?: { readonly type?: string | null } | null;
  readonly timeoutFailureInfo?: object | null;
}
interface Time {
  readonly seconds?: unknown;
  readonly nanos?: number | null;
}

/** The resumed steps of a workflow, in order; the running one too. */
export async function whatWentOn(client: Client, pods: WorkerPods, workflowId: string): Promise<WentOn[]> {
  const handle = client.workflow.getHandle(workflowId);
  const [{ raw }, { events }] = await Promise.all([handle.describe(), handle.fetchHistory()]);
  const names = new Map(
    (events ?? []).map((event) => [
      String(event.eventId),
      event.activityTaskScheduledEventAttributes?.activityType?.name ?? '',
    ]),
  );
  const over = (events ?? []).flatMap((event) => {
    const begun = event.activityTaskStartedEventAttributes;
    if (!begun) return [];
    const activity = names.get(String(begun.scheduledEventId)) ?? '';
    return wentOn(pods, activity, begun.identity, event.eventTime, begun.lastFailure);
  });
  const pending = (raw.pendingActivities ?? [])
    .filter(({ state }) => Number(state) === started)
    .flatMap(({ activityType, lastWorkerIdentity, lastStartedTime, lastFailure }) =>
      wentOn(pods, activityType?.name ?? '', lastWorkerIdentity, lastStartedTime, lastFailure),
    );
  return [...over, ...pending];
}

function wentOn(
  pods: WorkerPods,
  activity: string,
  identity: string | null | undefined,
  time: Time | null | undefined,
  failure: Failure | null | undefined,
): WentOn[] {
  const how = howLost(failure);
  const on = pods.nodeOf(identity ?? '');
  if (how === undefined || on === undefined) return [];
  return [{ activity, on, at: Number(time?.seconds ?? 0) * 1_000 + (time?.nanos ?? 0) / 1e6, how }];
}

function howLost(failure: Failure | null | undefined): WentOn['how'] | undefined {
  if (failure?.timeoutFailureInfo) return 'missed';
  const type = failure?.applicationFailureInfo?.type;
  if (type === 'WorkerShutdown') return 'released';
  return type === 'WorkerGone' ? 'gone' : undefined;
}
