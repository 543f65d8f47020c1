import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { foreground, type Finished } from './processes/foreground.js';
import { LabProcess, lastLines } from './processes/lab-process.js';
import type { LabDescription } from './lab-description.js';
import type { Verdict } from './watcher/watch.js';
import type { NodeResult, RunResult } from '../src/planning/run-result.js';
import { projectRoot } from '../src/tools/project-root.js';
import { toolPath } from '../src/tools/tool-path.js';
import { runId } from '../src/workflows/messages.js';

/** Where the test run's Temporal is: jest's global set-up starts one for all scenarios. */
export const temporalAddress = (): string => {
  const address = process.env['SLIPWAY_TEST_TEMPORAL'];
  if (!address)
    throw new Error('Scenarios need the Temporal that test/scenarios/global-setup.ts starts. Type: npm test');
  return address;
};

const cliPath = path.join(projectRoot, 'bin/slipway.mjs');

export interface WorldOptions {
  /** Names the namespace and the folder; one word. */
  readonly name: string;
  readonly faults?: readonly string[];
  readonly labArgs?: readonly string[];
  /** Another Temporal than the shared one. */
  readonly temporal?: string;
  /** Base URL of that Temporal's Web UI. */
  readonly webUi?: string;
  /** Machines' speed. Default 4. */
  readonly speed?: number;
  /** Who asks, as the report names them. */
  readonly person?: string;
}

/**
 * A lab with Slipway beside it, each a process of its own, and the watcher on. Everything is real but the machines;
 * everything can be killed.
 */
export class World {
  worker: LabProcess | undefined;
  private watcher: LabProcess | undefined;
  private connection: Connection | undefined;
  private workers = 0;
  private stopped: Promise<Verdict> | undefined;

