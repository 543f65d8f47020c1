import { readFile, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { replaced } from '../../../lab/put-back/replace-machines.js';
import { waits } from '../../../lab/waits.js';
import { World, type WorldOptions } from '../../../lab/world.js';
import { advise } from '../../../src/planning/reasons/advise.js';
import { describe } from '../../../src/planning/reasons/describe.js';
import type { Reason } from '../../../src/planning/reasons/reason.js';
import type { RunStory } from '../../../src/planning/report/run-report.js';
import { nodeId, runId } from '../../../src/workflows/messages.js';
import { setInInventory } from '../../../lab/edit-inventory.js';
import { nodeOf, type Ending, type FaultCase, type Flow } from './fault-case.js';

/** The observations of a case, in the words of `Ending`. */
export type Seen = Omit<Ending, 'says' | 'advises' | 'cordoned'> & {
  readonly says: string;
  readonly advises: string;
  readonly cordoned: boolean;
  readonly result: RunStory;
};

/** A lab in which all nodes follow that flow. */
export async function startFaultLab(
  flow: Flow,
  options: WorldOptions = { name: `faults-${flow}` },
): Promise<World> {
  if (flow === 'legacy') return World.start(options);
  if (flow === 'lifecycle')
    return World.start({ ...options, labArgs: ['--talos', 'v1.13.1', '--target', 'v1.13.9'] });
  const { from, to } = replaced;
  const world = await World.start({
    ...options,
    hypervisor: true,
    labArgs: ['--talos', from, '--target', from],
  });
  await world.owner.mergeTalos(to);
  return world;
}

/** Plays a case on one node of a healthy lab, and returns its observations. */
export async function play(world: World, story: FaultCase): Promise<Seen> {
  const node = nodeOf(story);
  const from = await logLength(world);
  const inventory = await withLimits(world, story.limits ?? {});
  try {
    await story.prepare?.(world, node);
    for (const { name, node: at = node, times, after } of story.faults ?? []) {
      const where = at === 'none' ? {} : { node: at };
      await world.control('POST', '/faults', {
        name,
        ...where,
        ...(times ? { times } : {}),
        ...(after ? { after } : {}),
      });
    }
    const run = await world.upgrade('--only', node);
    await story.during?.(world, run, node);
    const result = await resultInTime(world, run, node);
    return { ...reported(result, node), ...(await happened(world, node, from)), result };
  } finally {
    await story.cleanUp?.(world, node);
    await inventory.restore();
  }
}

/** A run that waits far longer than its limits is terminated, so that the next case has a cluster to itself. */
async function resultInTime(world: World, run: number, node: string): Promise<RunStory> {
  const result = world.result(run);
  const late = Symbol('late');
  const patience = new AbortController();
  const first = await Promise.race([
    result,
    sleep(waits.runMs, late, { signal: patience.signal }).catch(() => late),
  ]);
  patience.abort();
  if (first !== late) return first as RunStory;
  result.catch(() => undefined);
  const status = await world.says();
  const { workflow } = await world.client();
  const { cluster } = world.lab;
  await workflow.getHandle(runId(cluster, run)).terminate('it takes too long');
  await workflow
    .getHandle(nodeId(cluster, run, 1, node, 1))
    .terminate('it takes too long')
    .catch(() => undefined);
  throw new Error(
    `after ${waits.runMs / 1000} s the run had not ended, whatever its limits were:\n${status}`,
  );
}

/** The run's result, and what a person reads about it. */
function reported(
  result: RunStory,
  name: string,
): Pick<Seen, 'outcome' | 'says' | 'advises'> & Partial<Seen> {
  const node = result.nodes.find((one) => one.node === name);
  const reason = node?.reason ?? result.reasons[0];
  return {
    outcome: result.outcome,
    ...(node ? { node: node.outcome, state: node.state } : {}),
    ...(node?.failedStep ? { failedStep: node.failedStep } : {}),
    ...(reason ? { kind: reason.kind } : {}),
    says: reason ? describe(reason) : '',
    advises: reason ? adviceOn(reason, result) : '',
  };
}

function adviceOn(reason: Reason, { cluster, run, plan }: RunStory): string {
  const address = (name: string): string | undefined =>
    plan?.hops.flatMap((hop) => hop.nodes).find((node) => node.name === name)?.address;
  return advise(reason, { cluster, run, address }).join('\n');
}

/** What happened at the machine since a line of its log, and whether its Node is cordoned now. */
async function happened(
  world: World,
  node: string,
  from: number,
): Promise<Required<Pick<Seen, 'installs' | 'boots' | 'destroyed' | 'created' | 'cordoned'>>> {
  const events = (await logLines(world))
    .slice(from)
    .map((line) => JSON.parse(line) as { machine: string; event: string });
  const count = (event: string): number =>
    events.filter((one) => one.machine === node && one.event === event).length;
  const unschedulable = await world.kubectl('get', 'node', node, '-o', 'jsonpath={.spec.unschedulable}');
  return {
    installs: count('install-started'),
    boots: count('booting'),
    destroyed: count('destroyed'),
    created: count('created'),
    cordoned: unschedulable === 'true',
  };
}

async function logLines(world: World): Promise<string[]> {
  return (await readFile(world.lab.logs.machines, 'utf8')).trim().split('\n');
}

async function logLength(world: World): Promise<number> {
  return (await logLines(world)).length;
}

/** Writes shorter limits into slipway.yaml; `restore` puts the previous ones back. */
async function withLimits(
  world: World,
  limits: Readonly<Record<string, string>>,
): Promise<{ restore: () => Promise<void> }> {
  const before = await readFile(world.lab.inventory, 'utf8');
  const given = Object.entries(limits);
  for (const [name, value] of given) await setInInventory(world, ['limits', name], value);
  // Where Terraform's configuration is in git, slipway.yaml is, too.
  const committed = world.lab.hypervisor !== undefined;
  if (given.length > 0 && committed) await world.owner.merge('other limits');
  return {
    restore: async () => {
      if ((await readFile(world.lab.inventory, 'utf8')) === before) return;
      await writeFile(world.lab.inventory, before);
      if (committed) await world.owner.merge('as before the case');
    },
  };
}
