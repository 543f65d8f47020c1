import { Option, type Command } from 'commander';
import { command, examples, withFile, withTemporal, type Finished } from './command-parts.js';
import type { AbortOptions } from './commands/abort.js';
import type { AnswerOptions } from './commands/approve.js';
import type { DecideOptions } from './commands/decide.js';
import type { RollbackRunOptions } from './commands/rollback-run.js';
import { UserMistake } from './mistakes.js';
import type { FreezeOptions } from './commands/freeze.js';
import type { PauseOptions } from './commands/pause.js';
import type { ReleaseOptions } from './commands/release.js';
import type { ResumeOptions } from './commands/resume.js';
import type { StartNowOptions } from './commands/start-now.js';

type RollbackOptions = DecideOptions & RollbackRunOptions & { readonly run?: string };

/** The commands that steer a run or a cluster's queue. Each asks for a reason, which is recorded. */
export function addSteeringCommands(program: Command, finished: Finished): void {
  addAnsweringCommands(program, finished);
  addDecidingCommands(program, finished);
  addEndingCommands(program, finished);
  addPausingCommands(program, finished);
  addFreezingCommands(program, finished);
  addStartNowCommand(program, finished);
}

function addAnsweringCommands(program: Command, finished: Finished): void {
  withAnswer(command(program, 'approve', 'approve the plan a run waits with, by its hash: the run begins'))
    .addHelpText(
      'after',
      examples(
        'slipway approve --plan 3f2a8c91d0aa --by "Ada" --reason "CVE-2026-1234 cannot wait for the replacement"',
        'slipway approve prox-ops/42 --plan 3f2a8c91d0aa --by "Ada" --reason "tried on staging"',
      ),
    )
    .action(async (run: string | undefined, options: AnswerOptions) =>
      finished(await (await import('./commands/approve.js')).approve(run, options)),
    );

  withAnswer(
    command(program, 'reject', 'say no to it: the run ends, nothing was touched, the cluster is not held'),
  )
    .addHelpText('after', examples('slipway reject --plan 3f2a8c91d0aa --by "Ada" --reason "not this week"'))
    .action(async (run: string | undefined, options: AnswerOptions) =>
      finished(await (await import('./commands/approve.js')).reject(run, options)),
    );
}

