import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type World, nodeResult } from '../../lab/world.js';
import type { RunStory } from '../../src/planning/report/run-report.js';
import { hypervisorOf } from '../../lab/put-back/replace-machines.js';
import { templatesMade } from './templates-made.js';
import { from, to, versionMerged } from './version-merged.js';

const worker = 'k8s-work-1';
const controlPlane = 'k8s-ctrl-2';

/** Only here in npm test: machines are replaced, by the real Terraform: one worker and one control plane, to the next minor. */
describe('an upgrade to the next minor, on machines that Terraform makes', () => {
  let world: World;
  let before: NodeNow;
  let membersBefore: readonly Member[];
  let result: RunStory;

  beforeAll(async () => {
    world = await versionMerged('replace', to);
    await world.kubectl('label', 'node', worker, 'example.org/mine=yes');
    before = await nodeNow(world, worker);
    membersBefore = await members(world);
    result = await world.result(await world.upgrade('--only', worker, controlPlane));
  });

  afterAll(async () => {
    await world.stop();
  });

  it('is planned with the addresses of its machine and its template', async () => {
    const { stdout } = await world.slipway('plan', '--only', 'k8s-work-2');
    expect(stdout).toMatch(/replace/);
    expect(stdout).toContain('module.templates["heimdall-worker"]');
  });

  it('ends done', () => {
    expect(result).toMatchObject({ outcome: 'done', reasons: [] });
    expect(nodeResult(result, worker)).toMatchObject({ outcome: 'done', from, to });
    expect(nodeResult(result, controlPlane)).toMatchObject({ outcome: 'done', from, to });
  });

  it('destroyed its machine once, replaced it once, and installed nothing', async () => {
    for (const node of [worker, controlPlane]) {
      const events = await Promise.all(
        ['destroyed', 'created', 'maintenance', 'configured', 'install-started'].map((event) =>
          world.machineEvents(node, event),
        ),
      );
      expect([node, ...events.map((list) => list.length)]).toEqual([node, 1, 1, 1, 1, 0]);
    }
  });

  it('kept its Node: the same object and labels, uncordoned, on the machine that stands in Terraform’s state', async () => {
    const after = await nodeNow(world, worker);
    expect(after).toMatchObject({ uid: before.uid, unschedulable: false, os: `Talos (${to})` });
    expect(after.labels).toMatchObject({ 'example.org/mine': 'yes' });
    expect(after.systemUuid).not.toBe(before.systemUuid);
    expect(after.systemUuid).toBe((await uuidsInState(world)).get(worker));
  });

  it('leaves three voters, of which its own is a new one', async () => {
    const after = await members(world);
    const idOf = (list: readonly Member[], name: string): string | undefined =>
      list.find((member) => member.name === name)?.id;
    expect(after.map(({ name, learner }) => [name, learner])).toEqual(
      membersBefore.map(({ name }) => [name, false]),
    );
    expect(idOf(after, controlPlane)).not.toBe(idOf(membersBefore, controlPlane));
    for (const other of ['k8s-ctrl-1', 'k8s-ctrl-3'])
      expect(idOf(after, other)).toBe(idOf(membersBefore, other));
  });

  it('says what Terraform would still change: the other nodes, and not these', () => {
    const left = result.terraform?.kind === 'known' ? result.terraform.writes : [];
    const nodes = new Set(left.flatMap(({ node }) => node ?? []));
    expect([...nodes].toSorted()).toEqual(['k8s-ctrl-1', 'k8s-ctrl-3', 'k8s-work-2', 'k8s-work-3']);
  });

  it('replaced the template of its host and role, and no other', async () => {
    expect((await templatesMade(world)).toSorted()).toEqual(['baldar-worker', 'heimdall-control-plane']);
  });

  it('has nothing to do when it is asked again', async () => {
    const again = await world.result(await world.upgrade('--only', worker, controlPlane));
    expect(again.outcome).toBe('nothing-to-do');
  });

  it('keeps every promise the watcher can see', async () => {
    const { complaints, figures } = await world.stop();
    expect(complaints).toEqual([]);
    const replaced = Object.entries(figures.replaced ?? {}).filter(([, times]) => times > 0);
    expect(Object.fromEntries(replaced)).toEqual({ [worker]: 1, [controlPlane]: 1 });
  });
});

interface NodeNow {
  readonly uid: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly unschedulable: boolean;
  readonly systemUuid: string;
  readonly os: string;
}

async function nodeNow(world: World, name: string): Promise<NodeNow> {
  const node = JSON.parse(await world.kubectl('get', 'node', name, '--output=json')) as {
    metadata: { uid: string; labels: Record<string, string> };
    spec: { unschedulable?: boolean };
    status: { nodeInfo: { systemUUID: string; osImage: string } };
  };
  return {
    uid: node.metadata.uid,
    labels: node.metadata.labels,
    unschedulable: node.spec.unschedulable === true,
    systemUuid: node.status.nodeInfo.systemUUID,
    os: node.status.nodeInfo.osImage,
  };
}

/** The SMBIOS UUID Terraform gave each machine. */
async function uuidsInState(world: World): Promise<Map<string, string>> {
  const file = hypervisorOf(world).terraform.state;
  const state = JSON.parse(await readFile(file, 'utf8')) as {
    resources: { module?: string; instances: { attributes: { id: string } }[] }[];
  };
  return new Map(
    state.resources.flatMap(({ module = '', instances }) => {
      const [, name] = /_nodes\["(.+)"\]$/.exec(module) ?? [];
      return name === undefined ? [] : [[name, instances[0]?.attributes.id ?? ''] as const];
    }),
  );
}

interface Member {
  readonly id: string;
  readonly name: string;
  readonly learner: boolean;
}

/** As etcd itself lists them, by name. */
async function members(world: World): Promise<Member[]> {
  const [first] = world.lab.etcd;
  const answer = await fetch(`${first?.client}/v3/cluster/member/list`, { method: 'POST', body: '{}' });
  const list = (await answer.json()) as { members: { ID: string; name?: string; isLearner?: boolean }[] };
  return list.members
    .map(({ ID: id, name = '', isLearner: learner = false }) => ({ id, name, learner }))
    .toSorted((one, other) => one.name.localeCompare(other.name));
}
