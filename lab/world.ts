import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { LabProcess, lastLines } from './processes/lab-process.js';
import type { LimitsName } from './clusters/lab-limits.js';
import { Holds, type Hold, type HoldPoint } from './interruptions/holds.js';
import { TemporalGateway } from './interruptions/temporal-gateway.js';
import type { LabDescription } from './lab-description.js';
import { Owner } from './owner.js';
import type { Verdict } from './watcher/watch.js';
import { WorkerPods, type WorkerPodSettings } from './worker-pods/worker-pods.js';
import { historyFacts } from '../src/runs/view/history-facts.js';
import { storyOfRun } from '../src/runs/view/story-of-run.js';
import { viewOfRun } from '../src/runs/view/view-of-run.js';
import type { RunStory, StoryNode } from '../src/planning/run-report.js';
import { projectRoot } from '../src/tools/project-root.js';
import { Terminal, cleanEnvironment } from './terminal.js';
import { runId } from '../src/workflows/messages.js';

/** Where the test run's Temporal is: jest's global set-up starts one for all scenarios. */
export const temporalAddress = (): string => {
  const address = process.env['SLIPWAY_TEST_TEMPORAL'];
  if (!address)
    throw new Error('Scenarios need the Temporal that test/scenarios/global-setup.ts starts. Type: npm test');
  return address;
};

export interface WorldOptions {
  /** Names the namespace and the folder; one word. */
  readonly name: string;
  /** A cluster of `lab/clusters/clusters.ts`: `atlas`. Default: prox-ops in small. */
  readonly cluster?: string;
  /** Other versions than that cluster's own: `talos=1.13.8`. */
  readonly versions?: string;
  readonly faults?: readonly string[];
  readonly labArgs?: readonly string[];
  /** The machines are VMs that Terraform made: they can be rebuilt. */
  readonly hypervisor?: boolean;
  /** What the workers alone are told beside. */
  readonly workerEnv?: Readonly<Record<string, string>>;
  /** Another Temporal than the shared one. */
  readonly temporal?: string;
  /** Base URL of that Temporal's Web UI. */
  readonly webUi?: string;
  /** How long a run that halts waits for a person. Default 0s: it ends at once, as most tests want it. */
  readonly decision?: string;
  /** Machines' speed. Default 4. */
  readonly speed?: number;
  /** `short` where faults are drawn: any wait may be in vain. Default `generous`: whoever wants a limit to be reached sets it. */
  readonly limits?: LimitsName;
  /** Runs can be held at steps: `holdAt`. Its worker speaks to Temporal through a gateway then. */
  readonly holds?: true;
  /** The workers are pods of the cluster, as the shipped manifest has them, and not one process beside it. */
  readonly workerPods?: WorkerPodSettings;
}

/** Another way to start the worker. */
export interface WorkerStart {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/**
 * A lab with Slipway beside it, each a process of its own, and the watcher on. Everything is real but the machines;
 * everything can be killed.
 */
export class World extends Terminal {
  worker: LabProcess | undefined;
  private watcher: LabProcess | undefined;
  private connection: Connection | undefined;
  private gateway: TemporalGateway | undefined;
  private workers = 0;
  private stopped: Promise<Verdict> | undefined;
  /** Whose the machines are, of a lab with a hypervisor. */
  readonly owner: Owner;
  private readonly holds = new Holds((token) => this.heartbeat(token));
  /** The workers that are pods, where the world was started with those. */
  readonly pods: WorkerPods;

  private constructor(
    readonly folder: string,
    readonly lab: LabDescription,
    private readonly labProcess: LabProcess,
    readonly temporal: string,
    readonly namespace: string,
    private readonly options: WorldOptions,
  ) {
    super();
    this.owner = new Owner(lab);
    this.pods = new WorkerPods(this);
  }

