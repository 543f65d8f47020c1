import { startTemporalAlone } from '../temporal-alone.js';
import type { Verdict } from '../watcher/watch.js';
import { withVerdict, type ChaosResult, type JudgedRun, type NotPlayed } from './chaos-result.js';
import type { DrawnRun } from './draw-run.js';
import { playedCommit } from './played-commit.js';
import { playRun, type PlayedRun } from './play-run.js';
import { againText, brokenText, drawnText, outcomeText } from './run-text.js';
import { Stages } from './stages.js';

interface Playing {
  readonly say: (line: string) => void;
  /** Called with all that is judged by now, whenever a lab has been. */
  readonly keep: (result: ChaosResult) => void;
  /** Ends it in order: the run under way is told of as not played. */
  readonly stop: AbortSignal;
}

/** Plays runs one after the other, in the order they are in. */
export async function playAll(
  drawn: readonly DrawnRun[],
  { say, keep, stop }: Playing,
): Promise<ChaosResult> {
  const startedAt = new Date().toISOString();
  const judged: JudgedRun[] = [];
  const notPlayed: NotPlayed[] = [];
  const unobserved: string[] = [];
  /** Those the lab that is up has seen. */
  let onThisLab: PlayedRun[] = [];
  /** Milliseconds: when a run began that has not come to its end. */
  let underWay = Number.POSITIVE_INFINITY;
  const commit = await playedCommit();
  const result = (): ChaosResult => ({
    sessions: [{ startedAt, endedAt: new Date().toISOString(), ...(commit === undefined ? {} : { commit }) }],
    runs: [...judged],
    notPlayed: [...notPlayed],
    unobserved: [...unobserved],
  });
  const onVerdict = (verdict: Verdict): void => {
    const isOurs = ({ at }: { readonly at: string }): boolean => Date.parse(at) < underWay;
    const runs = withVerdict(onThisLab, { ...verdict, violations: verdict.violations.filter(isOurs) });
    for (const run of runs) for (const line of brokenText(run)) say(line);
    // It may be the lab that came to harm: it is said, and counts as a run that could not be played.
    for (const one of verdict.violations)
      if (!isOurs(one)) say(`a run that did not come to its end broke ${one.promise}: ${one.what}`);
    judged.push(...runs);
    unobserved.push(...verdict.unobserved.map(({ promise, what }) => `${promise}: ${what}`));
    onThisLab = [];
    underWay = Number.POSITIVE_INFINITY;
    keep(result());
  };
  const temporal = await startTemporalAlone();
  const stages = new Stages(temporal.server.description.address, { onVerdict, say });
  const stopped = new Promise<never>((_resolve, reject) => {
    stop.addEventListener('abort', () => reject(new Error('it was stopped')));
  });
  stopped.catch(() => undefined);
  const play = async (one: DrawnRun): Promise<void> => {
    const stage = await stages.of(one.shape);
    say(drawnText(one));
    underWay = Date.now();
    const played = await playRun(stage, one);
    underWay = Number.POSITIVE_INFINITY;
    onThisLab.push(played);
    say(`  ${outcomeText(played)}`);
    await stages.putBack(played);
  };
  try {
    for (const one of drawn) {
      if (stop.aborted) break;
      try {
        // oxlint-disable-next-line no-await-in-loop -- one at a time: the machine is small, and a lab has one cluster
        await Promise.race([play(one), stopped]);
      } catch (error) {
        if (stop.aborted) break;
        const why = error instanceof Error ? error.message : String(error);
        notPlayed.push({ seed: one.seed, index: one.index, why });
        say(`  #${one.index} could not be played: ${why}`);
        say(againText(one));
        // oxlint-disable-next-line no-await-in-loop -- as above
        await stages.stop();
      }
    }
  } finally {
    await stages.close();
    await temporal.stop();
  }
  return result();
}
