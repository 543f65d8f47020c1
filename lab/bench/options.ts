import { Command, Option } from 'commander';
import { flowNames, type FlowName } from './flows.js';

export interface BenchOptions {
  /** Left out: all. */
  readonly flow?: FlowName;
  /** File for the figures as JSON. */
  readonly json?: string;
  /** Fewer repetitions of each measurement. */
  readonly quick: boolean;
  /** Also measures the demo and the set-up. */
  readonly demo: boolean;
  /** Measures the duration of this project's tests instead. */
  readonly suite: boolean;
  /** Writes the table into docs/performance.md. */
  readonly writeDocs: boolean;
}

/** Parses the arguments of `npm run bench --`. */
export function readOptions(argv: readonly string[]): BenchOptions {
  const command = new Command('npm run bench --')
    .description(
      'Measures what Slipway itself costs, on the lab, and compares it with its budgets. Exit code 1: one is exceeded, or ' +
        'could not be measured. Times depend on how busy the machine is; the table says how busy it was.',
    )
    .addOption(new Option('--flow <name>', 'one way to upgrade only (default: all)').choices([...flowNames]))
    .option('--json <file>', 'write the figures as a JSON list')
    .option(
      '--quick',
      'the legacy flow only unless --flow says otherwise, two kills, fewer plans: three minutes, not nine',
      false,
    )
    .option('--demo', 'measure both demos and the set-up too; another five minutes', false)
    .option('--suite', 'measure how long the tests of this project take instead; half an hour', false)
    .option('--write-docs', 'put the table, dated, into docs/performance.md', false)
    .addHelpText(
      'after',
      '\nExamples:\n  npm run bench\n  npm run bench -- --quick --json bench.json\n  npm run bench -- --flow lifecycle\n' +
        '  npm run bench -- --demo --write-docs\n  npm run bench -- --suite\n',
    );
  command.parse([...argv], { from: 'user' });
  return command.opts<BenchOptions>();
}
