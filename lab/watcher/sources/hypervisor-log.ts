import type { HypervisorRequest } from '../evidence.js';
import { at, number, text } from '../moments/payload.js';

/** A line of `hypervisor.jsonl`: a request has one on arrival, and one with its answer. */
export interface HypervisorLogLine {
  readonly event: 'asked' | 'answered';
  readonly request: number;
  readonly seen: HypervisorRequest;
}

/** @throws Error for an invalid line. */
export function hypervisorLine(line: unknown): HypervisorLogLine {
  const event = text(line, 'event');
  const request = number(line, 'request');
  const moment = Date.parse(text(line, 'time') ?? '');
  if ((event !== 'asked' && event !== 'answered') || request === undefined || Number.isNaN(moment))
    throw new Error('no line of a hypervisor');
  const asks = at(line, 'asks');
  const some = <Key extends string, Value>(key: Key, value: Value | undefined): Partial<Record<Key, Value>> =>
    value === undefined ? {} : ({ [key]: value } as Record<Key, Value>);
  return {
    event,
    request,
    seen: {
      at: moment,
      method: text(line, 'method') ?? '',
      path: text(line, 'path') ?? '',
      by: text(line, 'by') ?? '',
      ...some('vmid', number(line, 'vmid')),
      ...some('template', number(line, 'template')),
      ...some('uuid', text(line, 'uuid')),
      ...some(
        'asks',
        typeof asks === 'object' && asks !== null ? (asks as Record<string, unknown>) : undefined,
      ),
      ...some('status', number(line, 'status')),
      ...some('error', text(line, 'error')),
    },
  };
}

/** Requests, each with its answer where there was one. */
export function hypervisorRequests(lines: readonly HypervisorLogLine[]): HypervisorRequest[] {
  const answers = new Map(
    lines.filter(({ event }) => event === 'answered').map((line) => [line.request, line.seen]),
  );
  return lines
    .filter(({ event }) => event === 'asked')
    .map(({ request, seen }) => {
      const answer = answers.get(request);
      return answer === undefined ? seen : { ...answer, ...seen, took: answer.at - seen.at };
    });
}
