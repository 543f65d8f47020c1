import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createClusterCertificates, kubeconfig, talosconfig } from '../../../lab/certificates.js';
import { startWatcher } from '../../../lab/watcher/watch.js';

/** A lab's folder with its log files, one etcd that responds, and nothing else behind it. */
describe('a watcher at work', () => {
  let folder: string;
  let etcd: Server;
  let log: (name: string, line: object) => Promise<void>;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'watcher-watch-'));
    etcd = createServer((request, response) => {
      const member = { ID: '1', name: 'k8s-ctrl-1' };
      const status = { header: { member_id: '1' }, leader: '1', raftIndex: '9', raftAppliedIndex: '9' };
      response.end(JSON.stringify(request.url?.endsWith('/list') === true ? { members: [member] } : status));
    });
    await new Promise<void>((resolve) => etcd.listen(0, '127.0.0.1', resolve));
    await writeLab(folder, `http://127.0.0.1:${(etcd.address() as AddressInfo).port}`);
    log = (name, line) => appendFile(path.join(folder, `${name}.jsonl`), `${JSON.stringify(line)}\n`);
  });
  afterEach(async () => {
    etcd.closeAllConnections();
    await new Promise((resolve) => etcd.close(resolve));
    await rm(folder, { recursive: true });
  });

  it('judges by what it saw, says what it could not see, and answers the same when asked again', async () => {
    const watcher = await startWatcher({
      labDirectory: folder,
      temporal: { address: '127.0.0.1:1', namespace: 'slipway' },
      secrets: ['correct horse battery'],
      logs: [path.join(folder, 'worker.log')],
    });
    const time = new Date().toISOString();
    await log('fronts', { time, front: 'vip', event: 'open' });
    await log('requests', {
      time,
      endpoint: 'k8s-ctrl-1',
      node: 'k8s-work-1',
      method: 'machine.MachineService/Upgrade',
    });
    await writeFile(path.join(folder, 'worker.log'), 'the password is correct horse battery\n');
    const verdict = await watcher.stop();
    expect(await watcher.stop()).toBe(verdict);
    expect(verdict.ok).toBe(false);
    expect(
      verdict.violations.map(({ promise, about }) => `${promise} ${path.basename(about)}`).toSorted(),
    ).toEqual(['I10 worker.log', 'I16 vip']);
    expect(verdict.unobserved.map(({ promise }) => promise)).toEqual(
      expect.arrayContaining(['I3', 'I6', 'I8', 'I9']),
    );
    expect(verdict.figures).toMatchObject({
      upgradeRequests: { 'k8s-work-1': 1 },
      etcdRounds: expect.any(Number),
    });
    expect(verdict.timeline.map(({ what }) => what)).toContain('k8s-ctrl-1 leads');
  });

  it('does not begin where there is no lab', async () => {
    const temporal = { address: '127.0.0.1:1', namespace: 'slipway' };
    await expect(startWatcher({ labDirectory: path.join(folder, 'no'), temporal })).rejects.toThrow(
      'no running lab',
    );
  });
});

async function writeLab(folder: string, etcd: string): Promise<void> {
  const machine = {
    name: 'k8s-ctrl-1',
    role: 'control-plane',
    address: '10.0.0.1',
    loopback: '127.0.0.1',
  } as const;
  const certificates = createClusterCertificates({
    machines: [machine],
    vip: { address: '10.0.0.100', loopback: '127.0.0.1' },
    apiServer: '127.0.0.1',
  });
  const talos = {
    ca: certificates.talos.authority.certificate,
    client: certificates.talos.client(['os:reader']),
    endpoints: [],
  };
  const kubernetes = (user: string): string =>
    kubeconfig('prox-ops', {
      ca: certificates.kubernetes.authority.certificate,
      client: certificates.kubernetes.client(user, []),
      server: 'https://127.0.0.1:1',
      user,
    });
  const write = async (name: string, words: string): Promise<string> => {
    await writeFile(path.join(folder, name), words);
    return path.join(folder, name);
  };
  const description = {
    cluster: 'prox-ops',
    control: etcd,
    machines: [machine, { name: 'k8s-work-1', role: 'worker' }],
    etcd: [{ name: 'k8s-ctrl-1', client: etcd }],
    logs: Object.fromEntries(
      ['requests', 'machines', 'fronts', 'audit'].map((name) => [name, path.join(folder, `${name}.jsonl`)]),
    ),
    talosconfig: {
      reader: await write('reader', talosconfig('prox-ops', talos)),
      admin: await write('admin', talosconfig('prox-ops', talos)),
    },
    kubeconfig: {
      slipway: await write('kubeconfig-slipway', kubernetes('slipway')),
      admin: await write('kubeconfig-admin', kubernetes('admin')),
    },
  };
  await write('lab.json', JSON.stringify(description));
}
