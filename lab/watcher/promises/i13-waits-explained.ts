import type { Evidence, Moment, PendingActivity, WaitSighting } from '../evidence.js';
import { violation, type Finding } from '../finding.js';
import { seconds } from '../moments/last-before.js';
import { watchedRuns } from '../moments/runs.js';

/** An activity that is over in this time need not say anything. Milliseconds. */
const SHORT = 3_000;

/**
 * One that was never heard may have lost its worker in its first instant: until Temporal gives it to another one, after eight
 * seconds without a heartbeat, nobody can say more than its step's own sentence. Milliseconds.
 */
const NEVER_HEARD = 10_000;

/** So long after its end a wait may still be busy with ending. Milliseconds. */
const END_GRACE = 30_000;

/**
 * A worker that is frozen has questions open still: Temporal answers each with an attempt, which falls silent, until it forgets them after a
 * minute. Nothing of Slipway is at work then, and `slipway status` says so. Milliseconds.
 */
const FROZEN = 60_000;

/** Sightings further apart than this say nothing about the time between them. Milliseconds. */
const SIGHTING_GAP_MOST = 5_000;

/** Milliseconds of open runs, by what Temporal showed. */
export interface ShownTime {
  /** A pending activity had said nothing for longer than a short one takes. */
  readonly withoutReason: number;
  /** No worker had taken what was to be done: `slipway status` says so, no activity can. */
  readonly withoutWorker: number;
  /** Temporal did not answer. */
  readonly temporalSilent: number;
}

/**
 * I13: every wait inside a run ends, and says what it waits for, since when and until when. Each activity has a limit; one
 * that is pending for longer than a moment shows a sentence; none waits past the end it names.
 */
export function waitsAreExplained(evidence: Evidence): Finding[] {
  return [...endless(evidence), ...unexplained(evidence), ...overdue(evidence)];
}

/** How long each state was seen, from one sighting to the next. */
export function shownTime({ waits }: Evidence): ShownTime {
  let withoutReason = 0;
  let withoutWorker = 0;
  let temporalSilent = 0;
  const last = new Map<number, Moment>();
  for (const sighting of waits) {
    const elapsed = Math.min(sighting.at - (last.get(sighting.run) ?? sighting.at), SIGHTING_GAP_MOST);
    last.set(sighting.run, sighting.at);
    if (!sighting.answered) temporalSilent += elapsed;
    else if (silent(sighting).length > 0) withoutReason += elapsed;
    else if (workerless(sighting)) withoutWorker += elapsed;
  }
  return { withoutReason, withoutWorker, temporalSilent };
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

/** One finding for each stretch of silence, told at its end. */
function unexplained({ waits }: Evidence): Finding[] {
  const stretches = new Map<string, { workflowId: string; type: string; from: Moment; to: Moment }>();
  for (const sighting of waits) {
    for (const { workflowId, type, since } of silent(sighting)) {
      const key = `${workflowId} ${type} ${since}`;
      stretches.set(key, { workflowId, type, from: stretches.get(key)?.from ?? since, to: sighting.at });
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

/** Whether the attempt before was not heard of, and this one has no heartbeat to be missed yet. */
function fellSilent({ attempt, lastFailure = '', since }: PendingActivity, at: Moment): boolean {
  return attempt > 1 && /heartbeat timeout/i.test(lastFailure) && at - since <= NEVER_HEARD;
}

/** Activities a worker works on that say nothing, and have been at it for longer than a short one takes. */
function silent({ at, activities }: WaitSighting): PendingActivity[] {
  return activities.filter(
    ({ state, shown, lastFailure, since }) =>
      state !== 'scheduled' &&
      at - since > (shown === undefined ? NEVER_HEARD : SHORT) &&
      (shown === undefined || shown.waitingFor.trim() === '') &&
      lastFailure === undefined,
  );
}

function workerless({ at, activities, workflowTaskWaits }: WaitSighting): boolean {
  if (activities.length === 0) return workflowTaskWaits;
  return activities.some(
    ({ state, since, attempt }) => state === 'scheduled' && attempt === 1 && at - since > SHORT,
  );
}
