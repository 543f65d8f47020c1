import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { projectRoot } from '../../src/tools/project-root.js';

/** The parts of an event that name something of the workflows' code. */
interface RecordedEvent {
  readonly eventType: string;
  readonly userMetadata?: { readonly summary?: { readonly data: string } };
  readonly activityTaskScheduledEventAttributes?: { readonly activityType: { readonly name: string } };
  readonly startChildWorkflowExecutionInitiatedEventAttributes?: {
    readonly workflowType: { readonly name: string };
  };
  readonly workflowExecutionStartedEventAttributes?: { readonly workflowType: { readonly name: string } };
  readonly workflowExecutionUpdateAcceptedEventAttributes?: {
    readonly acceptedRequest: { readonly input: { readonly name: string } };
  };
  readonly workflowExecutionSignaledEventAttributes?: { readonly signalName: string };
  readonly signalExternalWorkflowExecutionInitiatedEventAttributes?: { readonly signalName: string };
  readonly markerRecordedEventAttributes?: {
    readonly details?: {
      readonly 'patch-data'?: { readonly payloads: readonly { readonly data: string }[] };
    };
  };
}

const folder = path.join(projectRoot, 'test', 'replay', 'histories');
const events = readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .flatMap((name) => {
    const { history } = JSON.parse(readFileSync(path.join(folder, name), 'utf8')) as {
      readonly history: { readonly events: readonly RecordedEvent[] };
    };
    return history.events;
  });

const textOf = (data: string): string => Buffer.from(data, 'base64').toString('utf8');

const recorded = {
  workflow: events.map((event) => event.workflowExecutionStartedEventAttributes?.workflowType.name),
  child: events.map((event) => event.startChildWorkflowExecutionInitiatedEventAttributes?.workflowType.name),
  activity: events.map((event) => event.activityTaskScheduledEventAttributes?.activityType.name),
  update: events.map(
    (event) => event.workflowExecutionUpdateAcceptedEventAttributes?.acceptedRequest.input.name,
  ),
  signal: events.map((event) => event.workflowExecutionSignaledEventAttributes?.signalName),
  timer: events
    .filter((event) => event.eventType === 'EVENT_TYPE_TIMER_STARTED')
    .flatMap(({ userMetadata }) =>
      userMetadata?.summary ? [JSON.parse(textOf(userMetadata.summary.data)) as string] : [],
    ),
  patch: events.flatMap((event) =>
    (event.markerRecordedEventAttributes?.details?.['patch-data']?.payloads ?? []).map(
      ({ data }) => (JSON.parse(textOf(data)) as { id: string }).id,
    ),
  ),
} as const;
type Kind = keyof typeof recorded;

/** How the code names each of them, as it is compiled. */
const named: Readonly<Record<Kind, readonly [folder: string, pattern: RegExp]>> = {
  workflow: ['workflows', /^export \{ (\w+) \} from/gm],
  child: ['workflows', /executeChild\((\w+),/g],
  activity: ['activities', /^ +(\w+): bind\(/gm],
  update: ['workflows', /defineUpdate\('(\w+)'\)/g],
  signal: ['workflows', /defineSignal\('(\w+)'\)/g],
  timer: ['workflows', /export const \w+Timer = '([^']+)'/g],
  patch: ['workflows', /patched\('([\w-]+)'\)/g],
};

const wanted = Object.entries(named).flatMap(([kind, [of, pattern]]) => {
  const code = path.join(projectRoot, 'dist', 'src', of);
  const texts = readdirSync(code)
    .filter((name) => name.endsWith('.js'))
    .map((name) => readFileSync(path.join(code, name), 'utf8'));
  const names = texts.flatMap((text) => [...text.matchAll(pattern)].flatMap(([, name = '']) => name));
  return [...new Set(names)].map((name) => [kind as Kind, name] as const);
});

/** The parts of a running upgrade's history: the replay notices a change that breaks one of them. */
describe('some recorded history holds', () => {
  test.each(wanted)('the %s %s', (kind, name) => {
    expect(recorded[kind]).toContain(name);
  });

  test('the signal of a queue to its open run', () => {
    const sent = events.map(
      (event) => event.signalExternalWorkflowExecutionInitiatedEventAttributes?.signalName,
    );
    expect(sent).toContain('supersede');
  });

  // No workflow needs `patched` before the first release.
  test.each(Object.keys(named).filter((kind) => kind !== 'patch'))('each %s that the code names', (kind) => {
    expect(wanted.some(([one]) => one === kind)).toBe(true);
  });
});
