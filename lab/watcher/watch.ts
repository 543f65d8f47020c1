import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Evidence, Moment } from './evidence.js';
import { readLab, type WatchedLab } from './lab-directory.js';
import { apiChange } from './sources/audit-log.js';
import { ClusterObservations } from './sources/cluster-observations.js';
import { EtcdRounds } from './sources/etcd-rounds.js';
import { Commands } from './sources/commands.js';
import { Exposures } from './sources/exposures.js';
import { JsonTail } from './sources/json-tail.js';
import { KubernetesClient, kubernetesAccess, userOf } from './sources/kubernetes-client.js';
import { hypervisorLine, hypervisorRequests } from './sources/hypervisor-log.js';
import { frontEvent, machineEvent, talosRequest } from './sources/lab-logs.js';
import { secretsOf } from './sources/secrets.js';
import { snapshotFiles } from './sources/snapshot-files.js';
import { StateLooks } from './sources/state-looks.js';
import { TemporalObservations, type TemporalPlace } from './sources/temporal-observations.js';
import { verdictOf, type Verdict } from './verdict.js';

export type { Verdict } from './verdict.js';

/** What to watch. */
export interface WatchOptions {
  /** Where the lab keeps its state: the folder of `lab.json`. */
  readonly labDirectory: string;
  readonly temporal: TemporalPlace;
  /** Further secrets that must not appear anywhere, 12 characters at least. The lab's own are known. */
  readonly secrets?: readonly string[];
  /** Slipway's logs, files or folders, searched for secrets at the end. Default: `*.log` beside the lab's folder. */
  readonly logs?: readonly string[];
  /** Further folders whose `*.log` files are searched where `logs` is not given. */
  readonly logFolders?: readonly string[];
}

/** Milliseconds between two observations. */
const EVERY = { logs: 250, etcd: 1_000, temporal: 1_000, processes: 100 } as const;

/** Starts the watcher. Resolves when it observes; rejects when there is no lab. */
export async function startWatcher(options: WatchOptions): Promise<Watcher> {
  const watcher = new Watcher(readLab(options.labDirectory), options);
  await watcher.begin();
  return watcher;
}

/** An independent judge: it observes from outside, and shares no code with Slipway. */
export class Watcher {
  readonly #lab: WatchedLab;
  readonly #options: WatchOptions;
  readonly #from: Moment = Date.now();
  readonly #stopped = new AbortController();
  readonly #tails;
  readonly #hypervisor;
  readonly #etcd: EtcdRounds;
  readonly #kubernetes: KubernetesClient;
  readonly #cluster: ClusterObservations;
  readonly #temporal: TemporalObservations;
  readonly #commands: Commands;
  readonly #exposures: Exposures;
  #work: Promise<unknown> = Promise.resolve();
  #verdict: Promise<Verdict> | undefined;

