import { gunzipSync } from 'node:zlib';
import proto from '@temporalio/proto';

const { workflowservice } = proto.temporal.api;

/** An activity as Temporal assigns it to a worker. */
export interface GivenActivity {
  readonly workflowId: string;
  /** Its name in history: `drainNode`. */
  readonly activity: string;
  /** From 1. */
  readonly attempt: number;
  /** The token that the worker's answer will carry. */
  readonly token: string;
}

const service = '/temporal.api.workflowservice.v1.WorkflowService/';

/** Calls whose answers may assign an activity. If a worker has a free slot, the activity comes with the answer that scheduled it. */
const giving: Readonly<Record<string, (body: Uint8Array) => readonly GivenActivity[]>> = {
  [`${service}PollActivityTaskQueue`]: (body) =>
    givenBy(workflowservice.v1.PollActivityTaskQueueResponse.decode(body)),
  [`${service}RespondWorkflowTaskCompleted`]: (body) =>
    workflowservice.v1.RespondWorkflowTaskCompletedResponse.decode(body).activityTasks.flatMap(givenBy),
};

/** A worker's message about an activity: a heartbeat, or its end, however it ended. */
export type Told = 'heartbeat' | 'answered';

/** Calls in which a worker reports on an activity, and the token of each. */
const telling: Readonly<
  Record<string, { readonly told: Told; readonly token: (body: Uint8Array) => string }>
> = {
  [`${service}RecordActivityTaskHeartbeat`]: {
    told: 'heartbeat',
    token: (body) => tokenOf(workflowservice.v1.RecordActivityTaskHeartbeatRequest.decode(body)),
  },
  [`${service}RespondActivityTaskCompleted`]: {
    told: 'answered',
    token: (body) => tokenOf(workflowservice.v1.RespondActivityTaskCompletedRequest.decode(body)),
  },
  [`${service}RespondActivityTaskFailed`]: {
    told: 'answered',
    token: (body) => tokenOf(workflowservice.v1.RespondActivityTaskFailedRequest.decode(body)),
  },
  [`${service}RespondActivityTaskCanceled`]: {
    told: 'answered',
    token: (body) => tokenOf(workflowservice.v1.RespondActivityTaskCanceledRequest.decode(body)),
  },
};

/** The activities in an answer; undefined for a call that assigns none. */
export function readerOfGiven(call: string): ((body: Uint8Array) => readonly GivenActivity[]) | undefined {
  return giving[call];
}

/** The report in a request and its activity; undefined for a call that reports on none. */
export function readerOfTold(call: string): (typeof telling)[string] | undefined {
  return telling[call];
}

/** The call, and the framed message, that reports a failed activity in place of an answer. */
export function failureInstead(answer: Buffer): { readonly call: string; readonly frame: Buffer } {
  const { RespondActivityTaskFailedRequest, RespondActivityTaskCompletedRequest } = workflowservice.v1;
  // Task token, namespace and identity have the same fields in each answer.
  const { taskToken, identity, namespace } = RespondActivityTaskCompletedRequest.decode(messageIn(answer));
  const message = 'the lab says that it failed';
  const failure = {
    message,
    source: 'lab',
    applicationFailureInfo: { type: 'SaidByLab', nonRetryable: true },
  };
  const body = RespondActivityTaskFailedRequest.encode({ taskToken, identity, namespace, failure }).finish();
  return { call: `${service}RespondActivityTaskFailed`, frame: framed(body) };
}

/** An empty framed message: an answer to every call of `telling`. */
export const emptyAnswer = Buffer.alloc(5);

const frameHeaderBytes = 5;

/** A framed message, not compressed. */
export function framed(body: Uint8Array): Buffer {
  const header = Buffer.alloc(frameHeaderBytes);
  header.writeUInt32BE(body.length, 1);
  return Buffer.concat([header, body]);
}

/** The single message of a unary call. @throws Error when it is missing or incomplete. */
export function messageIn(frame: Buffer): Uint8Array {
  if (frame.length < frameHeaderBytes) throw new Error('a gRPC message without its header');
  const end = frameHeaderBytes + frame.readUInt32BE(1);
  if (frame.length < end) throw new Error('a gRPC message without its end');
  const body = frame.subarray(frameHeaderBytes, end);
  return frame[0] === 1 ? gunzipSync(body) : body;
}

interface Task {
  readonly taskToken?: Uint8Array | null;
  readonly workflowExecution?: { readonly workflowId?: string | null } | null;
  readonly activityType?: { readonly name?: string | null } | null;
  readonly attempt?: number | null;
}

/** A poll that timed out is answered with an empty task. */
function givenBy(task: Task): GivenActivity[] {
  const token = tokenOf(task);
  if (token === '') return [];
  return [
    {
      workflowId: task.workflowExecution?.workflowId ?? '',
      activity: task.activityType?.name ?? '',
      attempt: task.attempt ?? 1,
      token,
    },
  ];
}

function tokenOf({ taskToken }: Pick<Task, 'taskToken'>): string {
  return Buffer.from(taskToken ?? []).toString('base64');
}
