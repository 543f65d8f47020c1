import { FaultPlan } from '../../../lab/faults/fault-plan.js';
import {
  startFakeServices,
  type FakeServices,
  type FakeServicesOptions,
} from '../../../lab/fake-services/fake-services.js';
import { limits } from '../../limits.js';

/** The fake services of a test, with faults, and a clock that stands still until it is moved. */
export interface TestServices extends FakeServices {
  readonly faults: FaultPlan;
  /** Moves the clock forward by that many seconds. */
  pass(seconds: number): void;
}

export async function someServices(options: Partial<FakeServicesOptions> = {}): Promise<TestServices> {
  const faults = new FaultPlan();
  let now = Date.now();
  const fakeServices = await startFakeServices({ faults, now: () => new Date(now), ...options });
  return {
    ...fakeServices,
    faults,
    pass: (seconds) => {
      now += seconds * 1000;
    },
  };
}

/** So many of the same. */
export function many<Item extends object>(count: number, item: Item): Item[] {
  return Array.from({ length: count }, () => ({ ...item }));
}

/** An answer, read. */
export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Of JSON. */
  readonly body: Record<string, unknown>;
}

/** Sends JSON, or text as it is, and reads the answer. */
export async function send(
  url: string,
  body: unknown,
  { method = 'POST', headers = {} }: { method?: string; headers?: Record<string, string> } = {},
): Promise<Answered> {
  const response = await fetch(url, {
    method,
    redirect: 'manual',
    signal: AbortSignal.timeout(limits.wait),
    headers: { ...(typeof body === 'string' ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: jsonOf(text) };
}

function jsonOf(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}
