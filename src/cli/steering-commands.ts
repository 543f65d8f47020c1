import type { Command } from 'commander';
import { command, examples, withFile, withTemporal, type Finished } from './command-parts.js';
import type { AbortOptions } from './commands/abort.js';
import type { PauseOptions } from './commands/pause.js';
import type { ReleaseOptions } from './commands/release.js';
import type { ResumeOptions } from './commands/resume.js';

/** What changes the course of a run or of a cluster's queue: each asks for a reason, which is kept. */
export function addSteeringCommands(program: Command, finished: Finished): void {
  addEndingCommands(program, finished);
  addPausingCommands(program, finished);
}

function addEndingCommands(program: Command, finished: Finished): void {
  withTemporal(
    withFile(command(program, 'abort', 'stop a run: the node under way is undone, or finished first')),
  )
    .argument('[run]', 'its number, or CLUSTER/NUMBER; default: the open or last run')
    .requiredOption('--why <text>', 'the reason; it is kept in the record')
    .option('--json', 'print the answer as JSON')
    .addHelpText(
      'after',
      examples('slipway abort --why "the switch is rebooting"', 'slipway abort 42 --why "wrong image"'),
    )
    .action(async (run: string | undefined, options: AbortOptions) =>
      finished(await (await import('./commands/abort.js')).abort(run, options)),
    );

  withTemporal(
    withFile(
      command(program, 'release', 'lift the hold of a cluster, so that runs may start; touches no node'),
    ),
  )
    .argument('[cluster]', 'default: the one of slipway.yaml')
    .requiredOption('--why <text>', 'the reason; it is kept in the record')
    .option('--json', 'print the answer as JSON')
    .addHelpText('after', examples('slipway release --why "k8s-work-2 was repaired by hand"'))
    .action(async (cluster: string | undefined, options: ReleaseOptions) =>
      finished(await (await import('./commands/release.js')).release(cluster, options)),
    );
}

function addPausingCommands(program: Command, finished: Finished): void {
  withTemporal(
    withFile(command(program, 'pause', 'begin no further node; those under way are finished first')),
  )
    .argument('[run]', 'its number, or CLUSTER/NUMBER; default: the open or last run')
    .requiredOption('--why <text>', 'the reason; it is kept in the record')
    .option('--json', 'print the answer as JSON')
    .addHelpText(
      'after',
      examples(
        'slipway pause --why "the backup runs until two"',
        'slipway pause prox-ops/42 --why "on call changes"',
      ),
    )
    .action(async (run: string | undefined, options: PauseOptions) =>
      finished(await (await import('./commands/pause.js')).pause(run, options)),
    );

  withTemporal(withFile(command(program, 'resume', 'let a paused run go on')))
    .argument('[run]', 'its number, or CLUSTER/NUMBER; default: the open or last run')
    .requiredOption('--why <text>', 'the reason; it is kept in the record')
    .option('--json', 'print the answer as JSON')
    .addHelpText(
      'after',
      examples(
        'slipway resume --why "the backup is through"',
        'slipway resume prox-ops/42 --why "looked at it"',
      ),
    )
    .action(async (run: string | undefined, options: ResumeOptions) =>
      finished(await (await import('./commands/resume.js')).resume(run, options)),
    );
}