  static async start(options: WorldOptions): Promise<World> {
    const folder = await mkdtemp(path.join(os.tmpdir(), `slipway-${options.name}-`));
    const directory = path.join(folder, 'lab');
    const temporal = options.temporal ?? temporalAddress();
    const faults = (options.faults ?? []).flatMap((fault) => ['--fault', fault]);
    const labProcess = LabProcess.start({
      name: `lab ${options.name}`,
      command: process.execPath,
      args: [
        path.join(projectRoot, 'dist/lab/main.js'),
        '--dir',
        directory,
        '--speed',
        String(options.speed ?? 4),
        ...(options.limits === undefined ? [] : ['--limits', options.limits]),
        '--decision',
        options.decision ?? '0s',
        ...(options.cluster === undefined ? [] : ['--cluster', options.cluster]),
        ...(options.versions === undefined ? [] : ['--versions', options.versions]),
        ...(options.hypervisor ? ['--hypervisor'] : []),
        ...faults,
        ...(options.labArgs ?? []),
      ],
      env: cleanEnvironment({}),
      logFile: path.join(folder, 'lab.log'),
      graceMs: 20_000,
      ready: {
        timeoutMs: 180_000,
        probe: async () => ((await description(directory)) ? undefined : 'lab.json is not there yet'),
      },
    });
    let world: World | undefined;
    try {
      await labProcess.ready();
      const lab = await description(directory);
      if (!lab) throw new Error('the lab went away as soon as it was ready');
      world = new World(folder, lab, labProcess, temporal, path.basename(folder), options);
      if (options.holds) await world.openGateway();
      await (options.workerPods ? world.pods.start(options.workerPods) : world.startWorker());
      await world.startWatcher();
      return world;
    } catch (error) {
      // Nobody else knows of it: it would run on for as long as we do.
      await world?.worker?.kill();
      await world?.gateway?.stop();
      await labProcess.stop();
      throw error;
    }
  }

  /** Starts a worker; it is ready when it polls. `within`: a program that starts it in surroundings of its own. */
  async startWorker(within?: WorkerStart): Promise<void> {
    this.workers += 1;
    const logFile = path.join(this.folder, `worker-${this.workers}.log`);
    const worker = LabProcess.start({
      name: `worker ${this.workers}`,
      command: within?.command ?? process.execPath,
      args: within?.args ?? ['--enable-source-maps', path.join(projectRoot, 'dist/src/worker/main.js')],
      env: cleanEnvironment({
        ...this.environment(),
        ...(this.gateway ? { TEMPORAL_ADDRESS: this.gateway.address } : {}),
        ...this.options.workerEnv,
        ...within?.env,
      }),
      logFile,
      ready: { timeoutMs: 60_000, probe: logged(logFile, 'works on task queue') },
    });
    this.worker = worker;
    await worker.ready();
  }

  /** As a power cut would. */
  async killWorker(): Promise<void> {
    await this.worker?.kill();
    this.worker = undefined;
  }

  private async startWatcher(): Promise<void> {
    const logFile = path.join(this.folder, 'watcher.out');
    const watcher = LabProcess.start({
      name: 'watcher',
      command: process.execPath,
      args: [
        '--enable-source-maps',
        path.join(projectRoot, 'dist/lab/watcher/main.js'),
        `--lab=${this.lab.directory}`,
        `--temporal=${this.temporal}`,
        `--namespace=${this.namespace}`,
        '--json',
      ],
      env: cleanEnvironment({}),
      logFile,
      graceMs: 60_000,
      ready: { timeoutMs: 60_000, probe: logged(logFile, 'watching the lab in') },
    });
    await watcher.ready();
    this.watcher = watcher;
  }

  /** What worker and command line are told by their environment. */
  environment(): Record<string, string> {
    const { webUi } = this.options;
    return {
      SLIPWAY_REPOSITORIES_DIR: path.join(this.folder, 'repositories'),
      ...(webUi ? { SLIPWAY_WEB_UI: webUi } : {}),
      TEMPORAL_ADDRESS: this.temporal,
      TEMPORAL_NAMESPACE: this.namespace,
      SLIPWAY_DIAL: this.lab.dialMap,
    };
  }

  /** What became of the run, once it has ended with a result: all of what its history tells, as a report has it. */
  async result(run: number): Promise<RunStory> {
    const client = await this.client();
    await client.workflow.getHandle(runId(this.lab.cluster, run)).result();
    return this.story(run);
  }

  /** What its history tells of the run by now, however it stands. */
  async story(run: number): Promise<RunStory> {
    const { cluster } = this.lab;
    const client = await this.client();
    const facts = historyFacts(await client.workflow.getHandle(runId(cluster, run)).fetchHistory());
    const view = viewOfRun(cluster, run, { facts, pending: undefined }, new Map());
    return storyOfRun(view, { now: Date.now(), timeZone: 'UTC' });
  }

