import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isRunning } from '../../../src/tools/process-identity.js';
import type { ProcessRecordFile } from '../../../lab/processes/process-record.js';
import { projectRoot } from '../../../src/tools/project-root.js';
import { LabChild, eventually, readyOf } from './lab-child.js';

const impossible = path.join(projectRoot, 'lab/kubernetes/extra/impossible-budget.yaml');
const drainFlags = ['--ignore-daemonsets', '--delete-emptydir-data'];

describe('a lab', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'slipway-lab-'));
  let lab: LabChild;

  beforeAll(async () => {
    lab = await LabChild.start(path.join(folder, 'one'), '--speed', '2', '--node-monitor-grace', '6');
  });
  afterAll(async () => {
    await lab.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('has something that matters on every worker, and static pods on every control plane', async () => {
    for (const worker of ['k8s-work-1', 'k8s-work-2', 'k8s-work-3']) {
      expect((await lab.movablePods(worker)).length).toBeGreaterThan(0);
    }
    const names = (await lab.pods('k8s-ctrl-2')).map(({ metadata }) => metadata.name);
    expect(names).toEqual(
      expect.arrayContaining([
        'kube-apiserver-k8s-ctrl-2',
        'kube-controller-manager-k8s-ctrl-2',
        'kube-scheduler-k8s-ctrl-2',
      ]),
    );
    const images = await lab.kubectl(
      ...'get pod -n kube-system kube-scheduler-k8s-ctrl-2 -o jsonpath={..image}'.split(' '),
    );
    expect(images.stdout).toContain('kube-scheduler:v1.35.0');
  });

  it('gives Slipway the rights it ships with and no others', async () => {
    const may = async (verb: string, ...what: string[]): Promise<boolean> => {
      const { stdout } = await lab.kubectlAs(
        lab.lab.kubeconfig.slipway,
        'auth',
        'can-i',
        verb,
        ...what,
        '--all-namespaces',
      );
      return stdout.trim() === 'yes';
    };
    const answers = await Promise.all(
      [
        ['patch', 'nodes'],
        ['create', 'pods', '--subresource=eviction'],
        ['list', 'poddisruptionbudgets'],
        ['get', 'secrets'],
        ['delete', 'pods'],
        ['update', 'nodes'],
        ['create', 'deployments'],
      ].map(([verb = '', ...what]) => may(verb, ...what)),
    );
    expect(answers).toEqual([true, true, true, false, false, false, false]);
  });

  it('moves pods when a node is drained, except those whose budget forbids it', async () => {
    await lab.kubectl('apply', '-f', impossible);
    const where = [
      'get',
      'pod',
      '-n',
      'flux-system',
      '-l',
      'app=source-controller',
      '-o',
      'jsonpath={..spec.nodeName}',
    ];
    const node = (await lab.kubectl(...where)).stdout;
    await eventually(
      () =>
        lab.admin.get<{ status?: { expectedPods?: number } }>(
          '/apis/policy/v1/namespaces/flux-system/poddisruptionbudgets/source-controller',
        ),
      ({ status }) => status?.expectedPods === 1,
    );
    const refused = await lab.kubectl('drain', node, ...drainFlags, '--timeout=3s');
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain("Cannot evict pod as it would violate the pod's disruption budget");
    await eventually(
      () => lab.movablePods(node),
      (left) => left.length === 1 && left[0]?.metadata.namespace === 'flux-system',
    );

    await lab.kubectl('delete', '-f', impossible);
    expect(await lab.kubectl('drain', node, ...drainFlags, '--timeout=20s')).toMatchObject({ code: 0 });
    expect(await lab.movablePods(node)).toEqual([]);
    const elsewhere = await eventually(
      async () =>
        (
          await lab.kubectl(
            'get',
            'deploy,sts',
            '-A',
            '-o',
            'jsonpath={range .items[*]}{.spec.replicas}/{.status.readyReplicas} {end}',
          )
        ).stdout,
      (text) =>
        text
          .trim()
          .split(' ')
          .every((each) => each.split('/')[0] === each.split('/')[1]),
    );
    expect(elsewhere.trim().split(' ')).toHaveLength(5);
    await lab.kubectl('uncordon', node);
  });

  it('boots a machine again when it is rebooted: pods restart, and budgets allow one again', async () => {
    const { node } = await eventually(
      async () => ({
        node: (await lab.kubectl('get', 'pod', '-n', 'postgres', 'db-0', '-o', 'jsonpath={.spec.nodeName}'))
          .stdout,
      }),
      (found) => found.node !== '',
    );
    const before = { node: await lab.node(node), pods: await lab.pods(node) };
    await lab.control('POST', `/machines/${node}/reboot`);
    await eventually(
      () => lab.node(node),
      (now) => readyOf(now) === 'False',
    );
    expect(
      await eventually(
        () => lab.allowedDisruptions('postgres', 'db'),
        (allowed) => allowed === 0,
      ),
    ).toBe(0);
    const after = await eventually(
      () => lab.node(node),
      (now) => readyOf(now) === 'True' && now.status.nodeInfo.bootID !== before.node.status.nodeInfo.bootID,
    );
    expect(after.status.nodeInfo.bootID).toBe((await lab.machine(node)).bootId);
    const pods = await eventually(
      () => lab.pods(node),
      (now) => now.every((pod) => readyOf(pod) === 'True'),
    );
    for (const { metadata, status } of pods) {
      const earlier = before.pods.find((pod) => pod.metadata.name === metadata.name)?.status
        .containerStatuses?.[0];
      expect(status.containerStatuses?.[0]?.restartCount).toBe((earlier?.restartCount ?? 0) + 1);
      expect(status.containerStatuses?.[0]?.containerID).not.toBe(earlier?.containerID);
    }
    expect(
      await eventually(
        () => lab.allowedDisruptions('postgres', 'db'),
        (allowed) => allowed === 1,
      ),
    ).toBe(1);
  });

  it('loses the Node, the API front and the VIP of a control plane that loses its power', async () => {
    const { vip } = await lab.control<{ vip: string }>('GET', '/state');
    const loopback = lab.lab.machines.find(({ name }) => name === vip)?.loopback ?? '';
    expect(await dial(loopback)).toBe('connected');
    await lab.control('POST', `/machines/${vip}/power-off`);
    expect(await dial(loopback)).toBe('ECONNREFUSED');
    const moved = await eventually(
      () => lab.control<{ vip?: string }>('GET', '/state'),
      (state) => state.vip !== undefined,
    );
    expect(moved.vip).not.toBe(vip);
    expect(
      readyOf(
        await eventually(
          () => lab.node(vip),
          (now) => readyOf(now) !== 'True',
        ),
      ),
    ).toBe('Unknown');
    await lab.control('POST', `/machines/${vip}/power-on`);
    await eventually(
      () => lab.machine(vip),
      ({ ready }) => ready,
    );
    expect(await dial(loopback)).toBe('connected');
    await eventually(
      async () => readFileSync(lab.lab.logs.fronts, 'utf8'),
      (text) =>
        text.includes(`"front":"${vip}","event":"open"`) && text.includes(`"front":"${vip}","event":"close"`),
    );
  });

  it('shows a Node as not Ready while a fault says so', async () => {
    await lab.control('POST', '/faults', { name: 'kubelet-not-ready', node: 'k8s-work-1' });
    await eventually(
      () => lab.node('k8s-work-1'),
      (now) => readyOf(now) === 'False',
    );
    await lab.control('DELETE', '/faults');
    await eventually(
      () => lab.node('k8s-work-1'),
      (now) => readyOf(now) === 'True',
    );
    await expect(lab.control('POST', '/faults', { name: 'gremlins' })).rejects.toThrow(
      'There is no fault gremlins',
    );
  });

  it('loses the Kubernetes API with two of three etcd, and gets it back with one of them', async () => {
    await lab.control('POST', '/etcd/k8s-ctrl-2/stop');
    await eventually(
      () => lab.node('k8s-work-1'),
      () => true,
    );
    await lab.control('POST', '/etcd/k8s-ctrl-3/stop');
    const written = await lab.kubectl('label', 'node', 'k8s-work-1', 'quorum=none', '--request-timeout=3s');
    expect(written.code).not.toBe(0);
    await lab.control('POST', '/etcd/k8s-ctrl-3/start');
    await eventually(
      () => lab.admin.patch('/api/v1/nodes/k8s-work-1', { metadata: { labels: { quorum: 'two' } } }),
      () => true,
    );
    await lab.control('POST', '/etcd/k8s-ctrl-2/start');
  });

  it('stands beside another one; killed, that one leaves nothing its next start does not clean up', async () => {
    const directory = path.join(folder, 'two');
    const second = await LabChild.start(directory, '--speed', '4');
    expect(second.lab.loopback).not.toBe(lab.lab.loopback);
    expect(await second.node('k8s-work-1')).not.toMatchObject({
      status: { nodeInfo: { bootID: (await lab.node('k8s-work-1')).status.nodeInfo.bootID } },
    });
    await expect(LabChild.start(directory)).rejects.toThrow(/A lab already runs in/);

    const record = JSON.parse(
      readFileSync(path.join(directory, 'processes.json'), 'utf8'),
    ) as ProcessRecordFile;
    expect(record.processes.map(({ name }) => name)).toContain('kube-apiserver');
    await second.kill();
    await eventually(
      async () => record.processes.some(isRunning),
      (some) => !some,
    );

    const third = await LabChild.start(directory, '--speed', '4');
    expect(readyOf(await third.node('k8s-ctrl-1'))).toBe('True');
    await third.stop();
  });

  it('has audited who evicted and who cordoned, and read nothing', () => {
    const lines = readFileSync(lab.lab.logs.audit, 'utf8').trim().split('\n');
    const events = lines.map((line) => JSON.parse(line) as AuditEvent);
    expect(
      events.some(
        ({ objectRef, user }) => objectRef?.subresource === 'eviction' && user.username === 'admin',
      ),
    ).toBe(true);
    const cordon = events.find(
      ({ objectRef, requestObject }) => objectRef?.resource === 'nodes' && requestObject?.spec?.unschedulable,
    );
    expect(cordon?.verb).toBe('patch');
    expect(new Set(events.map(({ verb }) => verb)).has('get')).toBe(false);
    expect(events.some(({ objectRef }) => objectRef?.resource === 'leases')).toBe(false);
  });
});

interface AuditEvent {
  readonly verb: string;
  readonly user: { readonly username: string };
  readonly objectRef?: { readonly resource: string; readonly subresource?: string };
  readonly requestObject?: { readonly spec?: { readonly unschedulable?: boolean } };
}

function dial(host: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host, port: 6443 });
    socket.once('connect', () => {
      socket.destroy();
      resolve('connected');
    });
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  });
}
