import type { World } from '../world.js';
import { queueId, type ReleaseAnswer, type ReleaseInput } from '../../src/workflows/messages.js';

/** The control server's view of a machine. */
interface MachineState {
  readonly name: string;
  readonly ready: boolean;
  readonly installs: number;
  readonly power: 'on' | 'off';
  readonly etcd?: boolean;
}

interface NodeList {
  readonly items: readonly {
    readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> };
    readonly spec: { readonly unschedulable?: boolean };
    readonly status: { readonly conditions: readonly { readonly type: string; readonly status: string }[] };
  }[];
}

/**
 * Resets a lab to its start: no fault is armed, every touched machine is replaced with its first version, no Node is cordoned or carries an
 * annotation, and a person has released the cluster. `worked`: the nodes that a run worked on.
 */
export async function reset(world: World, ...worked: readonly string[]): Promise<void> {
  await world.control('DELETE', '/faults');
  const touched = (await machines(world)).filter(
    (one) =>
      worked.includes(one.name) ||
      one.installs > 0 ||
      !one.ready ||
      one.power === 'off' ||
      one.etcd === false,
  );
  for (const { name } of touched) await world.control('POST', `/machines/${name}/reset`);
  await returnToService(world);
}

/** Returns every node to service as a person would, and waits until the cluster is healthy. */
export async function returnToService(world: World): Promise<void> {
  await Promise.all([giveNodesBack(world), release(world)]);
  await world.until('every machine and every Node is ready', async () => {
    const [all, { items }] = await Promise.all([machines(world), nodes(world)]);
    const ready = items.every(({ status }) =>
      status.conditions.some((one) => one.type === 'Ready' && one.status === 'True'),
    );
    return ready && all.every((one) => one.ready && one.etcd !== false);
  });
}

async function machines(world: World): Promise<readonly MachineState[]> {
  return ((await world.control('GET', '/state')) as { machines: MachineState[] }).machines;
}

async function nodes(world: World): Promise<NodeList> {
  return JSON.parse(await world.kubectl('get', 'nodes', '-o', 'json')) as NodeList;
}

/** As a person does who is content with the nodes. */
async function giveNodesBack(world: World): Promise<void> {
  for (const { metadata, spec } of (await nodes(world)).items) {
    const marks = Object.keys(metadata.annotations ?? {}).filter((name) => name.startsWith('slipway.dev/'));
    if (marks.length === 0 && spec.unschedulable !== true) continue;
    const annotations = Object.fromEntries(marks.map((mark) => [mark, null]));
    const patch = { metadata: { annotations }, spec: { unschedulable: null } };
    await world.kubectl('patch', 'node', metadata.name, '--type=merge', `--patch=${JSON.stringify(patch)}`);
  }
}

async function release(world: World): Promise<void> {
  const handle = (await world.client()).workflow.getHandle(queueId(world.lab.cluster));
  const input = { by: 'the lab', why: 'it begins again' };
  await handle.executeUpdate<ReleaseAnswer, [ReleaseInput]>('release', { args: [input] });
}
