import { describe, expect, test } from '@jest/globals';
import {
  deviceFindings,
  deviceOf,
  deviceOffered,
  needsFiles,
  type MachineFile,
} from '../../../src/planning/node/devices.js';
import type { PodObservation } from '../../../src/planning/node/observation.js';
import { parseInventory } from '../../../src/inventory/load.js';
import { changedText } from '../../inventory/an-inventory.js';

function inventory(devices?: unknown) {
  const text = changedText((draft) => {
    draft.setIn(['nodes', 3, 'gpu'], draft.createNode({ resource: 'nvidia.com/gpu', count: 1 }));
    if (devices !== undefined) draft.setIn(['devices'], draft.createNode(devices));
  });
  const loaded = parseInventory(text, 'slipway.yaml');
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.mistakes));
  return loaded.inventory;
}

function device(devices?: unknown) {
  const found = deviceOf(inventory(devices), 'w');
  if (!found) throw new Error('w has no card');
  return found;
}

const runtime = { path: '/var/cri/conf.d/nvidia.toml', content: '[plugins]' };
const toolkit = (line: string) => ({
  path: '/var/etc/nvidia-container-runtime/config.toml',
  content: `[nvidia-container-cli]\n${line}\n`,
});
const good = [runtime, toolkit('no-cgroups = true')];

describe('the machine configuration of a node with an NVIDIA device', () => {
  test.each<[string, MachineFile[]]>([
    ['has both files', good],
    ['writes the line otherwise', [runtime, toolkit('  no-cgroups=true  # eBPF')]],
    ['writes other files under /var', [...good, { path: '/var/lib/etc/x', content: '' }]],
  ])('does when it %s', (_name, files) =>
    expect(deviceFindings(device(), files, 'v1.12.6')).toEqual({ wrong: [], notes: [] }),
  );

  test.each<[string, MachineFile[], string[]]>([
    [
      'nothing is written',
      [],
      ['it writes no file under /var/cri', 'it writes no file under /var/etc/nvidia-container-runtime'],
    ],
    [
      'cgroups are left on',
      [runtime, toolkit('no-cgroups = false')],
      ['no file under /var/etc/nvidia-container-runtime says no-cgroups = true'],
    ],
    [
      'the line is a comment',
      [runtime, toolkit('# no-cgroups = true')],
      ['no file under /var/etc/nvidia-container-runtime says no-cgroups = true'],
    ],
    [
      'the line stands in another file',
      [{ ...runtime, content: 'no-cgroups = true' }, toolkit('')],
      ['no file under /var/etc/nvidia-container-runtime says no-cgroups = true'],
    ],
    [
      'the folder only begins like that',
      [{ path: '/var/criminal', content: '' }, toolkit('no-cgroups = true')],
      ['it writes no file under /var/cri'],
    ],
    [
      'a file goes to /etc',
      [...good, { path: '/etc/nvidia-container-runtime/config.toml', content: '' }],
      ['it writes /etc/nvidia-container-runtime/config.toml, and may write nothing under /etc'],
    ],
  ])('does not when %s', (_name, files, wrong) =>
    expect(deviceFindings(device(), files, 'v1.12.6')).toEqual({ wrong, notes: [] }),
  );

  test('is noted, and not refused, for the part of containerd that Talos documents', () => {
    const part = { path: '/etc/cri/conf.d/20-customization.part', content: '' };
    const { wrong, notes } = deviceFindings(device(), [...good, part], 'v1.12.6');
    expect(wrong).toEqual([]);
    expect(notes).toEqual([expect.stringContaining('/etc/cri/conf.d/20-customization.part')]);
  });

  test.each(['v1.13.0', 'v1.13.0-beta.1', 'v1.14.2'])('needs none of it with Talos %s', (version) =>
    expect(deviceFindings(device(), [], version)).toEqual({
      wrong: [],
      notes: ['nvidia.com/gpu needs no files from Talos v1.13 on'],
    }),
  );

  test.each(['v1.9.5', 'v1.12.6'])('needs all of it with Talos %s', (version) =>
    expect(deviceFindings(device(), [], version).wrong).toHaveLength(2),
  );

  test('is asked for something up to Talos 1.12 only', () =>
    expect(['v1.12.6', 'v1.13.0'].map((version) => needsFiles(device(), version))).toEqual([true, false]));

  test('is checked against slipway.yaml instead of the built-in rules', () => {
    const own = device({ 'nvidia.com/gpu': { configuration: { files: [{ under: '/var/own' }] } } });
    expect(deviceFindings(own, good, 'v1.14.0').wrong).toEqual(['it writes no file under /var/own']);
    expect(deviceFindings(device({ 'nvidia.com/gpu': {} }), [], 'v1.12.6').wrong).toEqual([]);
  });
});

describe('the device a node offers', () => {
  const pod = (owner: string, ready = true): PodObservation => ({
    namespace: 'kube-system',
    name: 'x',
    node: 'w',
    phase: 'Running',
    ready,
    terminating: false,
    owner,
    daemonSet: true,
    mirror: false,
    budgets: [],
    trouble: undefined,
    since: '',
  });
  const plugin = pod('DaemonSet/nvdp-nvidia-device-plugin');
  const well = {
    allocatable: { 'nvidia.com/gpu': '1' },
    labels: { 'nvidia.com/gpu.present': 'true' },
    pods: [plugin],
  };
  const both = { label: true, plugin: true };

  test('is all there', () => expect(deviceOffered(device(), both, well)).toEqual({ offered: 1, wrong: [] }));

  test.each<[string, Partial<typeof well>, number, string]>([
    ['none is offered', { allocatable: { 'nvidia.com/gpu': '0' } }, 0, "its Node's allocatable says 0"],
    ['two are', { allocatable: { 'nvidia.com/gpu': '2' } }, 2, "its Node's allocatable says 2"],
    [
      'the label is false',
      { labels: { 'nvidia.com/gpu.present': 'false' } },
      1,
      'its label nvidia.com/gpu.present is gone or false',
    ],
    ['its plugin is gone', { pods: [] }, 1, 'no pod of the DaemonSet nvidia-device-plugin is ready on it'],
    [
      'its plugin is not ready',
      { pods: [{ ...plugin, ready: false }] },
      1,
      'no pod of the DaemonSet nvidia-device-plugin is ready on it',
    ],
  ])('is reported: %s', (_name, change, offered, wrong) =>
    expect(deviceOffered(device(), both, { ...well, ...change })).toEqual({ offered, wrong: [wrong] }),
  );

  test('is not required where the node did not show it before', () =>
    expect(
      deviceOffered(device(), { label: false, plugin: false }, { ...well, labels: {}, pods: [] }).wrong,
    ).toEqual([]));
});

test('a node without a device needs none', () => expect(deviceOf(inventory(), 'a')).toBeUndefined());
