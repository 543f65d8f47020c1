import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Command, Option } from 'commander';
import { projectRoot } from '../tools/project-root.js';
import type { DoctorOptions } from './commands/doctor.js';
import type { InventoryCheckOptions } from './commands/inventory-check.js';
import type { NotifyTestOptions } from './commands/notify-test.js';
import type { PlanOptions } from './commands/plan.js';
import type { QueueOptions } from './commands/queue.js';
import type { ReportOptions } from './commands/report.js';
import type { ServeOptions } from './commands/serve.js';
import type { SnapshotListOptions } from './commands/snapshot-list.js';
import type { SnapshotProveOptions } from './commands/snapshot-prove.js';
import type { SnapshotTakeOptions } from './commands/snapshot-take.js';
import type { StatusOptions } from './commands/status.js';
import type { ToolsOptions } from './commands/tools.js';
import type { UpgradeOptions } from './commands/upgrade.js';
import type { WatchOptions } from './commands/watch.js';
import {
  command,
  examples,
  exitCodesText,
  withFile,
  withTarget,
  withTemporal,
  type Finished,
} from './command-parts.js';
import type { ExitCode } from './mistakes.js';
import { addStarterCommand } from './starter-command.js';
import { addPageCommand } from './page-command.js';
import { addSteeringCommands } from './steering-commands.js';

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
  addSnapshotCommands(program, finished);
  addServingCommand(program, finished);
  addStarterCommand(program, finished);
  addPageCommand(program, finished);
  return program;
}

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
      examples(
        'slipway upgrade --watch',
        'slipway upgrade --talos v1.12.6 --only k8s-work-1 k8s-work-2',
        'slipway upgrade --only k8s-work-1 --strategy in-place',
      ),
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

  withTemporal(command(program, 'queue', 'list what each cluster runs, what holds it, and its last runs'))
    .argument('[cluster]', 'default: all of them')
    .option('--last <number>', 'how many runs of each cluster', '5')
    .option('--json', 'print it as JSON')
    .addHelpText(
      'after',
      examples('slipway queue', 'slipway queue prox-ops --last 20', 'slipway queue --json'),
    )
    .action(async (cluster: string | undefined, options: QueueOptions) =>
      finished(await (await import('./commands/queue.js')).queue(cluster, options)),
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
    .option('--json', 'print it as JSON instead: the same, and the plan')
    .option('-o, --output <file>', 'write it to a file')
    .addHelpText(
      'after',
      examples(
        'slipway report',
        'slipway report 42 --output run-42.md',
        'slipway report prox-ops/42 --json --output run-42.json',
      ),
    )
    .action(async (run: string | undefined, options: ReportOptions) =>
      finished(await (await import('./commands/report.js')).report(run, options)),
    );
}

function addCheckingCommands(program: Command, finished: Finished): void {
  const inventory = program.command('inventory').description('look at slipway.yaml').helpCommand(false);
  inventory
    .command('check')
    .description('check slipway.yaml and list all its mistakes at once')
    .argument('[file]', 'the inventory (default: "slipway.yaml")')
    .option('-f, --file <file>', 'the inventory, as other commands name it')
    .option('--json', 'print the mistakes as JSON')
    .addHelpText(
      'after',
      examples('slipway inventory check', 'slipway inventory check -f clusters/atlas.yaml --json'),
    )
    .action(async (file: string | undefined, options: InventoryCheckOptions) =>
      finished(await (await import('./commands/inventory-check.js')).inventoryCheck(file, options)),
    );

  withTemporal(
    withFile(command(program, 'doctor', 'check everything an upgrade rests on, in seconds; changes nothing')),
  )
    .option('--inventory <file>', 'the same as --file')
    .option('--json', 'print the checks as JSON')
    .addHelpText(
      'after',
      examples('slipway doctor', 'slipway doctor --inventory clusters/atlas.yaml', 'slipway doctor --json'),
    )
    .action(async (options: DoctorOptions) =>
      finished(await (await import('./commands/doctor.js')).doctor(options)),
    );

  const notify = program
    .command('notify')
    .description('check who gets which notifications')
    .helpCommand(false);
  withFile(command(notify, 'test', 'send a test message to each receiver, and say what became of it'))
    .option('--json', 'print the outcomes as JSON')
    .addHelpText('after', examples('slipway notify test', 'slipway notify test -f clusters/atlas.yaml'))
    .action(async (options: NotifyTestOptions) =>
      finished(await (await import('./commands/notify-test.js')).notifyTest(options)),
    );

  command(program, 'tools', 'list the programs Slipway runs: where each is, or how to get it')
    .option('--json', 'print the list as JSON')
    .addHelpText('after', examples('slipway tools'))
    .action(async (options: ToolsOptions) =>
      finished(await (await import('./commands/tools.js')).tools(options)),
    );
}

