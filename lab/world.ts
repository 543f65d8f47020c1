import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { takeLab, type TakenLab } from './pool/take-lab.js';
import { LabProcess, lastLines } from './processes/lab-process.js';
import { Holds, type Hold, type HoldPoint } from './interruptions/holds.js';
import { TemporalGateway } from './interruptions/temporal-gateway.js';
import { openedTemporal, recordedQueue, recordedStatus, recordedText } from './recorded.js';
import { labLog } from './running-lab.js';
import { untilScheduled } from './until-scheduled.js';
import { untilWorkerKnown } from './until-worker-known.js';
import { waits } from './waits.js';
import type { LabDescription } from './lab-description.js';
import { Owner } from './owner.js';
import type { Verdict } from './watcher/watch.js';
import { WorkerPods } from './worker-pods/worker-pods.js';
import { historyFacts } from '../src/runs/view/history-facts.js';
import { storyOfRun } from '../src/runs/view/story-of-run.js';
import { viewOfRun } from '../src/runs/view/view-of-run.js';
import type { Temporal } from '../src/runs/temporal/temporal.js';
import type { RunStory, StoryNode } from '../src/planning/report/run-report.js';
import { projectRoot } from '../src/tools/project-root.js';
import { Terminal, cleanEnvironment } from './terminal.js';
import type { WorkerStart, WorldOptions } from './world-options.js';
import { runId } from '../src/workflows/messages.js';

export type { WorkerStart, WorldOptions } from './world-options.js';

/** The address of the test run's Temporal: jest's global set-up starts one for all scenarios. */
export const temporalAddress = (): string => {
  const address = process.env['SLIPWAY_TEST_TEMPORAL'];
  if (!address)
    throw new Error('Scenarios need the Temporal that test/scenarios/global-setup.ts starts. Type: npm test');
  return address;
};

/**
 * A lab with Slipway beside it, each in its own process, and the watcher running. Everything is real except the machines; everything can be
 * killed.
 */
export class World extends Terminal {
  worker: LabProcess | undefined;
  private watcher: LabProcess | undefined;
  private connection: Connection | undefined;
  private gateway: TemporalGateway | undefined;
  /** Every worker that was started, also the killed ones. */
  private readonly workers: LabProcess[] = [];
  private stopped: Promise<Verdict> | undefined;
  /** The owner of the machines, of a lab with a hypervisor. */
  readonly owner: Owner;
  private readonly holds = new Holds((token) => this.heartbeat(token));
  /** The worker pods, where the world was started with those. */
  readonly pods: WorkerPods;

  readonly lab: LabDescription;

  private constructor(
    readonly folder: string,
    private readonly taken: TakenLab,
    readonly temporal: string,
    readonly namespace: string,
    private readonly options: WorldOptions,
  ) {
    super();
    this.lab = taken.description;
    this.owner = new Owner(this.lab);
    this.pods = new WorkerPods(this);
  }

  static async start(options: WorldOptions): Promise<World> {
    const folder = await mkdtemp(path.join(os.tmpdir(), `slipway-${options.name}-`));
    const temporal = options.temporal ?? temporalAddress();
    const taken = await takeLab(options, folder);
    const world = new World(folder, taken, temporal, path.basename(folder), options);
    try {
      if (options.holds) await world.openGateway();
      const worker = options.workerPods ? world.pods.start(options.workerPods) : world.startWorker();
      // Waits for both also when one fails: the following code stops them.
      for (const one of await Promise.allSettled([worker, world.startWatcher()]))
        if (one.status === 'rejected') throw one.reason;
      return world;
    } catch (error) {
      // Nobody else knows of it: it would run on until this process ends.
      await Promise.all([world.killWorker(), world.watcher?.kill()]);
      await world.gateway?.stop();
      await taken.end(false);
      throw error;
    }
  }

  /** Starts a worker; it is ready when it polls. `within`: a program that starts it in an environment of its own. */
  async startWorker(within?: WorkerStart): Promise<void> {
    const number = this.workers.length + 1;
    const logFile = path.join(this.folder, `worker-${number}.log`);
    const worker = LabProcess.start({
      name: `worker ${number}`,
      command: within?.command ?? process.execPath,
      args: within?.args ?? [path.join(projectRoot, 'dist/programs/worker.js')],
      env: cleanEnvironment({
        ...this.environment(),
        ...(this.gateway ? { TEMPORAL_ADDRESS: this.gateway.address } : {}),
        ...this.options.workerEnv,
        ...within?.env,
      }),
      logFile,
      ready: { timeoutMs: waits.programStartMs, probe: logged(logFile, 'works on task queue') },
    });
    this.workers.push(worker);
    this.worker = worker;
    await worker.ready();
    await untilWorkerKnown(await this.client());
  }

