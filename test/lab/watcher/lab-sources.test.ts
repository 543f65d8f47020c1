import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readLab } from '../../../lab/watcher/lab-directory.js';
import { kubernetesAccess } from '../../../lab/watcher/sources/kubernetes-client.js';
import { nodeObserved, podObservation } from '../../../lab/watcher/sources/cluster-observations.js';
import { frontEvent, machineEvent, talosRequest } from '../../../lab/watcher/sources/lab-logs.js';
import { selects } from '../../../lab/watcher/promises/i14-evicts-only.js';

const time = '2026-03-01T12:00:00.000Z';
const at = Date.parse(time);

describe("the lab's logs", () => {
  it('reads a Talos request', () => {
    const line = {
      time,
      endpoint: 'k8s-ctrl-1',
      node: 'k8s-ctrl-2',
      method: 'machine.MachineService/Upgrade',
      roles: ['os:admin'],
      args: { image: 'x:v1.12.2' },
      code: 14,
      error: 'gone',
      durationMs: 7,
      requestId: 3,
    };
    expect(talosRequest(line)).toEqual({
      at,
      endpoint: 'k8s-ctrl-1',
      node: 'k8s-ctrl-2',
      service: 'MachineService',
      method: 'Upgrade',
      args: { image: 'x:v1.12.2' },
      code: 14,
      error: 'gone',
      took: 7,
    });
  });

  it('reads what a machine did, and a connection', () => {
    const machine = {
      time,
      machine: 'a',
      event: 'install-finished',
      bootId: 'b',
      version: 'v1',
      schematic: 's',
      slot: 'A',
      detail: 'x into slot B',
      target: 'B',
      overwrites: 'last-good',
    };
    const { time: _time, ...rest } = machine;
    expect(machineEvent(machine)).toEqual({ at, ...rest });
    expect(frontEvent({ time, front: 'vip', event: 'close', bytes: 9 })).toEqual({
      at,
      front: 'vip',
      event: 'close',
    });
  });

  it.each([
    [{}, 'a line without time'],
    [{ time: 'soon', front: 'vip', event: 'open' }, 'time is no time'],
    ['words', 'a line without time'],
  ])('refuses %j', (line, why) => {
    expect(() => frontEvent(line)).toThrow(why);
  });
});

describe('files of the lab', () => {
  let folder: string;
  beforeEach(async () => void (folder = await mkdtemp(path.join(os.tmpdir(), 'watcher-lab-'))));
  afterEach(() => rm(folder, { recursive: true }));

  it('says what to do where there is no lab', () => {
    expect(() => readLab(folder)).toThrow('npm run lab');
  });

  it('names what lab.json lacks', async () => {
    await writeFile(path.join(folder, 'lab.json'), '{"cluster":"prox-ops"}');
    expect(() => readLab(folder)).toThrow('has no control');
  });

  const pem = 'a certificate, for what we care';
  const encoded = Buffer.from(pem).toString('base64');
  it.each([
    ['on one line', (name: string) => `    ${name}: ${encoded}`],
    ['quoted', (name: string) => `    ${name}: "${encoded}"`],
    ['folded', (name: string) => `    ${name}: >-\n      ${encoded}`],
    ['as JSON', (name: string) => `"${name}":"${encoded}",`],
  ])('reads a kubeconfig with its fields %s', async (_title, field) => {
    const file = path.join(folder, 'kubeconfig');
    const fields = ['certificate-authority-data', 'client-certificate-data', 'client-key-data'].map(field);
    await writeFile(file, ['    server: https://127.64.0.1:6443', ...fields].join('\n'));
    expect(kubernetesAccess(file)).toEqual({
      server: 'https://127.64.0.1:6443',
      ca: pem,
      certificate: pem,
      key: pem,
    });
  });
});

describe('objects of the Kubernetes API', () => {
  it('keeps of a Node what promises are about', () => {
    const object = {
      metadata: { name: 'a', annotations: { 'slipway.dev/run': 'run/a/1', other: 'x' } },
      spec: { unschedulable: true },
      status: {
        conditions: [
          { type: 'DiskPressure', status: 'True' },
          { type: 'Ready', status: 'Unknown' },
        ],
        nodeInfo: { bootID: 'b', kubeletVersion: 'v1.35.0' },
      },
    };
    expect(nodeObserved(object, false, 1)).toEqual({
      at: 1,
      node: 'a',
      gone: false,
      unschedulable: true,
      ready: false,
      bootId: 'b',
      kubelet: 'v1.35.0',
      marks: { 'slipway.dev/run': 'run/a/1' },
    });
  });

  it.each([
    ['a ReplicaSet made it', { ownerReferences: [{ kind: 'ReplicaSet' }] }, false],
    ['a DaemonSet made it', { ownerReferences: [{ kind: 'DaemonSet' }] }, true],
    ['it mirrors a static pod', { annotations: { 'kubernetes.io/config.mirror': 'x' } }, true],
  ])('knows whether a pod belongs to its node: %s', (_title, metadata, expected) => {
    expect(podObservation({ metadata }, false, 1).belongsToNode).toBe(expected);
  });

  const inList = (operator: string) => ({ matchExpressions: [{ key: 'app', operator, values: ['web'] }] });
  it.each([
    ['the empty selector', {}, { app: 'web' }, true],
    ['a label', { matchLabels: { app: 'web' } }, { app: 'web', tier: 'x' }, true],
    ['another label', { matchLabels: { app: 'web' } }, { app: 'db' }, false],
    ['In', inList('In'), { app: 'web' }, true],
    ['In, without the label', inList('In'), {}, false],
    ['NotIn', inList('NotIn'), { app: 'web' }, false],
    ['NotIn, without the label', inList('NotIn'), {}, true],
    ['Exists', inList('Exists'), { app: 'db' }, true],
    ['DoesNotExist', inList('DoesNotExist'), { app: 'db' }, false],
  ])('selects pods by %s', (_title, selector, labels: Record<string, string>, expected) => {
    expect(selects(selector, labels)).toBe(expected);
  });
});
