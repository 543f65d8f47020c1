import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { startRunningLab } from '../running-lab.js';
import { budgets } from './budgets.js';
import type { Measured } from './figure.js';
import { secondsOf } from './programs.js';

/** A file in the middle of the import graph: a change of it affects some tests, not all. */
const changedFile = 'src/planning/rollback/retry.ts';

/** The number of chaos runs that are played, of the two hundred of the budget. */
const chaosRuns = 20;

type SuiteFigure = Omit<Measured, 'load'>;

/** The duration of the tests of this project, by command. All in seconds. */
export const suiteParts: readonly { readonly name: string; readonly measure: () => Promise<SuiteFigure> }[] =
  [
    {
      name: 'the start of a lab',
      measure: async () => ({
        name: "the lab's start",
        unit: 's',
        values: await labStarts(5),
        budget: budgets.labStartSeconds,
      }),
    },
    part('npm run check', budgets.checkSeconds, 'setup/check.mjs'),
    part(`npm run check ${changedFile}`, budgets.checkFileSeconds, 'setup/check.mjs', changedFile),
    part('npm test', budgets.testSeconds, 'setup/run.mjs', 'test'),
    {
      name: 'chaos',
      measure: async () => {
        const took = await secondsOf(
          'chaos',
          'dist/lab/chaos.js',
          '--seed',
          '1',
          '--runs',
          String(chaosRuns),
        );
        return {
          name: `npm run chaos, 200 runs by ${chaosRuns}`,
          unit: 's',
          values: [(took / chaosRuns) * 200],
          budget: budgets.chaosSeconds,
        };
      },
    },
  ];

function part(
  name: string,
  budget: SuiteFigure['budget'] & object,
  ...argv: readonly [string, ...string[]]
): (typeof suiteParts)[number] {
  return {
    name,
    measure: async () => ({ name, unit: 's', values: [await secondsOf(name, ...argv)], budget }),
  };
}

/** Seconds from the start of each lab's process until it was ready. */
async function labStarts(times: number): Promise<number[]> {
  const took: number[] = [];
  for (let time = 0; time < times; time += 1) {
    // oxlint-disable-next-line no-await-in-loop -- two at a time would disturb each other
    took.push(await labStart());
  }
  return took;
}

async function labStart(): Promise<number> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'slipway-bench-'));
  const began = performance.now();
  const lab = await startRunningLab({ name: 'of the bench', folder, args: ['--speed', '4'] });
  const seconds = (performance.now() - began) / 1_000;
  await lab.process.stop();
  await rm(folder, { recursive: true, force: true });
  return seconds;
}