  constructor(lab: WatchedLab, options: WatchOptions) {
    this.#lab = lab;
    this.#options = options;
    this.#tails = {
      requests: new JsonTail(lab.logs.requests, talosRequest),
      machines: new JsonTail(lab.logs.machines, machineEvent),
      fronts: new JsonTail(lab.logs.fronts, frontEvent),
      audit: new JsonTail(lab.logs.audit, apiChange),
    };
    const { hypervisor } = lab;
    this.#hypervisor = hypervisor && {
      tail: new JsonTail(hypervisor.log, hypervisorLine),
      looks: new StateLooks(hypervisor.state),
      lab: hypervisor,
    };
    this.#etcd = new EtcdRounds(lab.etcd, lab.control);
    this.#kubernetes = new KubernetesClient(kubernetesAccess(lab.kubeconfig.admin));
    this.#cluster = new ClusterObservations(this.#kubernetes);
    this.#commands = new Commands(lab.machines);
    this.#exposures = new Exposures(secretsOf(lab, options.secrets ?? []), (pid, argv) =>
      this.#commands.take(pid, argv),
    );
    const onWords = (words: string, where: string, at: Moment): void =>
      this.#exposures.lookInWords(words, where, at);
    this.#temporal = new TemporalObservations(lab.cluster, options.temporal, onWords);
  }

  /** Called by `startWatcher`: the first observation of every source, and then repeatedly. */
  async begin(): Promise<void> {
    const following = this.#cluster.follow();
    await Promise.all([this.#cluster.firstLook(), this.#readLogs(), this.#etcd.ask()]);
    this.#work = Promise.all([
      following,
      this.#repeat(EVERY.logs, () => this.#readLogs()),
      ...(this.#hypervisor ? [this.#repeat(EVERY.logs, () => this.#lookAtState())] : []),
      this.#repeat(EVERY.etcd, () => this.#etcd.ask()),
      this.#repeat(EVERY.temporal, () => this.#temporal.look()),
      this.#repeat(EVERY.processes, () => this.#exposures.lookAtProcesses()),
    ]);
  }

  /** Ends the watch, reads the rest, and judges. A second call returns the same verdict. */
  stop(): Promise<Verdict> {
    this.#verdict ??= this.#judge();
    return this.#verdict;
  }

  async #judge(): Promise<Verdict> {
    const to = Date.now();
    this.#cluster.stop();
    this.#stopped.abort();
    await this.#work;
    // A request is judged by the observations around it: the last one needs one after it.
    await this.#lookAtState();
    const history = await this.#temporal.histories();
    await Promise.all(this.#everyTail().map((tail) => tail.finish()));
    await this.#exposures.lookInFiles(this.#options.logs ?? (await this.#logsBeside()));
    await this.#exposures.lookInStepFolders();
    const snapshots = await snapshotFiles(history.workflows);
    this.#etcd.close();
    this.#kubernetes.close();
    await this.#temporal.close();
    const { workflows, missing } = history;
    return verdictOf({
      ...this.#seen(to),
      workflows,
      snapshots,
      exposures: this.#exposures.found,
      searched: this.#exposures.searched,
      ...(missing === undefined ? {} : { historyMissing: missing }),
    });
  }

  #seen(to: Moment): Omit<Evidence, 'workflows' | 'snapshots' | 'exposures' | 'searched'> {
    return {
      cluster: this.#lab.cluster,
      watched: { from: this.#from, to },
      machines: this.#lab.machines.map(({ name, role }) => ({ name, role })),
      slipwayUser: userOf(kubernetesAccess(this.#lab.kubeconfig.slipway)),
      requests: inOrder(this.#tails.requests.entries),
      machineEvents: inOrder(this.#tails.machines.entries),
      connections: inOrder(this.#tails.fronts.entries),
      commands: inOrder(this.#commands.observations),
      changes: inOrder(this.#tails.audit.entries),
      nodes: this.#cluster.nodes,
      pods: this.#cluster.pods,
      budgets: this.#cluster.budgets,
      seen: this.#cluster.seen,
      etcd: this.#etcd.rounds,
      waits: this.#temporal.waits,
      ...this.#hypervisorSeen(),
      unreadable: {
        ...Object.fromEntries(
          Object.entries(this.#tails).map(([name, { unreadable }]) => [name, unreadable]),
        ),
        ...(this.#hypervisor ? { hypervisor: this.#hypervisor.tail.unreadable } : {}),
      },
    };
  }

  async #readLogs(): Promise<void> {
    await Promise.all(this.#everyTail().map((tail) => tail.read()));
  }

  async #lookAtState(): Promise<void> {
    await this.#hypervisor?.looks.look();
  }

  /** Scenarios keep the logs of their workers beside the lab, or in a separate folder where the lab is leased. */
  async #logsBeside(): Promise<string[]> {
    const folders = new Set([path.dirname(this.#lab.directory), ...(this.#options.logFolders ?? [])]);
    return (await Promise.all([...folders].map(logsIn))).flat();
  }

  #everyTail(): readonly { read(): Promise<void>; finish(): Promise<void> }[] {
    return [...Object.values(this.#tails), ...(this.#hypervisor ? [this.#hypervisor.tail] : [])];
  }

  #hypervisorSeen(): Pick<Evidence, 'hypervisor'> {
    if (this.#hypervisor === undefined) return {};
    const { tail, looks, lab } = this.#hypervisor;
    const { slipway, vms, templates } = lab;
    const requests = inOrder(hypervisorRequests(tail.entries));
    return { hypervisor: { slipway, vms, templates, requests, states: looks.looks } };
  }

  /** One observation after the other, at least that many milliseconds from start to start. */
  async #repeat(every: number, look: () => Promise<void>): Promise<void> {
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      const began = Date.now();
      // oxlint-disable-next-line no-await-in-loop -- one after the other is the point
      await look();
      const rest = Math.max(10, every - (Date.now() - began));
      // oxlint-disable-next-line no-await-in-loop -- as above
      await sleep(rest, undefined, { signal }).catch(() => undefined);
    }
  }
}

/** Requests are logged when they end, so that lines are not in the order of their starts. */
function inOrder<T extends { readonly at: Moment }>(entries: readonly T[]): T[] {
  return entries.toSorted((a, b) => a.at - b.at);
}

/** The log files of a folder. */
async function logsIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder).catch(() => []);
  return entries.filter((entry) => entry.endsWith('.log')).map((entry) => path.join(folder, entry));
}
