import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { projectRoot } from '../../src/tools/project-root.js';

/** The parts of an event that name something of the workflows' code. */
interface RecordedEvent {
  readonly activityTaskScheduledEventAttributes?: { readonly activityType: { readonly name: string } };
  readonly workflowExecutionUpdateAcceptedEventAttributes?: {
    readonly acceptedRequest: { readonly input: { readonly name: string } };
  };
  readonly workflowExecutionSignaledEventAttributes?: { readonly signalName: string };
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

const recorded = {
  activity: events.map((event) => event.activityTaskScheduledEventAttributes?.activityType.name),
  update: events.map(
    (event) => event.workflowExecutionUpdateAcceptedEventAttributes?.acceptedRequest.input.name,
  ),
  signal: events.map((event) => event.workflowExecutionSignaledEventAttributes?.signalName),
  patch: events.flatMap((event) =>
    (event.markerRecordedEventAttributes?.details?.['patch-data']?.payloads ?? []).map(
      ({ data }) => (JSON.parse(Buffer.from(data, 'base64').toString('utf8')) as { id: string }).id,
    ),
  ),
} as const;

/** How the code names each of them, as it is compiled. */
const named: Readonly<Record<keyof typeof recorded, readonly [folder: string, pattern: RegExp]>> = {
  activity: ['activities', /^ +(\w+): bind\(/gm],
  update: ['workflows', /defineUpdate\('(\w+)'\)/g],
  signal: ['workflows', /defineSignal\('(\w+)'\)/g],
  patch: ['workflows', /patched\('([\w-]+)'\)/g],
};

const wanted = Object.entries(named).flatMap(([kind, [of, pattern]]) => {
  const code = path.join(projectRoot, 'dist', 'src', of);
  const texts = readdirSync(code)
    .filter((name) => name.endsWith('.js'))
    .map((name) => readFileSync(path.join(code, name), 'utf8'));
  const names = texts.flatMap((text) => [...text.matchAll(pattern)].flatMap(([, name = '']) => name));
  return [...new Set(names)].map((name) => [kind as keyof typeof recorded, name] as const);
});

/** What a running upgrade may hold in its history: a change that breaks one of them is seen by the replay. */
describe('some recorded history holds', () => {
  test.each(wanted)('the %s %s', (kind, name) => {
    expect(recorded[kind]).toContain(name);
  });

  test.each(Object.keys(named))('each %s that the code names', (kind) => {
    expect(wanted.some(([one]) => one === kind)).toBe(true);
  });
});
