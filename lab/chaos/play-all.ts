import { startTemporalAlone } from '../temporal-alone.js';
import type { ChaosResult, JudgedRun, NotPlayed } from './chaos-result.js';
import type { DrawnRun } from './draw-run.js';
import { Lane, type LaneReport } from './lane.js';
import { playedCommit } from './played-commit.js';
import { LaneQueue } from './lane-queue.js';

interface Playing {
  readonly say: (line: string) => void;
  /** Called with all judged runs, after each lab. */
  readonly keep: (result: ChaosResult) => void;
  /** Stops all lanes: the runs in progress count as not played. */
  readonly stop: AbortSignal;
  /** The number of labs side by side. */
  readonly lanes: number;
}

/** Plays runs, each lane one after the other. */
export async function playAll(
  drawn: readonly DrawnRun[],
  { say, keep, stop, lanes }: Playing,
): Promise<ChaosResult> {
  const startedAt = new Date().toISOString();
  const runs: JudgedRun[] = [];
  const notPlayed: NotPlayed[] = [];
  const unobserved: string[] = [];
  const commit = await playedCommit();
  const result = (): ChaosResult => ({
    sessions: [{ startedAt, endedAt: new Date().toISOString(), ...(commit === undefined ? {} : { commit }) }],
    runs: runs.toSorted((one, other) => one.drawn.index - other.drawn.index),
    notPlayed: [...notPlayed],
    unobserved: [...unobserved],
  });
  const report: LaneReport = {
    say,
    stop,
    notPlayed: (run) => void notPlayed.push(run),
    judged: (judged, unseen) => {
      runs.push(...judged);
      unobserved.push(...unseen);
      keep(result());
    },
  };
  const queue = new LaneQueue(drawn, ({ shape }) => shape);
  const temporal = await startTemporalAlone();
  try {
    const numbers = Array.from({ length: Math.min(lanes, drawn.length) }, (_, index) => index);
    await Promise.all(
      numbers.map((number) => playLane(queue, number, temporal.server.description.address, report)),
    );
  } finally {
    await temporal.stop();
  }
  return result();
}

async function playLane(
  queue: LaneQueue<DrawnRun>,
  number: number,
  temporal: string,
  report: LaneReport,
): Promise<void> {
  const lane = new Lane(temporal, report);
  try {
    for (let run = queue.next(number); run && !report.stop.aborted; run = queue.next(number))
      // oxlint-disable-next-line no-await-in-loop -- a lane has one lab, and a lab one cluster
      await lane.play(run);
  } finally {
    await lane.close();
  }
}
