import { existsSync, readFileSync } from 'node:fs';
import os from 'node:os';
import { nothingPlayed, stillToPlay, together, type ChaosResult } from './chaos/chaos-result.js';
import { drawRun, type DrawnRun } from './chaos/draw-run.js';
import { writeMatrixPage } from './chaos/matrix-page.js';
import type { MatrixResult } from './chaos/matrix-result.js';
import { readOptions, type ChaosOptions } from './chaos/options.js';
import { playAll } from './chaos/play-all.js';
import { writeReliabilityPage } from './chaos/reliability-page.js';
import { brokenText, drawnText, lastLine } from './chaos/run-text.js';
import { writeAtomically } from './processes/write-atomically.js';

/** Plays the runs of a seed, or lists them. */
async function chaos(options: ChaosOptions): Promise<number> {
  const { seed, json } = options;
  // Checked before anything is played: it may not exist.
  const matrix = resultsIn(options.matrix, 'npm run reliability writes it') as MatrixResult | undefined;
  const before = options.resume || options.page ? earlierResults(options) : nothingPlayed;
  if (options.page) return page(before, matrix);
  const all = drawAll(options);
  const drawn = options.only ? all : stillToPlay(all, before);
  say(`seed ${seed}: ${drawn.length === 1 ? 'one run' : `${drawn.length} runs`}`);
  if (options.drawOnly) {
    for (const one of drawn) say(drawnText(one));
    return 0;
  }
  const stopped = onSignals();
  const keep = (now: ChaosResult): void => {
    if (json !== undefined) writeAtomically(json, `${JSON.stringify(together(before, now), null, 2)}\n`);
  };
  const result = together(
    before,
    await playAll(drawn, { say, keep, stop: stopped.signal, lanes: options.lanes }),
  );
  if (json !== undefined) writeAtomically(json, `${JSON.stringify(result, null, 2)}\n`);
  if (stopped.name() !== undefined) {
    say(`${lastLine(result)}, and stopped by ${stopped.name()}`);
    return 128 + os.constants.signals[stopped.name() ?? 'SIGINT'];
  }
  if (options.writeDocs) writePages(result, matrix);
  for (const run of result.runs) for (const line of brokenText(run)) say(line);
  say(lastLine(result));
  return result.notPlayed.length === 0 && result.runs.every(({ broken }) => broken.length === 0) ? 0 : 1;
}

function page(result: ChaosResult, matrix: MatrixResult | undefined): number {
  writePages(result, matrix);
  say(lastLine(result));
  return 0;
}

function writePages(result: ChaosResult, matrix: MatrixResult | undefined): void {
  writeReliabilityPage(result);
  say('docs/reliability.md is written.');
  if (!matrix) return;
  writeMatrixPage(matrix);
  say('docs/kill-matrix.md is written.');
}

/** Each run is drawn independently: the same seed and number give the same run, whatever else is drawn. */
function drawAll({ seed, runs, only }: ChaosOptions): readonly DrawnRun[] {
  const which = only ?? Array.from({ length: runs }, (_, index) => index + 1);
  return which.map((index) => drawRun(seed, index));
}

/** A file to append to may not exist yet; a file to show must. */
function earlierResults({ json, page: shown }: ChaosOptions): ChaosResult {
  if (!shown && json !== undefined && !existsSync(json)) return nothingPlayed;
  return (resultsIn(json, 'npm run chaos -- --json writes it') as ChaosResult | undefined) ?? nothingPlayed;
}

function resultsIn(file: string | undefined, whoWrites: string): unknown {
  if (file === undefined) return undefined;
  if (!existsSync(file)) throw new Error(`${file} is not there: ${whoWrites}.`);
  return JSON.parse(readFileSync(file, 'utf8'));
}

/** The first signal stops it gracefully; a second one at once: the kernel kills the children. */
function onSignals(): { readonly signal: AbortSignal; readonly name: () => NodeJS.Signals | undefined } {
  const stop = new AbortController();
  let name: NodeJS.Signals | undefined;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => {
      if (name !== undefined) process.exit(128 + os.constants.signals[signal]);
      name = signal;
      say('stopping; again to stop at once');
      stop.abort();
    });
  return { signal: stop.signal, name: () => name };
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

// Pending waits of a stopped run must not keep this process.
process.exit(await chaos(readOptions(process.argv.slice(2))));
