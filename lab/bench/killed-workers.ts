import { setTimeout as sleep } from 'node:timers/promises';
import { nodeId, runId } from '../../src/workflows/messages.js';
import type { LabProcess } from '../processes/lab-process.js';
import type { Verdict } from '../watcher/watch.js';
import { World } from '../world.js';
import { nodeHistory, type WorkStarted } from './node-history.js';

/** When a worker is killed, and which worker resumes. */
interface Kill {
  readonly node: string;
  /** The activity during which it is killed; where that has already ended, the following one. */
  readonly during: string;
  /** `restart`: no other worker runs, and one is started at once, as a supervisor does. `standby`: another one already runs. */
  readonly heir: 'restart' | 'standby';
}

/** One kill a node, in steps that take a while. Control planes are upgraded first: the second worker joins after them. */
const kills: readonly Kill[] = [
  { node: 'k8s-ctrl-1', during: 'awaitBoot', heir: 'restart' },
  { node: 'k8s-ctrl-2', during: 'soakNode', heir: 'restart' },
  { node: 'k8s-ctrl-3', during: 'awaitBoot', heir: 'restart' },
  { node: 'k8s-work-1', during: 'drainNode', heir: 'standby' },
  { node: 'k8s-work-2', during: 'awaitBoot', heir: 'standby' },
  { node: 'k8s-work-3', during: 'drainNode', heir: 'standby' },
];
const quickly = new Set(['k8s-ctrl-1', 'k8s-work-1']);

/** The machines are slow, so that a step is still in progress when the kill happens. */
const speed = 2;

export interface MeasuredKills {
  /** Milliseconds from each kill to the first event of the worker that resumed. */
  readonly restart: readonly number[];
  readonly standby: readonly number[];
  readonly verdict: Verdict;
}

/** Upgrades a cluster and kills the worker once on each node. @throws Error when the run does not end done. */
export async function measureKills(
  temporal: string,
  { quick, say }: { readonly quick: boolean; readonly say: (line: string) => void },
): Promise<MeasuredKills> {
  const world = await World.start({ name: 'bench-kills', temporal, speed });
  const crew = new Crew(world);
  const chosen = kills.filter(({ node }) => !quick || quickly.has(node));
  try {
    say(`kills: the lab is ready, ${chosen.length} workers die while it is upgraded`);
    const run = await world.upgrade(...(quick ? ['--only', ...quickly] : []));
    const deaths = await crew.killOnEach(run, chosen);
    const result = await world.result(run);
    if (result.outcome !== 'done')
      throw new Error(`the run ended ${result.outcome}: ${JSON.stringify(result.reasons)}`);
    if (deaths.length < chosen.length) throw new Error('the run ended before each worker had been killed');
    const took = await Promise.all(
      deaths.map(async (death) => ({ heir: death.heir, ms: await goneOnAfter(world, run, death) })),
    );
    const of = (heir: Kill['heir']): number[] => took.filter((one) => one.heir === heir).map(({ ms }) => ms);
    const verdict = await world.stop();
    return { restart: of('restart'), standby: of('standby'), verdict };
  } finally {
    await world.stop().catch(() => undefined);
    await crew.dismiss();
  }
}

interface Death {
  readonly killedAt: number;
  /** Process id of the worker that was killed. */
  readonly pid: number;
}

/** The running workers; a second one only where it is to resume. */
class Crew {
  readonly #all: LabProcess[] = [];

  constructor(private readonly world: World) {
    this.#enlist();
  }

