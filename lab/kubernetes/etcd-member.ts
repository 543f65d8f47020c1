import { rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EtcdClient } from '../machines/etcd-client.js';
import { Interrupted } from '../machines/interruptible.js';
import { fewerCollections } from '../processes/fewer-collections.js';
import type { LabProcess } from '../processes/lab-process.js';
import type { ProcessGroup } from '../processes/process-group.js';
import { httpAnswers } from '../processes/ready-probe.js';
import { becomeVoter, joinAsLearner, type Joined, type JoiningMember } from './etcd-join.js';

/** One etcd of the cluster, before it runs. */
export interface EtcdMemberDefinition {
  /** Member name: the control plane's name. */
  readonly name: string;
  /** Loopback address of its control plane. */
  readonly loopback: string;
  /** Name of its data folder, where that is not its own name. */
  readonly folder?: string;
}

/** The folder and the processes of one cluster's members. */
export interface EtcdPlace {
  readonly processes: ProcessGroup;
  readonly binary: string;
  /** Holds `etcd/<member>/` and `logs/`. */
  readonly directory: string;
  /** The initial members of the cluster. */
  readonly members: readonly EtcdMemberDefinition[];
  /** Milliseconds between two attempts to join, or to be promoted. Default 500. */
  readonly joinAgainMs?: number;
}

/** Called for a member that joins an existing cluster. */
export interface EtcdJoinEvents {
  /** It runs, without a vote. */
  learner(id: string): void;
  voter(id: string): void;
  /** False: it does not request promotion now. */
  mayBecomeVoter(): boolean;
}

const UNHEARD: EtcdJoinEvents = {
  learner: () => undefined,
  voter: () => undefined,
  mayBecomeVoter: () => true,
};

const CLIENT_PORT = 2379;
const PEER_PORT = 2380;
const START_MS = 15_000;
const HAND_OVER_MS = 1_500;
const JOIN_AGAIN_MS = 500;
/** It would wait ten seconds for the API server's watches to end. */
const GRACE_MS = 100;

/**
 * The real etcd of one simulated control plane. It has no TLS (only the lab talks to it) and does not sync to disk; elections are slow,
 * because two busy cores would otherwise cause them constantly.
 */
export class EtcdMember {
  #process: LabProcess | undefined;
  #change: Promise<void> = Promise.resolve();
  /** Each cancels the background work of one start: joining and promotion. */
  readonly #attempts = new Set<AbortController>();

  /** `joins`: the cluster existed before it, so it must be added. */
  constructor(
    readonly definition: EtcdMemberDefinition,
    readonly place: EtcdPlace,
    private joins = false,
  ) {}

  get name(): string {
    return this.definition.name;
  }

  /** Its client URL: `http://127.77.67.1:2379`. */
  get client(): string {
    return clientUrl(this.definition);
  }

  get running(): boolean {
    return this.#process?.running === true;
  }

