import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Command, Option } from 'commander';
import { projectRoot } from '../tools/project-root.js';
import type { AbortOptions } from './commands/abort.js';
import type { InventoryCheckOptions } from './commands/inventory-check.js';
import type { PlanOptions } from './commands/plan.js';
import type { ReleaseOptions } from './commands/release.js';
import type { ReportOptions } from './commands/report.js';
import type { StatusOptions } from './commands/status.js';
import type { ToolsOptions } from './commands/tools.js';
import type { UpgradeOptions } from './commands/upgrade.js';
import type { WatchOptions } from './commands/watch.js';
import type { ExitCode } from './mistakes.js';

const exitCodesText = `
Exit codes: 0 done or nothing to do · 1 refused, halted or failed · 2 wrong option, argument or file ·
            3 Temporal or the worker does not answer`;

const temporalText = `
Temporal is found by TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE (default slipway), TEMPORAL_PROFILE and the other
settings its own command line reads. SLIPWAY_WEB_UI names the address of its Web UI.`;

/**
 * The command line: names, options, help. Each command's own module is loaded only when it is typed, so that help
 * costs no time.
 *
 * @param finished gets the exit code of the command that ran.
 */
export function createProgram(finished: (code: ExitCode) => void): Command {
  const program = new Command('slipway');
  program
    .description('Upgrades Talos Linux Kubernetes clusters node by node: durable, observable, reversible.')
    .version(versionOfPackage(), '--version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand(false)
    .configureHelp({ showGlobalOptions: false, helpWidth: 100 })
    .showHelpAfterError('Type slipway COMMAND --help for its options and examples.')
    .addHelpText('after', `${exitCodesText}\n${temporalText}`)
    .exitOverride();
  addUpgradeCommands(program, finished);
  addLookingCommands(program, finished);
  addSteeringCommands(program, finished);
  addCheckingCommands(program, finished);
  return program;
}

type Finished = (code: ExitCode) => void;

function addUpgradeCommands(program: Command, finished: Finished): void {
  withTarget(command(program, 'plan', 'show what an upgrade would do; touches nothing and needs no Temporal'))
    .option('--commands', 'print the commands a person would type instead')
    .option('--json', 'print the plan as JSON')
    .addHelpText(
      'after',
      examples('slipway plan', 'slipway plan --talos v1.12.6 --only k8s-work-1', 'slipway plan --commands'),
    )
    .action(async (options: PlanOptions) =>
      finished(await (await import('./commands/plan.js')).plan(options)),
    );

  withTemporal(withTarget(command(program, 'upgrade', 'upgrade the cluster to what slipway.yaml declares')))
    .option('--watch', 'stay, and show the run until it ends')
    .option('--no-wait', 'come back as soon as the run has its number, before its plan is made')
    .option('--json', 'print the answer as JSON; with --watch, one object a line for each change')
    .addHelpText(
      'after',
      examples('slipway upgrade --watch', 'slipway upgrade --talos v1.12.6 --only k8s-work-1 k8s-work-2'),
    )
    .action(async (options: UpgradeOptions) =>
      finished(await (await import('./commands/upgrade.js')).upgrade(options)),
    );
}

function addLookingCommands(program: Command, finished: Finished): void {
  withTemporal(
    withFile(command(program, 'status', 'show a cluster: its open run, its hold, who works on it')),
  )
    .argument('[cluster]', 'default: the one of slipway.yaml; without a file, all of them')
    .option('--json', 'print it as JSON')
    .addHelpText('after', examples('slipway status', 'slipway status prox-ops --json'))
    .action(async (cluster: string | undefined, options: StatusOptions) =>
      finished(await (await import('./commands/status.js')).status(cluster, options)),
    );

  withTemporal(withFile(command(program, 'watch', 'show a run until it ends; the exit code is its outcome')))
    .argument('[run]', 'its number, or CLUSTER/NUMBER; default: the open or last run')
    .option('--json', 'one object a line for each change')
    .addHelpText('after', examples('slipway watch', 'slipway watch 42', 'slipway watch prox-ops/42 --json'))
    .action(async (run: string | undefined, options: WatchOptions) =>
      finished(await (await import('./commands/watch.js')).watch(run, options)),
    );

  withTemporal(withFile(command(program, 'report', 'print the report of a run, in Markdown')))
    .argument('[run]', 'its number, or CLUSTER/NUMBER; default: the open or last run')
    .option('--json', "print the run's result as JSON instead")
    .option('-o, --output <file>', 'write it to a file')
    .addHelpText('after', examples('slipway report', 'slipway report 42 --output run-42.md'))
    .action(async (run: string | undefined, options: ReportOptions) =>
      finished(await (await import('./commands/report.js')).report(run, options)),
    );
}

function addSteeringCommands(program: Command, finished: Finished): void {
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

function addCheckingCommands(program: Command, finished: Finished): void {
  const inventory = program.command('inventory').description('look at slipway.yaml').helpCommand(false);
  inventory
    .command('check')
    .description('check slipway.yaml and tell all its mistakes at once')
    .argument('[file]', 'the inventory', 'slipway.yaml')
    .option('--json', 'print the mistakes as JSON')
    .addHelpText(
      'after',
      examples('slipway inventory check', 'slipway inventory check clusters/atlas.yaml --json'),
    )
    .action(async (file: string, options: InventoryCheckOptions) =>
      finished(await (await import('./commands/inventory-check.js')).inventoryCheck(file, options)),
    );

  command(program, 'tools', 'list the programs Slipway runs: where each is, or how to get it')
    .option('--json', 'print the list as JSON')
    .addHelpText('after', examples('slipway tools'))
    .action(async (options: ToolsOptions) =>
      finished(await (await import('./commands/tools.js')).tools(options)),
    );
}

function command(program: Command, name: string, description: string): Command {
  return program.command(name).description(description);
}

function withFile(target: Command): Command {
  return target.option('-f, --file <file>', 'the inventory of the cluster', 'slipway.yaml');
}

function withTarget(target: Command): Command {
  return withFile(target)
    .option(
      '--talos <version>',
      'another version than slipway.yaml declares; the report says that git does not declare it',
    )
    .option('--only <node...>', 'only these nodes');
}

function withTemporal(target: Command): Command {
  const option = new Option('--task-queue <name>', 'the task queue of the workers')
    .env('SLIPWAY_TASK_QUEUE')
    .default('slipway');
  return target.addOption(option);
}

function examples(...lines: readonly string[]): string {
  return `\n${lines.length === 1 ? 'Example' : 'Examples'}:\n${lines.map((line) => `  ${line}`).join('\n')}\n${exitCodesText}`;
}

function versionOfPackage(): string {
  const manifest = JSON.parse(readFileSync(path.join(projectRoot, 'package.json'), 'utf8')) as {
    version: string;
  };
  return manifest.version;
}
