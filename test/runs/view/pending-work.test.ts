import { expect, test } from '@jest/globals';
import { defaultPayloadConverter } from '@temporalio/common';
import { pendingWork, type DescribeResponse } from '../../../src/runs/view/pending-work.js';
import { after, at } from './a-run-view.js';

const timestamp = (seconds: number) => ({ seconds: after(seconds) / 1000, nanos: 0 });
const waiting = { waitingFor: 'postgres/db-1 stays', since: at(10), until: at(310) };

/** Only the fields of a description that are read. */
const description = (part: object): DescribeResponse => part;

test('an activity has its wait, its last heartbeat, and its heartbeat timeout', () => {
  const { activities } = pendingWork(
    description({
      pendingActivities: [
        {
          activityId: '7',
          activityType: { name: 'drainNode' },
          state: 2,
          attempt: 2,
          heartbeatDetails: { payloads: [defaultPayloadConverter.toPayload(waiting)] },
          lastStartedTime: timestamp(20),
          lastHeartbeatTime: timestamp(30),
          activityOptions: { heartbeatTimeout: { seconds: 10, nanos: 0 } },
          lastFailure: { message: 'activity Heartbeat timeout' },
          lastWorkerIdentity: 'w',
        },
      ],
    }),
  );
  expect(activities).toEqual([
    {
      id: '7',
      name: 'drainNode',
      state: 'running',
      attempt: 2,
      waiting,
      heardAt: at(30),
      heartbeatLimit: 10_000,
      lastFailure: { message: 'activity Heartbeat timeout', reason: undefined },
      nextAttemptAt: undefined,
      worker: 'w',
    },
  ]);
});

test('an attempt without a heartbeat counts from its start', () => {
  const activity = { lastStartedTime: timestamp(40), lastHeartbeatTime: timestamp(30) };
  expect(pendingWork(description({ pendingActivities: [activity] })).activities[0]?.heardAt).toBe(at(40));
});

test.each([
  [1, 'queued'],
  [2, 'running'],
  [3, 'cancelling'],
  [4, 'paused'],
  [5, 'paused'],
  [0, 'queued'],
])('the state %i is %s', (state, name) => {
  expect(pendingWork(description({ pendingActivities: [{ state }] })).activities[0]?.state).toBe(name);
});

test('a heartbeat in another format is no wait', () => {
  const heartbeatDetails = { payloads: [defaultPayloadConverter.toPayload({ percent: 3 })] };
  expect(
    pendingWork(description({ pendingActivities: [{ heartbeatDetails }] })).activities[0]?.waiting,
  ).toBeUndefined();
});

test.each([
  [1, false],
  [2, true],
])('a workflow task in state %i is taken: %s', (state, taken) => {
  const task = { state, scheduledTime: timestamp(5), attempt: 3 };
  expect(pendingWork(description({ pendingWorkflowTask: task })).workflowTask).toEqual({
    taken,
    since: at(5),
    attempt: 3,
  });
});