  /**
   * Starts it on its data; without data it joins as a learner first, which needs a majority of the others, and is promoted later. Waits
   * until it responds to its peers, not for quorum. Rejects with Interrupted when it is stopped meanwhile.
   */
  start(events: EtcdJoinEvents = UNHEARD): Promise<void> {
    const attempt = new AbortController();
    this.#attempts.add(attempt);
    return this.#next(async () => {
      if (this.running) return;
      const joining = this.#joining(attempt.signal);
      const joined = this.joins ? await joinUnlessInterrupted(joining) : undefined;
      this.#process = await this.place.processes.start({
        name: `etcd ${this.name}`,
        command: this.place.binary,
        args: this.#arguments(joined),
        env: fewerCollections,
        logFile: path.join(this.place.directory, 'logs', `etcd-${this.name}.log`),
        ready: {
          probe: httpAnswers(`${peerUrl(this.definition)}/version`),
          timeoutMs: START_MS,
          everyMs: 25,
        },
        graceMs: GRACE_MS,
      });
      this.joins = false;
      if (joined) announce(joining, joined, events);
    });
  }

  /**
   * Stops it gracefully, and keeps its data. On SIGTERM, etcd transfers leadership only after its clients have disconnected. On a real
   * control plane the API server has stopped by then, here it keeps running. So leadership is transferred first.
   */
  stop(): Promise<void> {
    this.#giveUpJoining();
    return this.#next(async () => {
      if (!this.running) return;
      const limit = new AbortController();
      await Promise.race([
        this.#transferLeadership().catch(() => undefined),
        sleep(HAND_OVER_MS, undefined, { signal: limit.signal }),
      ]);
      limit.abort();
      await this.#process?.stop();
    });
  }

  /** Stops it as a power cut does, and keeps its data. */
  kill(): Promise<void> {
    this.#giveUpJoining();
    return this.#next(async () => void (await this.#process?.kill()));
  }

  /** Kills it and wipes its data: it has to join again. */
  async destroy(): Promise<void> {
    await this.kill();
    rmSync(this.#data, { recursive: true, force: true });
    this.joins = true;
  }

  #giveUpJoining(): void {
    for (const attempt of this.#attempts) attempt.abort();
    this.#attempts.clear();
  }

  #joining(signal: AbortSignal): JoiningMember {
    return {
      name: this.name,
      peer: peerUrl(this.definition),
      others: this.place.members
        .filter(({ loopback }) => loopback !== this.definition.loopback)
        .map(clientUrl),
      againMs: this.place.joinAgainMs ?? JOIN_AGAIN_MS,
      signal,
    };
  }

  /** Transfers leadership to another member, where this one leads. */
  async #transferLeadership(): Promise<void> {
    const client = new EtcdClient(this.client);
    const { header, leader } = await client.status();
    if (leader !== header.member_id) return;
    for (const { ID } of await client.members()) {
      if (ID === header.member_id) continue;
      try {
        await client.moveLeader(ID);
        return;
      } catch {
        // That one is down or behind: the next one may accept it.
      }
    }
  }

  get #data(): string {
    return path.join(this.place.directory, 'etcd', this.definition.folder ?? this.name);
  }

  #arguments(joined: Joined | undefined): string[] {
    const peer = peerUrl(this.definition);
    const cluster = this.place.members.map((member) => `${member.name}=${peerUrl(member)}`).join(',');
    return [
      `--name=${this.name}`,
      `--data-dir=${this.#data}`,
      `--listen-client-urls=${this.client}`,
      `--advertise-client-urls=${this.client}`,
      `--listen-peer-urls=${peer}`,
      `--initial-advertise-peer-urls=${peer}`,
      `--initial-cluster=${joined?.initialCluster ?? cluster}`,
      `--initial-cluster-state=${joined ? 'existing' : 'new'}`,
      '--unsafe-no-fsync',
      '--heartbeat-interval=250',
      '--election-timeout=2500',
      '--log-level=warn',
    ];
  }

  /** Serializes changes: a start that follows a stop waits for it. */
  #next(change: () => Promise<void>): Promise<void> {
    const done = this.#change.then(change);
    this.#change = done.catch(() => undefined);
    return done;
  }
}

async function joinUnlessInterrupted(joining: JoiningMember): Promise<Joined> {
  try {
    return await joinAsLearner(joining);
  } catch (error) {
    throw joining.signal.aborted ? new Interrupted() : error;
  }
}

/** It is promoted automatically, unless it is stopped before. */
function announce(joining: JoiningMember, { learnerId }: Joined, events: EtcdJoinEvents): void {
  events.learner(learnerId);
  becomeVoter(joining, learnerId, () => events.mayBecomeVoter()).then(
    () => events.voter(learnerId),
    () => undefined,
  );
}

/** `http://127.77.67.1:2379` */
export function clientUrl(member: EtcdMemberDefinition): string {
  return `http://${member.loopback}:${CLIENT_PORT}`;
}

function peerUrl(member: EtcdMemberDefinition): string {
  return `http://${member.loopback}:${PEER_PORT}`;
}
