import { randomInt } from 'node:crypto';
import os from 'node:os';
import path from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { projectRoot } from '../../src/tools/project-root.js';

export interface ChaosOptions {
  /** Left out: random, and printed. */
  readonly seed: number;
  readonly runs: number;
  /** The number of labs side by side. */
  readonly lanes: number;
  /** Only these runs of the seed, from 1. */
  readonly only?: readonly number[];
  /** Only draws. */
  readonly drawOnly: boolean;
  /** File for the results, written as soon as a lab is judged. */
  readonly json?: string;
  /** Runs that this file already has are skipped. */
  readonly resume: boolean;
  /** Results of the kill matrix, for the page. */
  readonly matrix?: string;
  /** Writes docs/reliability.md. */
  readonly writeDocs: boolean;
  /** Writes the page from earlier results only: plays nothing. */
  readonly page: boolean;
}

const seedMost = 2 ** 31 - 1;
const runsMost = 10_000;
/** A run mostly waits: two cores carry about four labs. */
const lanesOf = (cores: number): number => 2 * cores;
const lanesMost = 64;
/** The file in which `npm run test:all` keeps its results. */
const usual = {
  json: path.join(projectRoot, '.slipway/chaos.json'),
  matrix: path.join(projectRoot, '.slipway/kill-matrix.json'),
};

/** Parses the arguments of `npm run chaos --`. */
export function readOptions(argv: readonly string[]): ChaosOptions {
  const command = new Command('npm run chaos --')
    .description(
      'Upgrades clusters of the lab while faults, deaths of the worker, aborts and people come in the way, all drawn from the ' +
        'seed alone. The watcher judges, and so does what is left at the end. Exit code 1: a promise was broken, or a run could ' +
        'not be played. Ctrl-C ends it in order.',
    )
    .addOption(
      new Option('--seed <n>', 'what everything is drawn from (default: any)').argParser(
        whole('A seed', seedMost),
      ),
    )
    .addOption(
      new Option('--runs <n>', 'how many runs').argParser(whole('The number of runs', runsMost)).default(10),
    )
    .addOption(
      new Option('--lanes <n>', 'how many labs play side by side')
        .argParser(whole('The number of lanes', lanesMost))
        .default(lanesOf(os.availableParallelism()), 'two for each core'),
    )
    .addOption(
      new Option('--only <which>', 'play these runs of the seed alone, from 1: 17, or 1-20,33').argParser(
        listOfRuns,
      ),
    )
    .option('--draw-only', 'say what is drawn, and play nothing', false)
    .option('--json <file>', 'write the results as JSON, whenever a lab has been judged')
    .option('--resume', 'with --json: play what that file does not have yet, and add to it', false)
    .option('--matrix <file>', 'with --write-docs: the results of the kill matrix, as JSON')
    .option('--write-docs', 'write docs/reliability.md, dated', false)
    .option(
      '--page',
      'write docs/reliability.md and docs/kill-matrix.md of what was played before, by default of .slipway/chaos.json and .slipway/kill-matrix.json; play nothing',
      false,
    )
    .addHelpText(
      'after',
      '\nExamples:\n  npm run chaos -- --seed 1 --runs 3 --lanes 1\n  npm run chaos -- --seed 1 --only 17\n' +
        '  npm run chaos -- --seed 1 --runs 60 --draw-only\n  npm run chaos -- --seed 7 --runs 60 --json chaos.json\n' +
        '  npm run chaos -- --seed 7 --only 61-80 --json chaos.json --resume\n  npm run chaos -- --page\n',
    );
  command.parse([...argv], { from: 'user' });
  const given = command.opts<Omit<ChaosOptions, 'seed'> & { readonly seed?: number }>();
  if (given.resume && given.json === undefined)
    command.error('--resume adds to a file of results: name it with --json.', { exitCode: 2 });
  return { ...(given.page ? usual : {}), ...given, seed: given.seed ?? randomInt(1, seedMost) };
}

/** A whole number from 1. */
function whole(what: string, most: number): (value: string) => number {
  return (value) => {
    const number = Number(value);
    if (Number.isSafeInteger(number) && number >= 1 && number <= most) return number;
    throw new InvalidArgumentError(`${what} is a whole number from 1 to ${most}.`);
  };
}

/** `1-20,33` */
function listOfRuns(value: string): number[] {
  const run = whole('A run', runsMost);
  const all = value.split(',').flatMap((part) => {
    const [first = '', last = first, ...more] = part.split('-');
    if (more.length > 0 || first === '') throw new InvalidArgumentError('Runs are written 17, or 1-20,33.');
    const [from, to] = [run(first), run(last)];
    return Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index);
  });
  return [...new Set(all)];
}
