import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { withVerdict, type ChaosResult, type JudgedRun } from './chaos/chaos-result.js';
import { drawRun, type DrawnRun } from './chaos/draw-run.js';
import type { MatrixResult } from './chaos/matrix-result.js';
import { readOptions, type ChaosOptions } from './chaos/options.js';
import { playRun, type PlayedRun } from './chaos/play-run.js';
import { writeReliabilityPage } from './chaos/reliability-page.js';
import { brokenText, drawnText, lastLine, outcomeText } from './chaos/run-text.js';
import { shapeNames } from './chaos/shapes.js';
import { Stages } from './chaos/stages.js';
import { startTemporalAlone } from './temporal-alone.js';
import type { Verdict } from './watcher/watch.js';

/** Plays what the seed says, or says it. */
async function chaos(options: ChaosOptions): Promise<number> {
  const drawn = drawAll(options);
  say(`seed ${options.seed}: ${drawn.length === 1 ? 'one run' : `${drawn.length} runs`}`);
  if (options.drawOnly) {
    for (const one of drawn) say(drawnText(one));
    return 0;
  }
  // Before anything is played: it may not be there.
  const matrix = matrixOf(options);
  const result = await playAll(options.seed, drawn);
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(result, null, 2)}\n`);
  if (options.writeDocs) writeReliabilityPage(result, matrix);
  say(lastLine(result));
  return result.notPlayed.length === 0 && result.runs.every(({ broken }) => broken.length === 0) ? 0 : 1;
}

/** Runs of one lab stand together, so that it is made once; each is drawn for itself all the same. */
function drawAll({ seed, runs, only }: ChaosOptions): readonly DrawnRun[] {
  if (only !== undefined) return [drawRun(seed, only)];
  const all = Array.from({ length: runs }, (_, index) => drawRun(seed, index + 1));
  return shapeNames.flatMap((shape) => all.filter((one) => one.shape === shape));
}

async function playAll(seed: number, drawn: readonly DrawnRun[]): Promise<ChaosResult> {
  const startedAt = new Date().toISOString();
  const temporal = await startTemporalAlone();
  const [judged, notPlayed, unobserved]: [JudgedRun[], { index: number; why: string }[], string[]] = [
    [],
    [],
    [],
  ];
  /** Those the lab that is up has seen. */
  let onThisLab: PlayedRun[] = [];
  const onVerdict = (verdict: Verdict): void => {
    const runs = withVerdict(onThisLab, verdict);
    for (const run of runs) for (const line of brokenText(run)) say(line);
    judged.push(...runs);
    unobserved.push(...verdict.unobserved.map(({ promise, what }) => `${promise}: ${what}`));
    onThisLab = [];
  };
  const stages = new Stages(temporal.server.description.address, { onVerdict, say });
  try {
    for (const one of drawn) {
      try {
        // oxlint-disable-next-line no-await-in-loop -- one at a time: the machine is small, and a lab has one cluster
        const stage = await stages.of(one.shape);
        say(drawnText(one));
        // oxlint-disable-next-line no-await-in-loop -- as above
        const played = await playRun(stage, one);
        onThisLab.push(played);
        say(`  ${outcomeText(played)}`);
        // oxlint-disable-next-line no-await-in-loop -- as above
        await stages.putBack(played);
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        notPlayed.push({ index: one.index, why });
        say(`  #${one.index} could not be played: ${why}`);
        // oxlint-disable-next-line no-await-in-loop -- as above
        await stages.stop();
      }
    }
  } finally {
    await stages.stop();
    await temporal.stop();
  }
  return { seed, startedAt, endedAt: new Date().toISOString(), runs: judged, notPlayed, unobserved };
}

function matrixOf({ matrix }: ChaosOptions): MatrixResult | undefined {
  if (matrix === undefined) return undefined;
  if (!existsSync(matrix))
    throw new Error(`${matrix} is not there: test/scenarios/long/kill-matrix.test.ts writes it.`);
  return JSON.parse(readFileSync(matrix, 'utf8')) as MatrixResult;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

process.exitCode = await chaos(readOptions(process.argv.slice(2)));