  /** Follows the run and kills once on each node, in whatever order they are upgraded. */
  async killOnEach(run: number, chosen: readonly Kill[]): Promise<(Kill & Death)[]> {
    const left = new Map(chosen.map((kill) => [kill.node, kill]));
    const deaths: (Kill & Death)[] = [];
    const client = await this.world.client();
    const handle = client.workflow.getHandle(runId(this.world.lab.cluster, run));
    while (left.size > 0) {
      // oxlint-disable-next-line no-await-in-loop -- repeated until each node had its kill
      const { raw, status } = await handle.describe();
      const child = raw.pendingChildren?.[0]?.workflowId ?? '';
      const kill = left.get(child.split('/').at(-2) ?? '');
      if (kill) {
        left.delete(kill.node);
        // oxlint-disable-next-line no-await-in-loop -- one after the other
        deaths.push({ ...kill, ...(await this.#kill(run, kill)) });
        const onlyStandby = left.size > 0 && [...left.values()].every(({ heir }) => heir === 'standby');
        // oxlint-disable-next-line no-await-in-loop -- as above
        if (kill.heir === 'restart' && onlyStandby) await this.#hire();
      } else if (status.name !== 'RUNNING') return deaths;
      // oxlint-disable-next-line no-await-in-loop -- as above
      else await sleep(200);
    }
    return deaths;
  }

  async dismiss(): Promise<void> {
    await Promise.all(this.#all.filter(({ running }) => running).map((worker) => worker.kill()));
  }

  async #kill(run: number, { node, during, heir }: Kill): Promise<Death> {
    await this.world.until(`${during} of ${node} has begun`, () => this.#begun(run, node, during));
    const victim = await this.#atWork(run, node);
    const killedAt = Date.now();
    await victim.kill();
    // A worker that starts takes over at once: where the standby worker is to detect the death, the new one starts after that.
    if (heir === 'standby')
      await this.world.until('the other worker goes on', async () =>
        Boolean(wentOn(await this.#started(run, node), { killedAt, pid: victim.identity.pid })),
      );
    await this.#hire();
    return { killedAt, pid: victim.identity.pid };
  }

  async #hire(): Promise<void> {
    await this.world.startWorker();
    this.#enlist();
  }

  #enlist(): void {
    if (this.world.worker) this.#all.push(this.world.worker);
  }

  /** The worker of the running activity, once its heartbeat has a sentence. */
  async #atWork(run: number, node: string): Promise<LabProcess> {
    const running = this.#all.filter((worker) => worker.running);
    for (let look = 0; look < 100; look += 1) {
      // oxlint-disable-next-line no-await-in-loop -- repeated until an activity has begun
      const identity = await this.#identityAtWork(run, node);
      const found = running.find((worker) => identity?.endsWith(`#${worker.identity.pid}`));
      if (found) return found;
      // oxlint-disable-next-line no-await-in-loop -- as above
      await sleep(50);
    }
    throw new Error(`no worker was at work on ${node} within five seconds: there is nobody to kill`);
  }

  async #identityAtWork(run: number, node: string): Promise<string | undefined> {
    const { raw } = await (await this.#handle(run, node)).describe();
    const activity = raw.pendingActivities?.[0];
    return activity?.heartbeatDetails ? (activity.lastWorkerIdentity ?? undefined) : undefined;
  }

  async #begun(run: number, node: string, activity: string): Promise<boolean> {
    const { events } = await (await this.#handle(run, node)).fetchHistory();
    return (events ?? []).some(
      (event) => event.activityTaskScheduledEventAttributes?.activityType?.name === activity,
    );
  }

  async #started(run: number, node: string): Promise<readonly WorkStarted[]> {
    const { events } = await (await this.#handle(run, node)).fetchHistory();
    return nodeHistory(events ?? []).started;
  }

  async #handle(run: number, node: string) {
    const client = await this.world.client();
    return client.workflow.getHandle(nodeId(this.world.lab.cluster, run, 1, node, 1));
  }
}

/** Milliseconds until another worker took the node's upgrade up. */
async function goneOnAfter(
  world: World,
  run: number,
  { node, killedAt, pid }: Kill & Death,
): Promise<number> {
  const client = await world.client();
  const { events } = await client.workflow
    .getHandle(nodeId(world.lab.cluster, run, 1, node, 1))
    .fetchHistory();
  const next = wentOn(nodeHistory(events ?? []).started, { killedAt, pid });
  if (!next) throw new Error(`nobody took ${node} up after its worker was killed`);
  return next.at - killedAt;
}

/** The first event of another worker after a kill. */
export function wentOn(started: readonly WorkStarted[], { killedAt, pid }: Death): WorkStarted | undefined {
  return started.find(({ at, worker }) => at > killedAt && !worker.endsWith(`#${pid}`));
}
