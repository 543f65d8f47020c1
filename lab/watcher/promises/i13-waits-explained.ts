import type { Evidence, Moment, PendingActivity, WaitObservation } from '../evidence.js';
import { violation, type Finding } from '../finding.js';
import { seconds } from '../moments/last-before.js';
import { watchedRuns } from '../moments/runs.js';

/** An activity that ends within this time needs no sentence. Milliseconds. */
const SHORT = 3_000;

/**
 * An activity without a heartbeat may have lost its worker at its start. Until Temporal assigns it again, after eight seconds without a
 * heartbeat, only its step's own sentence can be shown. Milliseconds.
 */
const NEVER_HEARD = 10_000;

/** This long after its limit a wait may still be ending. Milliseconds. */
const END_GRACE = 30_000;

/**
 * A frozen worker still has open polls: Temporal answers each with an attempt, which sends no heartbeat, until it drops them after a
 * minute. Nothing of Slipway runs then, and `slipway status` says so. Milliseconds.
 */
const FROZEN = 60_000;

/** Observations further apart than this prove nothing about the time between them. Milliseconds. */
const SIGHTING_GAP_MOST = 5_000;

/** Milliseconds of open runs, by what Temporal showed. */
export interface ShownTime {
  /** A pending activity had no sentence for longer than a short one takes. */
  readonly withoutReason: number;
  /** No worker had taken the task: `slipway status` says so, no activity can. */
  readonly withoutWorker: number;
  /** Temporal did not respond. */
  readonly temporalUnreachable: number;
}

/**
 * I13: every wait inside a run ends, and shows what it waits for, since when and until when. Each activity has a limit; one that is pending
 * for longer than a moment shows a sentence; none waits past the end that it shows.
 */
export function waitsAreExplained(evidence: Evidence): Finding[] {
  return [...endless(evidence), ...unexplained(evidence), ...overdue(evidence)];
}

/** How long each state was observed. */
export function shownTime({ waits }: Evidence): ShownTime {
  let withoutReason = 0;
  let withoutWorker = 0;
  let temporalUnreachable = 0;
  const last = new Map<number, Moment>();
  for (const observation of waits) {
    const elapsed = Math.min(
      observation.at - (last.get(observation.run) ?? observation.at),
      SIGHTING_GAP_MOST,
    );
    last.set(observation.run, observation.at);
    if (!observation.answered) temporalUnreachable += elapsed;
    else if (silent(observation).length > 0) withoutReason += elapsed;
    else if (workerless(observation)) withoutWorker += elapsed;
  }
  return { withoutReason, withoutWorker, temporalUnreachable };
}

function endless(evidence: Evidence): Finding[] {
  const runs = watchedRuns(evidence).map(({ id }) => id);
  const own = evidence.workflows.filter(({ id }) =>
    runs.some((run) => id === run || id.startsWith(`${run}/`)),
  );
  return own.flatMap(({ id, activities, status, endedAt }) => {
    const unlimited = activities
      .filter(({ limit }) => limit === 0)
      .map(({ type, scheduledAt }) =>
        violation('I13', scheduledAt, id, `${type} in ${id} may wait for ever: it has no limit`),
      );
    const left = activities
      .filter((activity) => status !== 'running' && activity.endedAt === undefined && status !== 'terminated')
      .map(({ type, scheduledAt }) =>
        violation('I13', endedAt ?? scheduledAt, id, `${type} was still pending when ${id} ended`),
      );
    return [...unlimited, ...left];
  });
}

/** One finding for each stretch without a sentence, reported at its end. */
function unexplained({ waits }: Evidence): Finding[] {
  const stretches = new Map<string, { workflowId: string; type: string; from: Moment; to: Moment }>();
  for (const observation of waits) {
    for (const { workflowId, type, since } of silent(observation)) {
      const key = `${workflowId} ${type} ${since}`;
      stretches.set(key, { workflowId, type, from: stretches.get(key)?.from ?? since, to: observation.at });
    }
  }
  return [...stretches.values()].map(({ workflowId, type, from, to }) =>
    violation(
      'I13',
      to,
      workflowId,
      `${type} in ${workflowId} had been pending for ${seconds(to - from)} and showed no reason`,
    ),
  );
}

function overdue({ waits }: Evidence): Finding[] {
  const found = new Map<string, Finding>();
  for (const { at, activities } of waits) {
    for (const activity of activities) {
      const { workflowId, type, shown } = activity;
      const grace = fellSilent(activity, at) ? END_GRACE + FROZEN : END_GRACE;
      if (shown === undefined || at - shown.until <= grace) continue;
      const what = `${type} in ${workflowId} waited ${seconds(at - shown.until)} longer than it had said: ${shown.waitingFor}`;
      found.set(`${workflowId} ${type} ${shown.until}`, violation('I13', at, workflowId, what));
    }
  }
  return [...found.values()];
}

/** Whether the previous attempt missed its heartbeat, and this one cannot have missed one yet. */
function fellSilent({ attempt, lastFailure = '', since }: PendingActivity, at: Moment): boolean {
  return attempt > 1 && /heartbeat timeout/i.test(lastFailure) && at - since <= NEVER_HEARD;
}

/** Running activities without a sentence, that have run for longer than a short one takes. */
function silent({ at, activities }: WaitObservation): PendingActivity[] {
  return activities.filter(
    ({ state, shown, lastFailure, since }) =>
      state !== 'scheduled' &&
      at - since > (shown === undefined ? NEVER_HEARD : SHORT) &&
      (shown === undefined || shown.waitingFor.trim() === '') &&
      lastFailure === undefined,
  );
}

function workerless({ at, activities, workflowTaskWaits }: WaitObservation): boolean {
  if (activities.length === 0) return workflowTaskWaits;
  return activities.some(
    ({ state, since, attempt }) => state === 'scheduled' && attempt === 1 && at - since > SHORT,
  );
}
