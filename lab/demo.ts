import { setTimeout as sleep } from 'node:timers/promises';
import { runReader } from '../src/runs/temporal/read-run.js';
import { webUiAddress } from '../src/runs/temporal/web-ui.js';
import type { RunView } from '../src/runs/view/run-view.js';
import { wrapRows } from '../src/cli/progress/wrap-text.js';
import { screen } from '../src/cli/terminal.js';
import { connectTemporal } from '../src/cli/temporal/connect-temporal.js';
import { defaultTaskQueue, runId } from '../src/workflows/messages.js';
import { demoSpeed, readOptions, type DemoOptions } from './demo/options.js';
import { showUntilItEnds } from './demo/progress.js';
import { HaltDecision, otherTerminal } from './demo/halt-decision.js';
import { declaredBefore, MergeStory } from './demo/merge-story.js';
import { RunnerDeaths, takeTwoAtOnce } from './demo/runner-death.js';
import { leavesResourcesAlone } from './terraform/owners-terraform.js';
import { startTemporalAlone } from './temporal-alone.js';
import { verdictText } from './watcher/verdict-text.js';
import { World } from './world.js';

/** The declared version where machines are replaced: the one after the demo cluster's. */
const NEXT_MINOR = 'v1.13.7';

/** One upgrade of a cluster: the worker dies in the middle, and nothing is lost. */
async function demo(options: DemoOptions): Promise<number> {
  const began = Date.now();
  say('Slipway demo: six simulated Talos machines on real etcd, Kubernetes, talosctl and Temporal.');
  if (options.strategy === 'replace')
    say(
      `They are VMs of a simulated hypervisor, made by the real Terraform; git declares Talos ${NEXT_MINOR}, so each is replaced.`,
    );
  if (options.story === 'runner-death')
    say(
      'Its workers are two pods of that cluster, as deploy/kubernetes/worker.yaml has them: each is drained with its node in its turn.',
    );
  say(
    'Its versions, Talos 1.12.x, are not those of examples/prox-ops (1.11.3): npm run lab -- --cluster prox-ops starts that one.',
  );
  const temporal = await startTemporalAlone({ usualPorts: true });
  const interrupted = new Promise<never>((_resolve, reject) => {
    process.once('SIGINT', () => reject(new Interrupted()));
  });
  let world: World | undefined;
  try {
    const { address, ui } = temporal.server.description;
    world = await World.start({
      name: 'demo',
      temporal: address,
      webUi: ui,
      speed: options.speed ?? demoSpeed[options.strategy],
      faults: options.fault,
      // A demo with a fault should not take minutes to halt.
      ...(options.fault.length > 0 ? { limits: 'short' } : {}),
      decision: '24h',
      ...(options.story === 'runner-death' ? { workerPods: {} } : {}),
      ...(options.story === 'merge' ? { labArgs: ['--target', declaredBefore] } : {}),
      ...(options.strategy === 'replace' ? { hypervisor: true, labArgs: ['--target', NEXT_MINOR] } : {}),
    });
    say(`The cluster is up after ${seconds(began)}. Temporal's Web UI: ${ui}`);
    return await Promise.race([story(world, options, began), interrupted]);
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    say('Stopped.');
    return 130;
  } finally {
    await world?.stop().catch(() => undefined);
    await temporal.stop();
  }
}

async function story(world: World, options: DemoOptions, began: number): Promise<number> {
  const merge =
    options.story === 'merge' ? await MergeStory.start(world, (text) => say(`\n${text}`)) : undefined;
  try {
    return await upgrade(world, options, began, merge);
  } finally {
    await merge?.stop();
  }
}

/** A person requests the upgrade after reading the plan. */
async function typed(world: World): Promise<number> {
  say('\n$ slipway plan\n');
  const wide = { COLUMNS: String(process.stdout.columns ?? 0) };
  say((await world.slipwayWith(wide, 'plan')).stdout);
  return world.upgrade();
}

