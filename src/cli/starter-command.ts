import type { Command } from 'commander';
import { command, examples, withTemporal, type Finished } from './command-parts.js';
import type { StarterCheckOptions } from './commands/starter-check.js';
import type { StarterOptions } from './commands/starter.js';

/** The command that runs the starter: it reads merges from git hosts and starts upgrades. */
export function addStarterCommand(program: Command, finished: Finished): void {
  const starter = withSettings(
    withTemporal(
      command(
        program,
        'starter',
        'hear of merges at the git hosts of starter.yaml, and begin upgrades by them',
      ),
    ),
  )
    .option('--json', 'one object a line for each event')
    .helpCommand(false)
    .addHelpText(
      'after',
      examples(
        'slipway starter',
        'slipway starter -f /etc/slipway/starter.yaml --json',
        'slipway starter check',
      ),
    )
    .action(async (options: StarterOptions) =>
      finished(await (await import('./commands/starter.js')).starter(options)),
    );

  withSettings(
    command(
      starter,
      'check',
      'check starter.yaml, its secrets, the git hosts it names, and Temporal; changes nothing',
    ),
  )
    .option('--json', 'print the checks as JSON')
    .addHelpText(
      'after',
      examples('slipway starter check', 'slipway starter check -f /etc/slipway/starter.yaml'),
    )
    .action(async (_own: StarterCheckOptions, checking: Command) =>
      finished(
        await (
          await import('./commands/starter-check.js')
        ).starterCheck(checking.optsWithGlobals<StarterCheckOptions>()),
      ),
    );
}

function withSettings(target: Command): Command {
  return target.option('-f, --file <file>', 'what the starter hears of', 'starter.yaml');
}
