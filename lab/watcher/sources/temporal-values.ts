import type { Moment, WorkflowStatus } from '../evidence.js';
import { at, list, long, number } from '../moments/payload.js';

/** Protobuf's WorkflowExecutionStatus, by number. */
const STATUS: readonly WorkflowStatus[] = [
  'unknown',
  'running',
  'completed',
  'failed',
  'canceled',
  'terminated',
  'continued-as-new',
  'timed-out',
];

export function workflowStatus(status: number | null | undefined): WorkflowStatus {
  return STATUS[status ?? 0] ?? 'unknown';
}

/** A protobuf timestamp as milliseconds since 1970; undefined where there is none. */
export function momentOf(timestamp: unknown): Moment | undefined {
  const milliseconds = durationOf(timestamp);
  return milliseconds === 0 ? undefined : milliseconds;
}

/** A protobuf duration as milliseconds; a missing one is 0. Its seconds may be a number or a Long. */
export function durationOf(duration: unknown): number {
  const whole = long(duration, 'seconds');
  return whole * 1000 + (number(duration, 'nanos') ?? 0) / 1_000_000;
}

/** The values of payloads in Temporal's default JSON encoding; undefined for another encoding. */
export function valuesOf(payloads: unknown): unknown[] {
  return list(payloads, 'payloads').map((payload) => {
    const data = at(payload, 'data');
    if (!(data instanceof Uint8Array) || data.length === 0) return undefined;
    try {
      return JSON.parse(Buffer.from(data).toString('utf8')) as unknown;
    } catch {
      return undefined;
    }
  });
}

/** Every text in a protobuf message, bytes read as UTF-8. */
export function wordsOf(message: unknown): string {
  const words: string[] = [];
  const walk = (value: unknown): void => {
    if (typeof value === 'string') words.push(value);
    else if (value instanceof Uint8Array) words.push(Buffer.from(value).toString('utf8'));
    else if (typeof value === 'object' && value !== null)
      for (const [key, entry] of Object.entries(value)) {
        words.push(key);
        walk(entry);
      }
  };
  walk(message);
  return words.join('\n');
}
