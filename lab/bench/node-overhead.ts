import type { LoggedRequest } from './lab-logs.js';
import type { NodeEvidence } from './node-evidence.js';
import type { ActivitySpan, NodeHistory } from './node-history.js';
import { kubectlWait, pollingSpans } from './polling.js';
import { isLook, standsForProcess } from './process-starts.js';
import { lengthOf, lengthOutside, within, type Span } from './spans.js';
import { timeApart, type TimeApart } from './time-apart.js';

/** The time of one node's upgrade beyond necessary waits, and its parts. All in milliseconds. */
export interface NodeOverhead {
  readonly node: string;
  readonly role: 'control-plane' | 'worker';
  /** The node's workflow, from its first event to its last. */
  readonly total: number;
  readonly apart: Readonly<Record<keyof TimeApart, number>>;
  readonly overhead: number;
  /** Adds up to `overhead`. */
  readonly split: Readonly<Record<SplitPart, number>>;
  readonly byStep: readonly StepOverhead[];
  /** How often talosctl was started. */
  readonly starts: number;
  /** How often Terraform was started, applies included. */
  readonly terraformStarts: number;
  /** How often a Talos API was called without talosctl. */
  readonly looks: number;
}

/**
 * `roundTrips`: from the end of an activity to the start of the next, through Temporal. `polling`: the node was ready, or another member
 * led, and the next observation had not begun. `kubectl`: the pods had left, and `kubectl drain` had not polled yet. `terraform`: it ran,
 * but not for an apply. `looking`: the rest, time inside activities: requests, answers, process starts.
 */
export type SplitPart = 'roundTrips' | 'polling' | 'kubectl' | 'terraform' | 'looking';

export interface StepOverhead {
  /** The activity's type. */
  readonly step: string;
  readonly overhead: number;
  readonly starts: number;
}

/** Computes the overhead. @throws Error when the node never became ready: a halted upgrade has no overhead. */
export function nodeOverhead(evidence: NodeEvidence): NodeOverhead {
  const { node, role, history } = evidence;
  const whole: Span = { from: history.startedAt, to: history.endedAt };
  const apart = timeApart(evidence);
  const spans = within(Object.values(apart).flat(), whole);
  const total = whole.to - whole.from;
  const overhead = total - lengthOf(spans);
  const roundTrips = roundTripsOf(history);
  const polling = lengthOutside(pollingSpans(evidence), spans);
  const kubectl = lengthOf(kubectlWait(evidence));
  const started = evidence.logs.terraform.filter(({ from }) => from >= whole.from && from <= whole.to);
  const terraform = lengthOutside(started, spans);
  const looking = overhead - roundTrips - polling - kubectl - terraform;
  const requests = requestsIn(evidence.logs.requests, whole);
  return {
    node,
    role,
    total,
    apart: {
      machine: lengthOf(apart.machine),
      drain: lengthOf(apart.drain),
      soak: lengthOf(apart.soak),
      gates: lengthOf(apart.gates),
    },
    overhead,
    split: { roundTrips, polling, kubectl, terraform, looking },
    byStep: history.activities.map((activity) => stepOf(activity, spans, requests)),
    starts: requests.filter(standsForProcess).length,
    terraformStarts: started.length,
    looks: requests.filter(isLook).length,
  };
}

function stepOf(
  { type, startedAt, endedAt }: ActivitySpan,
  apart: readonly Span[],
  requests: readonly LoggedRequest[],
): StepOverhead {
  const span = { from: startedAt, to: endedAt };
  return {
    step: type,
    overhead: endedAt - startedAt - lengthOf(within(apart, span)),
    starts: requestsIn(requests, span).filter(standsForProcess).length,
  };
}

/** Time of the workflow in which no activity ran. */
function roundTripsOf({ startedAt, endedAt, activities }: NodeHistory): number {
  const running = activities.map((one): Span => ({ from: one.startedAt, to: one.endedAt }));
  return endedAt - startedAt - lengthOf(running);
}

function requestsIn(requests: readonly LoggedRequest[], { from, to }: Span): LoggedRequest[] {
  return requests.filter(({ at }) => at >= from && at <= to);
}