function withAnswer(target: Command): Command {
  return withTemporal(withFile(target))
    .argument('[run]', 'its number, or CLUSTER/NUMBER; default: the open or last run')
    .requiredOption('--plan <hash>', 'the hash of the plan, or how it begins, as slipway status shows it')
    .requiredOption('--by <name>', 'who says so; it is kept in the record')
    .option('--reason <text>', 'why; it is kept in the record')
    .addOption(new Option('--why <text>', 'the same as --reason').hideHelp())
    .option('--json', 'print the answer as JSON');
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
      '\nA node is undone before its install, or before Terraform replaces its machine; after that it is finished first.',
    )
    .addHelpText(
      'after',
      examples('slipway abort --why "the switch is rebooting"', 'slipway abort 42 --why "wrong image"'),
    )
    .action(async (run: string | undefined, options: AbortOptions) =>
      finished(await (await import('./commands/abort.js')).abort(run, options)),
    );

  withTemporal(
    withFile(
      command(
        program,
        'release',
        'lift the hold of a cluster; touches no node itself, and what was merged and waits begins',
      ),
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

function addDecidingCommands(program: Command, finished: Finished): void {
  const deciding = (verb: 'retry' | 'skip' | 'rollback', does: string): Command =>
    withTemporal(withFile(command(program, verb, does)))
      .argument(verb === 'rollback' ? '[node]' : '<node>', 'the node it is about')
      .argument('[run]', 'its number, or CLUSTER/NUMBER; default: the open or last run')
      .requiredOption('--why <text>', 'the reason; it is kept in the record')
      .option('--json', 'print the answer as JSON');

  deciding('retry', 'begin a node that halted the run again, from what it is now')
    .addHelpText(
      'after',
      examples(
        'slipway retry k8s-work-2 --why "its switch port is up again"',
        'slipway retry k8s-work-2 prox-ops/42 --why "the volume was moved by hand"',
      ),
    )
    .action(async (node: string, run: string | undefined, options: DecideOptions) =>
      finished(await (await import('./commands/decide.js')).retry(node, run, options)),
    );

  deciding(
    'rollback',
    'have a node that halted the run roll back to the previous version, which ends the run; or roll back a whole run',
  )
    .option('--run <run>', 'roll back all that this run did, the last node first, by a run of its own')
    .option('--only <nodes...>', 'with --run: only these of its nodes')
    .option('--watch', 'with --run: follow it to its end')
    .addHelpText(
      'after',
      examples(
        'slipway rollback k8s-work-2 --why "the new version loses packets"',
        'slipway rollback --run prox-ops/42 --why "the new version loses packets everywhere" --watch',
      ),
    )
    .action(async (node: string | undefined, run: string | undefined, options: RollbackOptions) => {
      if (options.run === undefined) {
        if (node === undefined)
          throw new UserMistake(
            'Which node? Or which run?',
            'slipway rollback NODE, or slipway rollback --run RUN',
          );
        return finished(await (await import('./commands/decide.js')).rollback(node, run, options));
      }
      if (node !== undefined)
        throw new UserMistake(
          'A node or a run, not both.',
          `Some nodes of a run: --run ${options.run} --only ${node}`,
        );
      return finished(await (await import('./commands/rollback-run.js')).rollbackRun(options.run, options));
    });

  deciding('skip', 'let the run go on without a node that halted it, or is not installed yet')
    .addHelpText('after', examples('slipway skip k8s-work-2 --why "its disk is replaced on Monday"'))
    .action(async (node: string, run: string | undefined, options: DecideOptions) =>
      finished(await (await import('./commands/decide.js')).skip(node, run, options)),
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

function addStartNowCommand(program: Command, finished: Finished): void {
  withTemporal(
    withFile(
      command(
        program,
        'start-now',
        'begin nodes although the maintenance window is closed, to the end of the run',
      ),
    ),
  )
    .argument('[run]', 'its number, or CLUSTER/NUMBER; default: the open or last run')
    .requiredOption('--why <text>', 'the reason; it is kept in the record')
    .option('--json', 'print the answer as JSON')
    .addHelpText(
      'after',
      examples('slipway start-now prox-ops/42 --why "CVE-2026-1234 cannot wait for Saturday"'),
    )
    .action(async (run: string | undefined, options: StartNowOptions) =>
      finished(await (await import('./commands/start-now.js')).startRunNow(run, options)),
    );
}

function addFreezingCommands(program: Command, finished: Finished): void {
  const freezing = (verb: 'freeze' | 'unfreeze', does: string): Command =>
    withTemporal(withFile(command(program, verb, does)))
      .argument('[cluster]', 'default: the one of slipway.yaml')
      .requiredOption('--why <text>', 'the reason; it is kept in the record')
      .option('--json', 'print the answer as JSON');

  freezing('freeze', 'begin no run of a cluster but a rollback, whoever asks; one that is open goes on')
    .addHelpText('after', examples('slipway freeze --why "no changes before the fair"'))
    .action(async (cluster: string | undefined, options: FreezeOptions) =>
      finished(await (await import('./commands/freeze.js')).freeze(cluster, options)),
    );

  freezing('unfreeze', 'let runs begin again; what was merged meanwhile begins at once')
    .addHelpText('after', examples('slipway unfreeze prox-ops --why "the fair is over"'))
    .action(async (cluster: string | undefined, options: FreezeOptions) =>
      finished(await (await import('./commands/freeze.js')).unfreeze(cluster, options)),
    );
}
