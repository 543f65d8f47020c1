import { Command, InvalidArgumentError, Option } from 'commander';
import { faultCatalogue } from '../faults/catalogue.js';

export interface DemoOptions {
  /** `NAME` or `NAME@machine`. */
  readonly fault: readonly string[];
  readonly keep: boolean;
  /** Left out: `demoSpeed` of the flow. */
  readonly speed?: number;
  /** False: the worker is not killed. */
  readonly kill: boolean;
  /** `replace`: to the next minor, with machines that Terraform replaces. */
  readonly strategy: 'in-place' | 'replace';
  /**
   * Another scenario than the killed worker. `runner-death`: workers that are pods of the cluster they upgrade. `merge`: from a pull
   * request on.
   */
  readonly story?: 'runner-death' | 'merge';
}

/** Fast enough to watch; replacement is slow enough to show what Terraform does. */
export const demoSpeed = { 'in-place': 3, replace: 1 } as const;

/** Parses the arguments of `npm run demo --`. */
export function readOptions(argv: readonly string[]): DemoOptions {
  const faults = Object.entries(faultCatalogue).map(([name, { does }]) => `  ${name.padEnd(30)}${does}`);
  const command = new Command('npm run demo --')
    .description(
      'Upgrades a simulated Talos cluster, on real everything else, to the next patch version, or by new machines to the next ' +
        'minor; kills its own worker once.',
    )
    .addOption(
      new Option('--fault <name[@machine]>', 'arm a fault, again for more')
        .argParser(collectFault)
        .default([]),
    )
    .option('--keep', 'leave lab, Temporal and worker running at the end, until Ctrl-C', false)
    .option(
      '--speed <factor>',
      `how much faster the machines are (default: ${demoSpeed['in-place']}, and ${demoSpeed.replace} where they are replaced)`,
      speedOf,
    )
    .addOption(
      new Option(
        '--strategy <way>',
        'in-place: the next patch version; replace: the next minor, by real Terraform',
      )
        .choices(['in-place', 'replace'])
        .default('in-place'),
    )
    .option('--no-kill', 'leave the worker alone')
    .addOption(
      new Option(
        '--story <name>',
        'runner-death: two workers in the cluster that they upgrade, each drained with its node in its turn; ' +
          'merge: a pull request, its plan, the merge, an approval by comment, the upgrade, and the notifications',
      ).choices(['runner-death', 'merge']),
    )
    .addHelpText('after', `\nFaults:\n${faults.join('\n')}\n`)
    .addHelpText(
      'after',
      '\nExamples:\n  npm run demo\n  npm run demo -- --fault install-fails@k8s-work-1\n  npm run demo -- --keep\n  npm run demo -- --strategy replace\n' +
        '  npm run demo -- --story runner-death\n  npm run demo -- --story merge\n',
    );
  command.parse([...argv], { from: 'user' });
  const options = command.opts<DemoOptions>();
  if (options.story === 'runner-death' && options.strategy === 'replace')
    command.error('A Terraform dies with the pod that it runs in: --story runner-death goes in place.');
  if (options.story === 'merge' && options.strategy === 'replace')
    command.error('The day of a merge is one of a patch: --story merge goes in place.');
  return options;
}

function collectFault(value: string, before: readonly string[]): string[] {
  const [name = ''] = value.split('@');
  if (!(name in faultCatalogue)) {
    throw new InvalidArgumentError(
      `There is no fault ${name}. Known: ${Object.keys(faultCatalogue).join(', ')}.`,
    );
  }
  return [...before, value];
}

function speedOf(value: string): number {
  const speed = Number(value);
  if (!(speed >= 0.1 && speed <= 20)) throw new InvalidArgumentError('A speed is a number from 0.1 to 20.');
  return speed;
}
