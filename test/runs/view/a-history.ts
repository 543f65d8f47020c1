import { readFileSync } from 'node:fs';
import path from 'node:path';
import { defaultPayloadConverter } from '@temporalio/common';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { historyFacts, type History, type HistoryFacts } from '../../../src/runs/view/history-facts.js';
import { projectRoot } from '../../../src/tools/project-root.js';
import { at, target } from './a-run-view.js';

/** One event of a history: its attributes by the name they have in JSON, so many seconds after noon. */
export type EventAt = readonly [seconds: number, attributes: Readonly<Record<string, unknown>>];

/** A history of events in the format of an exported file; ids count from 1. */
export function aHistory(...events: readonly EventAt[]): History {
  return historyFromJSON({
    events: events.map(([seconds, attributes], index) => {
      const [name = ''] = Object.keys(attributes);
      const type = name
        .replace(/EventAttributes$/, '')
        .replaceAll(/([A-Z])/g, '_$1')
        .toUpperCase();
      return {
        eventId: String(index + 1),
        eventTime: at(seconds),
        eventType: `EVENT_TYPE_${type}`,
        ...attributes,
      };
    }),
  });
}

/** The facts of such a history. */
export function factsOf(...events: readonly EventAt[]): HistoryFacts {
  return historyFacts(aHistory(...events));
}

/** A recorded history from `test/replay/histories`, cut after so many events. */
export function recordedHistory(name: string, events?: number): History {
  const file = path.join(projectRoot, 'test', 'replay', 'histories', `${name}-0.1.0.json`);
  const { history } = JSON.parse(readFileSync(file, 'utf8')) as { history: { events: unknown[] } };
  return historyFromJSON({ events: history.events.slice(0, events) });
}

/** A value as Temporal carries it, in JSON. */
export function payloads(value: unknown): { payloads: unknown[] } {
  return { payloads: [payload(value)] };
}

export function payload(value: unknown): { metadata: Record<string, string>; data: string } {
  const { metadata, data } = defaultPayloadConverter.toPayload(value);
  const base64 = (bytes: Uint8Array | null | undefined): string =>
    Buffer.from(bytes ?? []).toString('base64');
  return { metadata: { encoding: base64(metadata?.['encoding']) }, data: base64(data) };
}

/** The first event of a run. */
export const runStarted: EventAt = [
  0,
  {
    workflowExecutionStartedEventAttributes: {
      input: payloads({
        request: {
          schema: 1,
          cluster: 'prox-ops',
          talos: target,
          declared: false,
          requestedBy: 'ada@bench',
          requestedAt: at(0),
        },
        run: 42,
      }),
    },
  },
];

/** An activity that was scheduled. */
export function scheduled(seconds: number, name: string): EventAt {
  return [seconds, { activityTaskScheduledEventAttributes: { activityId: name, activityType: { name } } }];
}

/** The end of the activity that the event of that id scheduled. */
export function completed(seconds: number, eventId: number, result: unknown): EventAt {
  return [
    seconds,
    { activityTaskCompletedEventAttributes: { scheduledEventId: String(eventId), result: payloads(result) } },
  ];
}

/** An accepted update. */
export function asked(seconds: number, name: string, input: object): EventAt {
  return [
    seconds,
    {
      workflowExecutionUpdateAcceptedEventAttributes: {
        acceptedRequest: { input: { name, args: payloads(input) } },
      },
    },
  ];
}

/** The result of the update that was accepted in the event of that id. */
export function answered(seconds: number, eventId: number, answer: unknown): EventAt {
  return [
    seconds,
    {
      workflowExecutionUpdateCompletedEventAttributes: {
        acceptedEventId: String(eventId),
        outcome: { success: payloads(answer) },
      },
    },
  ];
}

/** A child workflow that was started. */
export function childStarted(seconds: number, workflowId: string): EventAt {
  return [
    seconds,
    {
      startChildWorkflowExecutionInitiatedEventAttributes: {
        workflowId,
        workflowType: { name: 'upgradeNode' },
      },
    },
  ];
}