function addServingCommand(program: Command, finished: Finished): void {
  const ip = new Option(
    '--ip <address>',
    'where Temporal listens; it asks nobody who they are, so keep the default',
  )
    .choices(['127.0.0.1', '0.0.0.0'])
    .default('127.0.0.1');
  withTemporal(
    command(
      program,
      'serve',
      'run Temporal and a worker on this machine, and keep them running until Ctrl-C',
    ),
  )
    .option('--data <folder>', "folder of Temporal's database (default: ~/.local/state/slipway)")
    .option('--port <number>', "Temporal's port", '7233')
    .option('--ui-port <number>', 'port of its Web UI (default: a thousand above)')
    .addOption(ip)
    .option('--json', 'one object a line for each event')
    .addHelpText('after', examples('slipway serve', 'slipway serve --data /var/lib/slipway --port 7333'))
    .action(async (options: ServeOptions) =>
      finished(await (await import('./commands/serve.js')).serve(options)),
    );
}

function addSnapshotCommands(program: Command, finished: Finished): void {
  const snapshot = program
    .command('snapshot')
    .description('etcd snapshots: list, take one now, prove that one restores')
    .helpCommand(false)
    .addHelpText(
      'after',
      examples('slipway snapshot list', 'slipway snapshot take', 'slipway snapshot prove --identity FILE'),
    );

  withFile(command(snapshot, 'list', "list the cluster's snapshots in the folder slipway.yaml names"))
    .option('--json', 'print them as JSON')
    .addHelpText(
      'after',
      examples('slipway snapshot list', 'slipway snapshot list -f clusters/atlas.yaml --json'),
    )
    .action(async (options: SnapshotListOptions) =>
      finished(await (await import('./commands/snapshot-list.js')).snapshotList(options)),
    );

  withFile(
    command(snapshot, 'take', "take a snapshot now with the reader's credentials, and keep it encrypted"),
  )
    .option('--json', 'print what was taken as JSON')
    .addHelpText('after', examples('slipway snapshot take'))
    .action(async (options: SnapshotTakeOptions) =>
      finished(await (await import('./commands/snapshot-take.js')).snapshotTake(options)),
    );

  withFile(
    command(snapshot, 'prove', 'start a full etcd on a snapshot, privately, and compare what it holds'),
  )
    .argument('[snapshot]', 'its file; default: the newest')
    .option('--identity <file>', 'the age identity that opens it, as age-keygen wrote it')
    .option('--json', 'print the proof as JSON')
    .addHelpText(
      'after',
      examples(
        'slipway snapshot prove --identity secrets/snapshot.key',
        'slipway snapshot prove prox-ops-run42-2026-11-22T07-35-08-074Z.etcd.age --identity secrets/snapshot.key',
      ),
    )
    .action(async (named: string | undefined, options: SnapshotProveOptions) =>
      finished(await (await import('./commands/snapshot-prove.js')).snapshotProve(named, options)),
    );
}

function versionOfPackage(): string {
  const manifest = JSON.parse(readFileSync(path.join(projectRoot, 'package.json'), 'utf8')) as {
    version: string;
  };
  return manifest.version;
}