  /** Kills it as a power cut would. */
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
        path.join(projectRoot, 'dist/programs/watcher.js'),
        `--lab=${this.lab.directory}`,
        `--temporal=${this.temporal}`,
        `--namespace=${this.namespace}`,
        `--log-folder=${this.folder}`,
        '--json',
      ],
      env: cleanEnvironment({}),
      logFile,
      graceMs: waits.watcherStopMs,
      ready: { timeoutMs: waits.programStartMs, probe: logged(logFile, 'watching the lab in') },
    });
    this.watcher = watcher;
    await watcher.ready();
  }

  /** The environment of worker and command line. */
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

  /** The result of a closed run: its whole history, as a report shows it. */
  async result(run: number): Promise<RunStory> {
    const client = await this.client();
    await client.workflow.getHandle(runId(this.lab.cluster, run)).result();
    return this.story(run);
  }

  /** The history of a run so far, whatever its state. */
  async story(run: number): Promise<RunStory> {
    const { cluster } = this.lab;
    const client = await this.client();
    const facts = historyFacts(await client.workflow.getHandle(runId(cluster, run)).fetchHistory());
    const view = viewOfRun(cluster, run, { facts, pending: undefined }, new Map());
    return storyOfRun(view, { now: Date.now(), timeZone: 'UTC' });
  }

  async client(): Promise<Client> {
    return new Client({ connection: await this.connect(), namespace: this.namespace });
  }

  private async connect(): Promise<Connection> {
    return (this.connection ??= await Connection.connect({ address: this.temporal }));
  }

  private async recorded(): Promise<Temporal> {
    return openedTemporal(await this.connect(), await this.client(), this.temporal);
  }

  /** The output of `slipway status`, without starting it: for waits. A test of the command itself runs the command. */
  async says(): Promise<string> {
    return recordedText(await this.recorded(), this.lab.cluster);
  }

  /** The output of `slipway status --json`, as a value, without starting it. */
  async status(): ReturnType<typeof recordedStatus> {
    return recordedStatus(await this.recorded(), this.lab.cluster);
  }

  /** The output of `slipway queue`, without starting it. */
  async queue(): Promise<string> {
    return recordedQueue(await this.recorded(), this.lab.cluster);
  }

  /**
   * Holds the next run that reaches that step of a node, before the worker has the step, until it is released: a moment in which a test can
   * act, of any length below a minute. Only in a world with `holds`. @throws Error in any other
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

  /** Waits until the node's workflow has begun that activity; it may have ended by then. */
  async untilBegun(run: number, node: string, activity: string): Promise<void> {
    const workflowId = `${runId(this.lab.cluster, run)}/1/${node}/1`;
    await untilScheduled(await this.client(), workflowId, activity, waits.conditionMs);
  }

  /** Polls until the condition holds; reports what did not happen. */
  async until(what: string, isSo: () => Promise<boolean>): Promise<void> {
    const end = Date.now() + waits.conditionMs;
    for (;;) {
      if (await isSo().catch(() => false)) return;
      if (Date.now() > end)
        throw new Error(`after ${waits.conditionMs / 1000} s it is still not so: ${what}\n${this.logs()}`);
      await sleep(150);
    }
  }

  /** The machines' log, as values. */
  async machineEvents(machine: string, event: string): Promise<{ time: string; version: string }[]> {
    const lines = (await readFile(this.lab.logs.machines, 'utf8')).trim().split('\n');
    const events = lines.map(
      (line) => JSON.parse(line) as { machine: string; event: string; time: string; version: string },
    );
    return events.filter((one) => one.machine === machine && one.event === event);
  }

  /** Stops everything, once; returns the watcher's verdict. */
  async stop(): Promise<Verdict> {
    return (this.stopped ??= this.end());
  }

  private async end(): Promise<Verdict> {
    let verdict: Verdict | undefined;
    try {
      await this.watcher?.stop();
      const log = await readFile(path.join(this.folder, 'watcher.out'), 'utf8').catch(() => '');
      this.holds.releaseAll();
      await Promise.all(this.workers.map((worker) => worker.stop()));
      await this.gateway?.stop();
      await this.connection?.close();
      const line = log.split('\n').findLast((one) => one.startsWith('{'));
      if (!line) throw new Error(`the watcher gave no verdict:\n${log.slice(-2000)}`);
      verdict = JSON.parse(line) as Verdict;
    } finally {
      await this.taken.end(verdict?.complaints.length === 0);
    }
    if (verdict.complaints.length === 0) await rm(this.folder, { recursive: true, force: true });
    return verdict;
  }

  private logs(): string {
    const files = [
      path.join(path.dirname(this.lab.directory), labLog),
      path.join(this.folder, `worker-${this.workers.length}.log`),
    ];
    return files.map((file) => `${path.basename(file)}:\n${lastLines(file)}`).join('\n');
  }
}

export function nodeResult(result: Pick<RunStory, 'nodes' | 'reasons'>, name: string): StoryNode {
  const found = result.nodes.find((node) => node.node === name);
  if (!found) throw new Error(`${name} has no result: ${JSON.stringify(result.reasons)}`);
  return found;
}

/** A readiness check that succeeds once a log contains it. */
function logged(file: string, words: string): () => Promise<string | undefined> {
  return async () => {
    const log = await readFile(file, 'utf8').catch(() => '');
    return log.includes(words) ? undefined : `it has not said "${words}" yet`;
  };
}
