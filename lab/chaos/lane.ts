import type { Verdict } from '../watcher/watch.js';
import { withVerdict, type JudgedRun, type NotPlayed } from './chaos-result.js';
import type { DrawnRun } from './draw-run.js';
import { playRun, type PlayedRun } from './play-run.js';
import { againText, brokenText, drawnText, outcomeText } from './run-text.js';
import { Stages } from './stages.js';

/** The recipients of a lane's reports. */
export interface LaneReport {
  /** Prints a line. */
  readonly say: (line: string) => void;
  /** Called with runs once the watcher has judged their lab, and with what the watcher could not judge. */
  readonly judged: (runs: readonly JudgedRun[], unobserved: readonly string[]) => void;
  readonly notPlayed: (run: NotPlayed) => void;
  /** Stops the lane: the run in progress counts as not played. */
  readonly stop: AbortSignal;
}

/** Plays runs one after the other, on one lab at a time. */
export class Lane {
  readonly #stages: Stages;
  /** Runs played on the present lab. */
  #onThisLab: PlayedRun[] = [];
  /** Milliseconds: when the run in progress began. */
  #underWay = Number.POSITIVE_INFINITY;

  constructor(
    temporal: string,
    private readonly report: LaneReport,
  ) {
    const onVerdict = (verdict: Verdict): void => this.#judge(verdict);
    this.#stages = new Stages(temporal, { onVerdict, say: report.say });
  }

  /** Plays a run; prints what was drawn and its result in one go, so that lanes do not mix their lines. */
  async play(drawn: DrawnRun): Promise<void> {
    const { say, stop, notPlayed } = this.report;
    try {
      await orStopped(this.#play(drawn), stop);
    } catch (error) {
      if (stop.aborted) return;
      const why = error instanceof Error ? error.message : String(error);
      notPlayed({ seed: drawn.seed, index: drawn.index, why });
      say(`${drawnText(drawn)}\n  could not be played: ${why}\n${againText(drawn)}`);
      await this.#stages.stop();
    }
  }

  /** Stops the present lab, and has it judged. */
  async close(): Promise<void> {
    await this.#stages.close();
  }

  async #play(drawn: DrawnRun): Promise<void> {
    const stage = await this.#stages.of(drawn.shape);
    this.#underWay = Date.now();
    const played = await playRun(stage, drawn);
    this.#underWay = Number.POSITIVE_INFINITY;
    this.#onThisLab.push(played);
    this.report.say(`${drawnText(drawn)}\n  ${outcomeText(played)}`);
    await this.#stages.putBack(played);
  }

  #judge(verdict: Verdict): void {
    const { say, judged } = this.report;
    const isOurs = ({ at }: { readonly at: string }): boolean => Date.parse(at) < this.#underWay;
    const runs = withVerdict(this.#onThisLab, {
      ...verdict,
      violations: verdict.violations.filter(isOurs),
    });
    for (const run of runs) for (const line of brokenText(run)) say(line);
    // The lab itself may have failed: such a run is reported, and counts as not played.
    for (const one of verdict.violations)
      if (!isOurs(one)) say(`a run that did not come to its end broke ${one.promise}: ${one.what}`);
    this.#onThisLab = [];
    this.#underWay = Number.POSITIVE_INFINITY;
    judged(
      runs,
      verdict.unobserved.map(({ promise, what }) => `${promise}: ${what}`),
    );
  }
}

/** @throws Error once it is stopped, whatever is still in progress then. */
async function orStopped<T>(work: Promise<T>, stop: AbortSignal): Promise<T> {
  work.catch(() => undefined); // without an awaiting caller once it is stopped
  stop.throwIfAborted();
  let onStop = (): void => undefined;
  const stopped = new Promise<never>((_resolve, reject) => {
    onStop = () => reject(new Error('it was stopped'));
    stop.addEventListener('abort', onStop, { once: true });
  });
  try {
    return await Promise.race([work, stopped]);
  } finally {
    stop.removeEventListener('abort', onStop);
  }
}
