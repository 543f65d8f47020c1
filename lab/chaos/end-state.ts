import { readFile } from 'node:fs/promises';
import type { LabState } from '../control/lab-state.js';
import type { World } from '../world.js';

/** The state of the cluster at a run's end. */
export interface EndState {
  readonly nodes: readonly NodeLeft[];
  /** Counts since the run began, by machine. */
  readonly installs: Readonly<Record<string, number>>;
  readonly destroyed: Readonly<Record<string, number>>;
  /** Names of the faults that fired: `install-fails@k8s-work-1`. */
  readonly fired: readonly string[];
}

/** A Node at the run's end. */
export interface NodeLeft {
  readonly name: string;
  readonly cordoned: boolean;
  /** Names of Slipway's own annotations on it. */
  readonly marks: readonly string[];
  /** `v1.12.1`; empty where its machine never reported it. */
  readonly version: string;
  /** The version that its machine runs, whatever the Node says; left out: nothing runs. */
  readonly runs?: string;
  /** A version is installed and not booted. */
  readonly armed?: true;
}

interface NodeList {
  readonly items: readonly {
    readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> };
    readonly spec: { readonly unschedulable?: boolean };
    readonly status: { readonly nodeInfo: { readonly osImage: string } };
  }[];
}

/** @param since milliseconds, when the run was requested. */
export async function endState(world: World, since: number): Promise<EndState> {
  const [nodes, events, state] = await Promise.all([
    world.kubectl('get', 'nodes', '--output=json'),
    machineEventsSince(world, since),
    world.control('GET', '/state') as Promise<Pick<LabState, 'machines' | 'faults'>>,
  ]);
  const { items } = JSON.parse(nodes) as NodeList;
  return {
    nodes: items.map(({ metadata, spec, status }) => ({
      name: metadata.name,
      cordoned: spec.unschedulable === true,
      marks: Object.keys(metadata.annotations ?? {}).filter((name) => name.startsWith('slipway.dev/')),
      version: /v\d+\.\d+\.\d+/.exec(status.nodeInfo.osImage)?.[0] ?? '',
      ...machineLeft(state.machines.find(({ name }) => name === metadata.name)),
    })),
    installs: counted(events, 'install-started'),
    destroyed: counted(events, 'destroyed'),
    fired: state.faults.fired
      .filter(({ time }) => Date.parse(time) >= since)
      .map(({ name, node }) => (node === undefined ? name : `${name}@${node}`)),
  };
}

function machineLeft(machine: LabState['machines'][number] | undefined): Pick<NodeLeft, 'runs' | 'armed'> {
  return {
    ...(machine?.power === 'on' && machine.stage === 'running' ? { runs: machine.version } : {}),
    ...(machine?.armed ? { armed: true } : {}),
  };
}

interface Event {
  readonly machine: string;
  readonly event: string;
  readonly time: string;
}

async function machineEventsSince(world: World, since: number): Promise<readonly Event[]> {
  const lines = (await readFile(world.lab.logs.machines, 'utf8')).trim().split('\n');
  return lines.map((line) => JSON.parse(line) as Event).filter(({ time }) => Date.parse(time) >= since);
}

function counted(events: readonly Event[], wanted: string): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { machine, event } of events) if (event === wanted) counts[machine] = (counts[machine] ?? 0) + 1;
  return counts;
}