  async client(): Promise<Client> {
    this.connection ??= await Connection.connect({ address: this.temporal });
    return new Client({ connection: this.connection, namespace: this.namespace });
  }

  /**
   * Holds the next run that comes to that step of a node, before the worker has the step, until it is released: a moment for a test to
   * act in, as long as it must be and less than a minute. Only in a world with `holds`. @throws Error in any other
   */
  holdAt(point: HoldPoint): Hold {
    if (!this.gateway) throw new Error('a run is held in a world that was started with `holds: true`');
    return this.holds.at(point);
  }

  private async openGateway(): Promise<void> {
    this.gateway = await TemporalGateway.start(this.temporal);
    this.gateway.guard = this.holds.guard;
  }

  private async heartbeat(token: string): Promise<void> {
    const { workflowService } = (await this.client()).connection;
    const taskToken = Buffer.from(token, 'base64');
    await workflowService.recordActivityTaskHeartbeat({ namespace: this.namespace, taskToken });
  }

  /** Waits until the node's workflow has begun that activity; it may be over by then. */
  async untilBegun(run: number, node: string, activity: string): Promise<void> {
    const client = await this.client();
    const workflowId = `${runId(this.lab.cluster, run)}/1/${node}/1`;
    await this.until(`${activity} of ${node} has begun`, async () => {
      const { events } = await client.workflow.getHandle(workflowId).fetchHistory();
      return (
        events?.some(
          (event) => event.activityTaskScheduledEventAttributes?.activityType?.name === activity,
        ) ?? false
      );
    });
  }

  /** Asks until it is so; says what did not happen. */
  async until(what: string, isSo: () => Promise<boolean>, timeoutMs = 90_000): Promise<void> {
    const end = Date.now() + timeoutMs;
    for (;;) {
      if (await isSo().catch(() => false)) return;
      if (Date.now() > end)
        throw new Error(`after ${timeoutMs / 1000} s it is still not so: ${what}\n${this.logs()}`);
      await sleep(150);
    }
  }

  /** What the machines logged, as values. */
  async machineEvents(machine: string, event: string): Promise<{ time: string; version: string }[]> {
    const lines = (await readFile(this.lab.logs.machines, 'utf8')).trim().split('\n');
    const events = lines.map(
      (line) => JSON.parse(line) as { machine: string; event: string; time: string; version: string },
    );
    return events.filter((one) => one.machine === machine && one.event === event);
  }

  /** Ends everything, once; answers what the watcher found. */
  async stop(): Promise<Verdict> {
    return (this.stopped ??= this.end());
  }

  private async end(): Promise<Verdict> {
    await this.watcher?.stop();
    const log = await readFile(path.join(this.folder, 'watcher.out'), 'utf8').catch(() => '');
    this.holds.releaseAll();
    await this.worker?.stop();
    await this.gateway?.stop();
    await this.connection?.close();
    await this.labProcess.stop();
    const line = log.split('\n').findLast((one) => one.startsWith('{'));
    if (!line) throw new Error(`the watcher gave no verdict:\n${log.slice(-2000)}`);
    const verdict = JSON.parse(line) as Verdict;
    if (verdict.complaints.length === 0) await rm(this.folder, { recursive: true, force: true });
    return verdict;
  }

  private logs(): string {
    return ['lab.log', `worker-${this.workers}.log`]
      .map((name) => `${name}:\n${lastLines(path.join(this.folder, name))}`)
      .join('\n');
  }
}

export function nodeResult(result: Pick<RunStory, 'nodes' | 'reasons'>, name: string): StoryNode {
  const found = result.nodes.find((node) => node.node === name);
  if (!found) throw new Error(`${name} has no result: ${JSON.stringify(result.reasons)}`);
  return found;
}

/** A probe that is satisfied once a log says it. */
function logged(file: string, words: string): () => Promise<string | undefined> {
  return async () => {
    const log = await readFile(file, 'utf8').catch(() => '');
    return log.includes(words) ? undefined : `it has not said "${words}" yet`;
  };
}

async function description(directory: string): Promise<LabDescription | undefined> {
  try {
    return JSON.parse(await readFile(path.join(directory, 'lab.json'), 'utf8')) as LabDescription;
  } catch {
    return undefined;
  }
}
