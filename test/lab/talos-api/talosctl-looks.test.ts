import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { TalosRole } from '../../../lab/certificates.js';
import { talosKeys } from '../../../src/tools/credential-certificates.js';
import { talosLooks, type TalosLooks } from '../../../src/tools/talos-api/talos-looks.js';
import type { TalosTarget } from '../../../src/tools/talos-target.js';
import { CONTROL_SCHEMATIC } from '../machines/fake-images.js';
import { leaderOf, startSimulatedCluster, type SimulatedCluster } from './simulated-cluster.js';

let cluster: SimulatedCluster;
let reader: TalosLooks;
let admin: TalosLooks;
const open: TalosLooks[] = [];

// etcd is started here, on a machine that may be busy.

beforeAll(async () => {
  cluster = await startSimulatedCluster({ 'k8s-ctrl-3': 'v1.13.9' });
  reader = looksAs(['os:reader', 'os:etcd:backup']);
  admin = looksAs(['os:admin']);
  await leaderOf(cluster);
});

afterAll(async () => {
  for (const looks of open) looks.close();
  await cluster.stop();
});

/** A client with its own talosconfig, read as Slipway reads one. */
function looksAs(roles: readonly TalosRole[]): TalosLooks {
  const text = readFileSync(cluster.config(`looks-${open.length}`, roles), 'utf8');
  const looks = talosLooks(talosKeys('talosconfig (reader)', { file: 'f' }, text), 'talosconfig (reader)');
  open.push(looks);
  return looks;
}

function through(endpoint: string, node: string): TalosTarget {
  return {
    node: cluster.machine(node).definition.address,
    endpoint: cluster.machine(endpoint).definition.loopback,
  };
}

const second = (): TalosTarget => through('k8s-ctrl-1', 'k8s-ctrl-2');

async function failureOf(look: Promise<unknown>): Promise<unknown> {
  return look.then(
    () => new Error('it was answered'),
    (error: unknown) => error,
  );
}

describe('each read returns the same as talosctl', () => {
  test('version, of each node its own', async () => {
    expect(await reader.version(second())).toBe('v1.12.1');
    expect(await reader.version(through('k8s-ctrl-1', 'k8s-ctrl-3'))).toBe('v1.13.9');
  });

  test('nodename', async () => {
    expect(await reader.nodename(second())).toBe('k8s-ctrl-2');
  });

  test('extensions, and the schematic apart', async () => {
    expect(await reader.extensions(second())).toEqual({
      schematic: CONTROL_SCHEMATIC,
      names: ['qemu-guest-agent'],
    });
  });

  test('machine status', async () => {
    expect(await reader.machineStatus(second())).toEqual({ stage: 'running', ready: true, unmet: [] });
  });

  test('services, with their health in the words of talosctl', async () => {
    const services = await reader.services(second());
    expect(services).toContainEqual({ name: 'etcd', state: 'Running', health: 'OK' });
    const { stdout } = await cluster.talosctl(['service'], { nodes: ['k8s-ctrl-2'] });
    const printed = stdout
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/).slice(1, 4));
    expect(services.map(({ name, state, health }) => [name, state, health])).toEqual(printed);
  });

  test('etcd members and status, with the ids that talosctl prints', async () => {
    const members = await reader.etcdMembers(second());
    const status = await reader.etcdStatus(second());
    const printed = await cluster.talosctl(['etcd', 'members'], { nodes: ['k8s-ctrl-2'] });
    expect(members).toHaveLength(3);
    for (const { id, name } of members) expect(printed.stdout).toMatch(new RegExp(`${id} +${name} `));
    const own = members.find(({ name }) => name === 'k8s-ctrl-2');
    expect(status).toMatchObject({ memberId: own?.id, learner: false, errors: [] });
    expect(members.map(({ id }) => id)).toContain(status.leaderId);
    expect(status.raftAppliedIndex).toBeGreaterThan(0);
    expect(status.raftTerm).toBeGreaterThan(0);
  });

  test('etcd alarms: none, and one', async () => {
    expect(await reader.etcdAlarms(second())).toEqual([]);
    cluster.faults.arm({ name: 'etcd-alarm', node: 'k8s-ctrl-2' });
    try {
      const [own] = (await reader.etcdMembers(second())).filter(({ name }) => name === 'k8s-ctrl-2');
      expect(await reader.etcdAlarms(second())).toEqual([{ memberId: own?.id, alarm: 'NOSPACE' }]);
    } finally {
      cluster.faults.disarm();
    }
  });

  test('kernel log', async () => {
    expect(await reader.dmesg(second())).toContain('[talos] boot sequence: done');
  });

  test('boot id, for the admin alone', async () => {
    expect(await admin.bootId(second())).toBe(cluster.machine('k8s-ctrl-2').bootId);
    expect(await failureOf(reader.bootId(second()))).toMatchObject({
      reason: {
        kind: 'credential-rejected',
        which: 'talosconfig (reader)',
        endpoint: cluster.machine('k8s-ctrl-1').definition.loopback,
        why: 'not authorized',
      },
    });
  });
});