  private constructor(
    readonly folder: string,
    readonly lab: LabDescription,
    private readonly labProcess: LabProcess,
    readonly temporal: string,
    readonly namespace: string,
    private readonly options: WorldOptions,
  ) {}

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
        ...faults,
        ...(options.labArgs ?? []),
      ],
      env: environment({}),
      logFile: path.join(folder, 'lab.log'),
      graceMs: 20_000,
      ready: {
        timeoutMs: 90_000,
        probe: async () => ((await description(directory)) ? undefined : 'lab.json is not there yet'),
      },
    });
    await labProcess.ready();
    const lab = await description(directory);
    if (!lab) throw new Error('the lab went away as soon as it was ready');
    const world = new World(folder, lab, labProcess, temporal, path.basename(folder), options);
    await world.startWorker();
    await world.startWatcher();
    return world;
  }

  /** Starts a worker; it is ready when it polls. */
  async startWorker(): Promise<void> {
    this.workers += 1;
    const logFile = path.join(this.folder, `worker-${this.workers}.log`);
    const worker = LabProcess.start({
      name: `worker ${this.workers}`,
      command: process.execPath,
      args: ['--enable-source-maps', path.join(projectRoot, 'dist/src/worker/main.js')],
      env: environment(this.environment()),
      logFile,
      ready: { timeoutMs: 60_000, probe: logged(logFile, 'works on task queue') },
    });
    await worker.ready();
    this.worker = worker;
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
      env: environment({}),
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
      ...(webUi ? { SLIPWAY_WEB_UI: webUi } : {}),
      TEMPORAL_ADDRESS: this.temporal,
      TEMPORAL_NAMESPACE: this.namespace,
      SLIPWAY_DIAL: this.lab.dialMap,
    };
  }

  /** Runs the command line as a person would, in the folder of slipway.yaml. */
  async slipway(...args: string[]): Promise<Finished> {
    return this.slipwayWith({}, ...args);
  }

  /** The same with something else in its environment. */
  async slipwayWith(more: Readonly<Record<string, string>>, ...args: string[]): Promise<Finished> {
    const { cwd, env } = this.atTheTerminal();
    return foreground(process.execPath, [cliPath, ...args], {
      cwd,
      env: { ...env, ...more },
      timeoutMs: 120_000,
    });
  }

  /** The same with the terminal of this process. */
  async slipwayInTerminal(...args: string[]): Promise<number> {
    return (
      await foreground(process.execPath, [cliPath, ...args], { ...this.atTheTerminal(), terminal: true })
    ).code;
  }

  private atTheTerminal(): { cwd: string; env: Record<string, string> } {
    const terminal = Object.fromEntries(['TERM', 'COLUMNS', 'NO_COLOR', 'FORCE_COLOR'].flatMap(ownVariable));
    return {
      cwd: path.dirname(this.lab.inventory),
      env: environment({ ...this.environment(), ...terminal, USER: this.options.person ?? 'alice' }),
    };
  }

  /** Runs the real kubectl as the cluster's admin. */
  async kubectl(...args: string[]): Promise<string> {
    const result = await this.runKubectl(args);
    return result.stdout;
  }

  async apply(manifest: object): Promise<void> {
    await this.runKubectl(['apply', '-f', '-'], JSON.stringify(manifest));
  }

  private async runKubectl(args: readonly string[], input?: string): Promise<Finished> {
    const all = ['--kubeconfig', this.lab.kubeconfig.admin, ...args];
    const options = { env: environment({}), timeoutMs: 30_000, ...(input === undefined ? {} : { input }) };
    const result = await foreground(await toolPath('kubectl'), all, options);
    if (result.code !== 0)
      throw new Error(`kubectl ${args.join(' ')} ended with ${result.code}: ${result.stderr}`);
    return result;
  }

  /** Asks the lab's control server. */
  async control(method: string, where: string, body?: object): Promise<unknown> {
    const response = await fetch(`${this.lab.control}${where}`, {
      method,
      ...(body ? { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } } : {}),
    });
    if (!response.ok) throw new Error(`${method} ${where}: ${response.status} ${await response.text()}`);
    return response.json();
  }

  /** Asks Slipway to upgrade and answers the run's number, also of a run that was refused at once. */
  async upgrade(...args: string[]): Promise<number> {
    const { code, stdout, stderr } = await this.slipway('upgrade', '--json', ...args);
    const { run } = (stdout.startsWith('{') ? JSON.parse(stdout) : {}) as { run?: number };
    if (run === undefined) throw new Error(`slipway upgrade ended with ${code}: ${stdout}${stderr}`);
    return run;
  }

  /** The run's result, once it has one. */
  async result(run: number): Promise<RunResult> {
    const client = await this.client();
    return (await client.workflow.getHandle(runId(this.lab.cluster, run)).result()) as RunResult;
  }

  async client(): Promise<Client> {
    this.connection ??= await Connection.connect({ address: this.temporal });
    return new Client({ connection: this.connection, namespace: this.namespace });
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

  /** Makes the pods that are on a node take their time to stop, so that its drain does. */
  async slowPods(node: string, seconds: number): Promise<void> {
    const listed = await this.kubectl(
      'get',
      'pods',
      '--all-namespaces',
      `--field-selector=spec.nodeName=${node}`,
      '--output=jsonpath={range .items[*]}{.metadata.namespace}/{.metadata.name} {end}',
    );
    for (const pod of listed.trim().split(' ')) {
      const [namespace = '', name = ''] = pod.split('/');
      await this.kubectl(
        'annotate',
        'pod',
        name,
        '-n',
        namespace,
        `lab.slipway.dev/stop-seconds=${seconds}`,
        '--overwrite',
      );
    }
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
    await this.worker?.stop();
    await this.connection?.close();
    await this.labProcess.stop();
    const line = log.split('\n').findLast((one) => one.startsWith('{'));
    if (!line) throw new Error(`the watcher gave no verdict:\n${log.slice(-2000)}`);
    const verdict = JSON.parse(line) as Verdict;
    if (verdict.ok) await rm(this.folder, { recursive: true, force: true });
    return verdict;
  }

  private logs(): string {
    return ['lab.log', `worker-${this.workers}.log`]
      .map((name) => `${name}:\n${lastLines(path.join(this.folder, name))}`)
      .join('\n');
  }
}

export function nodeResult(result: RunResult, name: string): NodeResult {
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

/** What children get of our environment: where programs and binaries are, nothing else. */
function environment(more: Record<string, string>): Record<string, string> {
  const handedOn = ['PATH', 'HOME', 'LANG', 'TMPDIR', 'XDG_CACHE_HOME', 'SLIPWAY_PROJECT_ROOT'];
  const binaries = Object.keys(process.env).filter((name) => name.startsWith('SLIPWAY_BIN_'));
  return { ...Object.fromEntries([...handedOn, ...binaries].flatMap(ownVariable)), ...more };
}

function ownVariable(name: string): [string, string][] {
  const value = process.env[name];
  return value === undefined ? [] : [[name, value]];
}