async function upgrade(
  world: World,
  options: DemoOptions,
  began: number,
  merge: MergeStory | undefined,
): Promise<number> {
  const runnerDeath = options.story === 'runner-death';
  if (runnerDeath) await takeTwoAtOnce(world);
  const run = merge ? await merge.untilApproved() : await typed(world);
  Object.assign(process.env, world.environment());
  const temporal = await connectTemporal();
  const where = webUiAddress(temporal, runId(world.lab.cluster, run)) ?? '';
  say(
    `\n$ slipway ${merge ? 'watch         ' : 'upgrade --watch'}        this run in the Web UI: ${where}\n`,
  );
  const deaths = runnerDeath ? new RunnerDeaths(world, run) : undefined;
  const killing = options.kill && !deaths ? new WorkerKill(world) : undefined;
  const dying = deaths ?? killing;
  const decision = new HaltDecision(world, run, options.keep);
  const reader = runReader(temporal, defaultTaskQueue, world.lab.cluster);
  const view = await showUntilItEnds(
    () => reader.read(run),
    () =>
      [dying?.notice() ?? 'demo: no worker is killed this time', decision.notice()]
        .filter(Boolean)
        .join('\n'),
    (seen) => {
      dying?.look(seen);
      decision.look(seen);
    },
  );
  await decision.finished();
  await dying?.finished(view);
  await temporal.close();
  const ended = `The run ended ${view.outcome} after ${seconds(began)} in all.`;
  say(`\n$ slipway report ${run}\n`);
  say((await world.slipway('report', String(run))).stdout);
  if (deaths) say(`\n${deaths.notice()}\n`);
  await merge?.tellTheEnd();
  if (options.strategy === 'replace') await showTerraformPlan(world);
  if (options.keep) await keep(world, where);
  const verdict = await world.stop();
  say(`\n${verdictText(verdict)}`);
  say(ended);
  return verdict.ok && (view.outcome === 'done' || options.fault.length > 0) ? 0 : 1;
}

/** Kills the worker once, while a machine of the second half is between two versions, and starts another. */
class WorkerKill {
  private state: 'waiting' | 'killed' | 'back' = 'waiting';
  private work: Promise<void> | undefined;
  private node = '';

  constructor(private readonly world: World) {}

  look(view: RunView): void {
    if (this.state !== 'waiting') return;
    const done = view.nodes.filter((node) => node.state === 'done').length;
    const running = view.nodes.find((node) => node.state === 'running');
    const inTheMiddle = running?.steps.some((step) => step.step === 'await-boot');
    if (!running || !inTheMiddle || done < Math.floor(view.nodes.length / 2)) return;
    this.state = 'killed';
    this.node = running.name;
    this.work = this.killAndRestart();
  }

  notice(): string {
    if (this.state === 'waiting') return 'demo: in the middle, the worker will be killed (SIGKILL)';
    if (this.state === 'killed')
      return `demo: the worker was killed (SIGKILL) while it waited for ${this.node} to boot; another one starts`;
    return `demo: the worker was killed (SIGKILL) while it waited for ${this.node} to boot; another one went on from Temporal's history`;
  }

  async finished(_last: RunView): Promise<void> {
    await this.work;
  }

  private async killAndRestart(): Promise<void> {
    await this.world.killWorker();
    await sleep(1_000);
    await this.world.startWorker();
    this.state = 'back';
  }
}

/** Terraform's final view of the machines: they match git. */
async function showTerraformPlan(world: World): Promise<void> {
  const plan = await world.owner.terraformPlan();
  const words = leavesResourcesAlone(plan)
    ? 'No machine and no template differs from what git declares.'
    : 'Terraform would still change machines.';
  say(`\n$ terraform plan\n\n${planInShort(plan.stdout)}\n\n${words}`);
}

/** Starts at Terraform's changes: it first lists each resource that it refreshes. */
function planInShort(text: string): string {
  const start = text.search(/^(No changes\.|Terraform used|Terraform will|Plan:|Changes to Outputs)/m);
  return (start < 0 ? text : text.slice(start)).trim();
}

async function keep(world: World, where: string): Promise<void> {
  say(
    `\nKept until Ctrl-C. Web UI: ${where}\nIn another terminal:\n${otherTerminal(world)}\n  slipway status`,
  );
  await new Promise(() => undefined);
}

class Interrupted extends Error {}

function seconds(since: number): string {
  return `${((Date.now() - since) / 1000).toFixed(0)} s`;
}

/** The programs it shows wrap their own lines. */
function say(line: string): void {
  const { read, width } = screen();
  process.stdout.write(`${read && !line.includes('\n') ? wrapRows(line, width) : line}\n`);
}

process.exitCode = await demo(readOptions(process.argv.slice(2)));
