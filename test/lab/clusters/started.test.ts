import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { LabState } from '../../../lab/control/lab-state.js';
import { foreground } from '../../../lab/processes/foreground.js';
import { toolPath } from '../../../src/tools/tool-path.js';
import { LabChild, eventually } from '../kubernetes/lab-child.js';

interface Listed {
  readonly metadata: { readonly name: string };
  readonly spec?: { readonly nodeName?: string };
  readonly status?: {
    readonly phase?: string;
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly message?: string;
    }[];
    readonly allocatable?: Readonly<Record<string, string>>;
  };
}

const folder = mkdtempSync(path.join(os.tmpdir(), 'slipway-clusters-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const listOf = async (lab: LabChild, where: string): Promise<readonly Listed[]> =>
  (await lab.admin.get<{ items: Listed[] }>(where)).items;
const until = async (isSo: () => Promise<boolean>): Promise<void> => {
  await eventually(isSo, (is) => is, 60_000);
};
const isReady = ({ status }: Listed): boolean =>
  status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') ?? false;

describe('portkey in a lab', () => {
  let lab: LabChild;
  beforeAll(async () => {
    lab = await LabChild.start(path.join(folder, 'portkey'), '--cluster', 'portkey', '--speed', '4');
  });
  afterAll(() => lab.stop());

  const podOf = async (namespace: string, app: string): Promise<Listed | undefined> => {
    const pods = await listOf(lab, `/api/v1/namespaces/${namespace}/pods?labelSelector=app%3D${app}`);
    return pods.find(({ metadata }) => metadata.name.startsWith(app));
  };
  /** Which node each volume is attached to. */
  const attachments = async (): Promise<Record<string, string>> => {
    const list = await lab.admin.get<{
      items: { spec: { nodeName: string; source: { persistentVolumeName: string } } }[];
    }>('/apis/storage.k8s.io/v1/volumeattachments');
    return Object.fromEntries(
      list.items.map(({ spec }) => [spec.source.persistentVolumeName, spec.nodeName]),
    );
  };

  it('runs its work on control planes, each volume attached where its pod is', async () => {
    const home = await Promise.all(
      ['homeassistant', 'mosquitto', 'zigbee2mqtt'].map((app) => podOf('home', app)),
    );
    expect(home.map((pod) => pod?.spec?.nodeName)).toEqual(['metal0', 'metal0', 'metal0']);
    const jellyfin = await podOf('media', 'jellyfin');
    expect(['metal1', 'metal2']).toContain(jellyfin?.spec?.nodeName);
    expect(await attachments()).toMatchObject({
      homeassistant: 'metal0',
      jellyfin: jellyfin?.spec?.nodeName,
    });
    const [ceph] = await listOf(lab, '/apis/ceph.rook.io/v1/namespaces/rook-ceph/cephclusters');
    expect(ceph?.status?.phase).toBe('Connected');
  });

  it('makes a pod wait for its volume until the storage has released it elsewhere', async () => {
    const detachIn = (seconds: number): Promise<unknown> => {
      const annotations = { 'lab.slipway.dev/detach-seconds': String(seconds) };
      return lab.admin.patch('/api/v1/persistentvolumes/vaultwarden', { metadata: { annotations } }, 'merge');
    };
    await detachIn(100_000);
    const before = (await podOf('apps', 'vaultwarden'))?.spec?.nodeName ?? '';
    await lab.kubectl('drain', before, '--ignore-daemonsets', '--delete-emptydir-data', '--timeout=60s');
    await until(async () => {
      const pod = await podOf('apps', 'vaultwarden');
      return pod?.spec?.nodeName !== undefined && pod.spec.nodeName !== before;
    });
    const waiting = await podOf('apps', 'vaultwarden');
    expect([waiting && isReady(waiting), (await attachments())['vaultwarden']]).toEqual([false, before]);
    await detachIn(0);
    await until(async () => {
      const pod = await podOf('apps', 'vaultwarden');
      return pod !== undefined && isReady(pod) && (await attachments())['vaultwarden'] === pod.spec?.nodeName;
    });
    await lab.kubectl('uncordon', before);
  });

  it('can leave the VIP on a control plane that is dead', async () => {
    const vip = async (): Promise<string | undefined> => (await lab.control<LabState>('GET', '/state')).vip;
    const holder = (await vip()) ?? '';
    await lab.control('POST', '/faults', { name: 'vip-stays', node: holder });
    await lab.control('POST', `/machines/${holder}/power-off`);
    const { faults } = await lab.control<LabState>('GET', '/state');
    expect(faults.fired.map(({ name }) => name)).toContain('vip-stays');
    expect(await vip()).toBe(holder);
    await lab.control('POST', `/machines/${holder}/power-on`);
    await until(async () => (await lab.machine(holder)).ready);
    expect(await vip()).toBe(holder);
  });
});

describe('prox-ops in a lab', () => {
  let lab: LabChild;
  beforeAll(async () => {
    const versions = ['--versions', 'talos=1.12.1'];
    lab = await LabChild.start(
      path.join(folder, 'prox-ops'),
      '--cluster',
      'prox-ops',
      '--speed',
      '4',
      ...versions,
    );
  });
  afterAll(() => lab.stop());

  it('has fifteen nodes at the mapped version, and all that Flux keeps', async () => {
    const nodes = await listOf(lab, '/api/v1/nodes');
    expect(nodes.filter(isReady)).toHaveLength(15);
    const { machines } = await lab.control<LabState>('GET', '/state');
    expect(new Set(machines.map(({ version }) => version))).toEqual(new Set(['v1.12.1']));
    const releases = await listOf(lab, '/apis/helm.toolkit.fluxcd.io/v2/helmreleases');
    expect(releases.filter(isReady)).toHaveLength(27);
    const networks = await listOf(lab, '/apis/k8s.cni.cncf.io/v1/network-attachment-definitions');
    expect(networks.map(({ metadata }) => metadata.name).toSorted()).toEqual(['dmz-vlan81', 'iot-vlan62']);
  });

  it('has no allocatable GPU after a boot without its extension, and a pod waits for one', async () => {
    const node = 'k8s-work-4';
    const allocatable = async (): Promise<string | undefined> =>
      (await listOf(lab, '/api/v1/nodes')).find(({ metadata }) => metadata.name === node)?.status
        ?.allocatable?.['nvidia.com/gpu'];
    expect(await allocatable()).toBe('1');
    const controlPlane = '366fd68945d42e0b6428f65068c83c2c3c08e3afb0e3bc3f00e04b28e2ad0ce2';
    await upgrade(lab, node, `factory.talos.dev/nocloud-installer/${controlPlane}:v1.12.2`);
    await until(async () => (await allocatable()) === '0');
    await until(async () =>
      (await listOf(lab, '/api/v1/namespaces/media/pods')).some(({ status }) =>
        status?.conditions?.some(({ message = '' }) => message.includes('Insufficient nvidia.com/gpu')),
      ),
    );
  });
});

/** With the real talosctl. */
async function upgrade({ lab }: LabChild, node: string, image: string): Promise<void> {
  const [first] = lab.machines;
  const machine = lab.machines.find(({ name }) => name === node);
  const where = [
    '--talosconfig',
    lab.talosconfig.admin,
    '-e',
    first?.loopback ?? '',
    '-n',
    machine?.address ?? '',
  ];
  const args = [...where, 'upgrade', '--image', image, '--wait=false'];
  const { code, stderr } = await foreground(await toolPath('talosctl', '1.12'), args, {
    env: { HOME: lab.directory },
    timeoutMs: 30_000,
  });
  if (code !== 0) throw new Error(stderr);
}
