import { setTimeout as pause } from 'node:timers/promises';
import type { Connection } from '@temporalio/client';
import proto from '@temporalio/proto';
import { limits } from '../limits.js';

/** Workflows with one activity, driven by the test: Temporal sees a worker, and no worker has to die. */
export interface ActivityByHand {
  /** Starts the workflow and schedules its activity. Returns how many activities came back with the response. */
  schedule(workflowId: string, eagerly: boolean): Promise<number>;
  /** Takes the activity up, as the worker of that name. */
  takeAs(worker: string): Promise<void>;
  /** Takes the activity up, and returns its heartbeat and its completion. */
  takeToFinish(worker: string): Promise<{ beat: () => Promise<void>; finish: () => Promise<void> }>;
  /** Waits until a worker has asked for an activity. */
  polled(): Promise<void>;
  pending(workflowId: string): Promise<{
    readonly state: number;
    readonly attempt: number;
    readonly lastFailure: string | undefined;
  }>;
}

const { CommandType, TaskQueueType } = proto.temporal.api.enums.v1;

const minute = { seconds: 60 } as never;

/** @param taskQueue one nobody else polls. */
export function activityByHand(connection: Connection, namespace: string, taskQueue: string): ActivityByHand {
  const { workflowService } = connection;
  const inTime = <T>(poll: () => Promise<T>): Promise<T> =>
    connection.withDeadline(Date.now() + limits.wait, poll);
  const queue = { name: taskQueue };
  /** A poll that times out ends with an empty response. */
  const taken = async <Task extends { readonly taskToken: Uint8Array }>(
    poll: () => Promise<Task>,
  ): Promise<Task> =>
    inTime(async () => {
      for (;;) {
        // oxlint-disable-next-line no-await-in-loop -- again until something came
        const task = await poll();
        if (task.taskToken.length > 0) return task;
      }
    });
  const takeActivity = async (identity: string): Promise<{ readonly taskToken: Uint8Array }> =>
    taken(() => workflowService.pollActivityTaskQueue({ namespace, taskQueue: queue, identity }));
  return {
    schedule: async (workflowId, eagerly) => {
      await workflowService.startWorkflowExecution({
        namespace,
        workflowId,
        workflowType: { name: 'byHand' },
        taskQueue: queue,
        requestId: workflowId,
        identity: 'test',
      });
      const task = await taken(() =>
        workflowService.pollWorkflowTaskQueue({ namespace, taskQueue: queue, identity: 'test' }),
      );
      const { activityTasks } = await workflowService.respondWorkflowTaskCompleted({
        namespace,
        taskToken: task.taskToken,
        identity: 'test',
        commands: [
          {
            commandType: CommandType.COMMAND_TYPE_SCHEDULE_ACTIVITY_TASK,
            scheduleActivityTaskCommandAttributes: {
              activityId: '1',
              activityType: { name: 'byHand' },
              taskQueue: queue,
              scheduleToCloseTimeout: { seconds: 3_600 } as never,
              startToCloseTimeout: { seconds: 600 } as never,
              heartbeatTimeout: minute,
              retryPolicy: { initialInterval: minute, backoffCoefficient: 1 },
              requestEagerExecution: eagerly,
            },
          },
        ],
      });
      return activityTasks.length;
    },
    takeAs: async (identity) => {
      await takeActivity(identity);
    },
    takeToFinish: async (identity) => {
      const { taskToken } = await takeActivity(identity);
      const said = { namespace, taskToken, identity };
      return {
        beat: async () => {
          await workflowService.recordActivityTaskHeartbeat(said);
        },
        finish: async () => {
          await workflowService.respondActivityTaskCompleted(said);
        },
      };
    },
    polled: async () => {
      const asked = { namespace, taskQueue: queue, taskQueueType: TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY };
      // oxlint-disable-next-line no-await-in-loop -- again until one is there
      while ((await workflowService.describeTaskQueue(asked)).pollers.length === 0) await pause(50);
    },
    pending: async (workflowId) => {
      const { pendingActivities } = await workflowService.describeWorkflowExecution({
        namespace,
        execution: { workflowId },
      });
      const [activity] = pendingActivities;
      return {
        state: Number(activity?.state),
        attempt: Number(activity?.attempt),
        lastFailure: activity?.lastFailure?.message ?? undefined,
      };
    },
  };
}
