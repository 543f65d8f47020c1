import type { FrontEvent, MachineEvent, Moment, TalosRequest } from '../evidence.js';
import { at, number, text } from '../moments/payload.js';

/** A line of `requests.jsonl`. @throws Error when it is none. */
export function talosRequest(line: unknown): TalosRequest {
  // `machine.LifecycleService/Upgrade`
  const [service = '', method = ''] = required(line, 'method').split('/');
  const error = text(line, 'error');
  const args = at(line, 'args');
  return {
    at: time(line),
    endpoint: required(line, 'endpoint'),
    node: required(line, 'node'),
    service: service.slice(service.lastIndexOf('.') + 1),
    method,
    args: typeof args === 'object' && args !== null ? (args as Record<string, unknown>) : {},
    code: number(line, 'code') ?? 0,
    took: number(line, 'durationMs') ?? 0,
    ...(error === undefined ? {} : { error }),
  };
}

/** A line of `machines.jsonl`. @throws Error when it is none. */
export function machineEvent(line: unknown): MachineEvent {
  const optional = (name: 'detail' | 'target' | 'overwrites'): Partial<MachineEvent> => {
    const value = text(line, name);
    return value === undefined ? {} : { [name]: value };
  };
  return {
    at: time(line),
    machine: required(line, 'machine'),
    event: required(line, 'event'),
    bootId: text(line, 'bootId') ?? '',
    version: text(line, 'version') ?? '',
    schematic: text(line, 'schematic') ?? '',
    slot: text(line, 'slot') ?? '',
    ...optional('detail'),
    ...optional('target'),
    ...optional('overwrites'),
  };
}

/** A line of `fronts.jsonl`. @throws Error when it is none. */
export function frontEvent(line: unknown): FrontEvent {
  return { at: time(line), front: required(line, 'front'), event: required(line, 'event') };
}

function time(line: unknown): Moment {
  const moment = Date.parse(required(line, 'time'));
  if (Number.isNaN(moment)) throw new Error('time is no time');
  return moment;
}

function required(line: unknown, key: string): string {
  const value = text(line, key);
  if (value === undefined) throw new Error(`a line without ${key}`);
  return value;
}
