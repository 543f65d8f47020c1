import { describe, expect, test } from '@jest/globals';
import { aCluster, aPod, type Cluster } from '../a-cluster.js';
import { planOf } from '../a-planned-node.js';
import type { PodObservation } from '../../../src/planning/node/observation.js';

const well = aCluster();

function notesOf(cluster: Cluster, only: readonly string[] = []): string[] {
  return [...planOf(cluster.planInput({ only })).notes];
}

function pinned(...pods: readonly Partial<PodObservation>[]): Cluster {
  return well.withWorkloads((seen) => ({ ...seen, pods: pods.map((pod) => aPod(pod)) }));
}

function outages(cluster: Cluster, only: readonly string[] = []): string[] {
  return notesOf(cluster, only).filter((note) => note.includes('so it is away while'));
}

describe('the note of pods that may run on one node only', () => {
  const db = {
    namespace: 'postgres',
    name: 'db-0',
    owner: 'StatefulSet/db',
    node: 'work-2',
    pinnedTo: 'work-2',
  };

  test('names them by owner, once, node by node', () => {
    const world = pinned(
      db,
      { ...db, name: 'db-1' },
      { ...db, namespace: 'media', name: 'cam', owner: undefined },
      { ...db, name: 'db-2', node: 'work-3', pinnedTo: 'work-3' },
    );
    expect(outages(world)).toEqual([
      'may run on work-2 only, so it is away while that node is upgraded: postgres/StatefulSet/db and media/cam',
      'may run on work-3 only, so it is away while that node is upgraded: postgres/StatefulSet/db',
    ]);
  });

  test('counts them where there are many', () => {
    const many = Array.from({ length: 11 }, (_, index) => ({ ...db, owner: `StatefulSet/db-${index}` }));
    expect(outages(pinned(...many))[0]).toMatch(/db-7 and 3 more$/);
  });

  test('goes by where they may run, not by where they are', () => {
    expect(outages(pinned({ ...db, node: '', phase: 'Pending', ready: false }))).toHaveLength(1);
  });

  const { pinnedTo: _, ...anywhere } = db;
  test.each<[string, Partial<PodObservation>]>([
    ['that may run anywhere', anywhere],
    ['of a DaemonSet', { ...db, daemonSet: true }],
    ['of the node itself', { ...db, mirror: true }],
    ['that has finished', { ...db, phase: 'Succeeded', ready: false }],
    ['that has failed', { ...db, phase: 'Failed', ready: false }],
    ['of a node that is not upgraded', { ...db, pinnedTo: 'somewhere-else' }],
  ])('leaves out a pod %s', (_name, pod) => expect(outages(pinned(pod))).toEqual([]));

  test('leaves out nodes that are not touched', () => {
    expect(outages(pinned(db).running('v1.12.6', 'work-2'))).toEqual([]);
    expect(outages(pinned(db), ['work-3'])).toEqual([]);
  });
});

describe('the note of the cluster endpoint', () => {
  const named = (endpoint: string): Cluster =>
    well.declaring((inventory) => ({
      ...inventory,
      controlPlane: { ...inventory.controlPlane, endpoint },
    }));
  const endpoints = (cluster: Cluster, only?: readonly string[]): string[] =>
    notesOf(cluster, only).filter((note) => note.includes('as the cluster endpoint'));

  test.each([
    ['its address', 'https://10.20.67.2:6443'],
    ['its name', 'https://ctrl-2:6443'],
  ])('is there when it is one node, by %s', (_name, endpoint) => {
    expect(endpoints(named(endpoint))).toEqual([
      `machine configurations name ctrl-2 as the cluster endpoint (${endpoint}): while it is away the kubelets reach the API ` +
        'only where KubePrism or another way is set up; Slipway goes through the other control planes',
    ]);
  });

  test.each([
    ['a virtual address', named('https://10.20.67.100:6443'), undefined],
    ['a name in DNS', named('https://api.example.org:6443'), undefined],
    ['nothing', well, undefined],
    ['a node that is not touched', named('https://10.20.67.2:6443').running('v1.12.6', 'ctrl-2'), undefined],
    ['a node that was not named', named('https://10.20.67.2:6443'), ['ctrl-1', 'work-1']],
  ])('is not there for %s', (_name, cluster, only) => expect(endpoints(cluster, only)).toEqual([]));

  test('reads an IPv6 address in its brackets', () => {
    const six = named('https://[fd00::2]:6443').declaring((inventory) => ({
      ...inventory,
      nodes: inventory.nodes.map((node) => (node.name === 'ctrl-2' ? { ...node, address: 'fd00::2' } : node)),
    }));
    expect(endpoints(six.withObject('ctrl-2', { internalAddress: 'fd00::2' }))).toHaveLength(1);
  });
});

describe('other notes', () => {
  test.each([
    [49_000, 3, ['a drain has 2m27s in all (limits.drain, 3 attempts)']],
    [50_000, 3, []],
    [120_000, 1, ['a drain has 2m in all (limits.drain, 1 attempt)']],
    [150_000, 1, []],
  ])('a drain of %d ms × %d, where an undone eviction may last longer: %j', (drain, attempts, said) => {
    const cluster = well.declaring((inventory) => ({
      ...inventory,
      limits: { ...inventory.limits, drain },
      upgrade: { ...inventory.upgrade, drain: { ...inventory.upgrade.drain, attempts } },
    }));
    const notes = notesOf(cluster).filter((note) => note.includes('limits.drain'));
    expect(notes).toEqual(
      said.map(
        (begins) =>
          `${begins}: an eviction that was granted and not carried out, as when a worker dies in the middle of it, ` +
          'keeps a PodDisruptionBudget at its end for 2m, and such a drain fails; 2m30s outlast that',
      ),
    );
  });

  test('are no part of the hash', () => {
    const noted = pinned({ pinnedTo: 'work-2' });
    expect(planOf(noted.planInput()).hash).toBe(planOf(well.planInput()).hash);
  });
});
