import { randomInt } from 'node:crypto';
import { Command, InvalidArgumentError, Option } from 'commander';

export interface ChaosOptions {
  /** Left out: any, and printed. */
  readonly seed: number;
  readonly runs: number;
  /** This run of the seed alone, from 1. */
  readonly only?: number;
  /** Draws, and plays nothing. */
  readonly drawOnly: boolean;
  /** Where the results go. */
  readonly json?: string;
  /** Results of the kill matrix, for the page. */
  readonly matrix?: string;
  /** Writes docs/reliability.md. */
  readonly writeDocs: boolean;
}

const seedMost = 2 ** 31 - 1;

/** Reads what was typed after `npm run chaos --`. */
export function readOptions(argv: readonly string[]): ChaosOptions {
  const command = new Command('npm run chaos --')
    .description(
      'Upgrades clusters of the lab while faults, deaths of the worker, aborts and people come in the way, all drawn from the ' +
        'seed alone. The watcher judges, and so does what is left at the end. Exit code 1: a promise was broken.',
    )
    .addOption(
      new Option('--seed <n>', 'what everything is drawn from (default: any)').argParser(
        whole('A seed', seedMost),
      ),
    )
    .addOption(
      new Option('--runs <n>', 'how many runs').argParser(whole('The number of runs', 10_000)).default(10),
    )
    .addOption(
      new Option('--only <i>', 'play this run of the seed alone, from 1').argParser(whole('A run', 10_000)),
    )
    .option('--draw-only', 'say what is drawn, and play nothing', false)
    .option('--json <file>', 'write the results as JSON')
    .option('--matrix <file>', 'with --write-docs: the results of the kill matrix, as JSON')
    .option('--write-docs', 'write docs/reliability.md, dated', false)
    .addHelpText(
      'after',
      '\nExamples:\n  npm run chaos -- --seed 1 --runs 3\n  npm run chaos -- --seed 1 --only 17\n' +
        '  npm run chaos -- --seed 1 --runs 60 --draw-only\n  npm run chaos -- --seed 7 --runs 60 --json chaos.json\n',
    );
  command.parse([...argv], { from: 'user' });
  const given = command.opts<Omit<ChaosOptions, 'seed'> & { readonly seed?: number }>();
  return { ...given, seed: given.seed ?? randomInt(1, seedMost) };
}

/** A whole number from 1. */
function whole(what: string, most: number): (value: string) => number {
  return (value) => {
    const number = Number(value);
    if (Number.isSafeInteger(number) && number >= 1 && number <= most) return number;
    throw new InvalidArgumentError(`${what} is a whole number from 1 to ${most}.`);
  };
}
