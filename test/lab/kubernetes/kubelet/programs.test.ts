import { describe, expect, it } from '@jest/globals';
import type { NodeFacts } from '../../../../lab/kubernetes/kubelet/node-object.js';
import { programEnd } from '../../../../lab/kubernetes/kubelet/programs.js';
import type { WirePod } from '../../../../lab/kubernetes/kubelet/pod-status.js';

const driver = 'siderolabs/nvidia-open-gpu-kernel-modules-production';
const facts: NodeFacts = {
  name: 'k8s-work-1',
  role: 'worker',
  address: '10.20.67.4',
  bootId: 'boot',
  machineId: 'machine',
  systemUuid: 'uuid',
  talosVersion: 'v1.12.1',
  schematic: 'abc',
  extensions: [driver],
  kubernetesVersion: 'v1.35.0',
  gpu: { resource: 'nvidia.com/gpu', count: 1 },
  cards: ['untagged', 62, 4000],
};

type Container = NonNullable<NonNullable<WirePod['spec']>['containers'][number]>;

const pod = (command: string[], container: Partial<Container> = {}, spec: object = {}): WirePod => ({
  spec: {
    restartPolicy: 'Never',
    containers: [{ name: 'probe', image: 'probe', command, ...container }],
    ...spec,
  },
});
const onNode = (command: string[], add: string[] = ['NET_RAW']): WirePod =>
  pod(command, { securityContext: { capabilities: { add } } }, { hostNetwork: true });
const given: Partial<Container> = { resources: { limits: { 'nvidia.com/gpu': '1' } } };

describe('a container of a pod that runs once', () => {
  it.each<[string, WirePod, Partial<NodeFacts>, number, string]>([
    ['nvidia-smi with a card that is driven', pod(['nvidia-smi'], given), {}, 0, 'Driver Version'],
    [
      'nvidia-smi without the extension',
      pod(['nvidia-smi'], given),
      { extensions: [] },
      9,
      "couldn't communicate with the NVIDIA driver",
    ],
    ['nvidia-smi that was given no card', pod(['nvidia-smi']), {}, 128, 'not found in $PATH'],
    [
      'ping of the gateway of its VLAN',
      onNode(['ping', '-c', '2', '-I', 'eth1', '192.168.62.1']),
      {},
      0,
      '2 packets received',
    ],
    [
      'ping through a card in another VLAN',
      onNode(['ping', '-c', '2', '-I', 'eth2', '192.168.81.1']),
      {},
      1,
      '100% packet loss',
    ],
    [
      'ping of the gateway of another VLAN',
      onNode(['ping', '-I', 'eth1', '192.168.81.1']),
      {},
      1,
      '0 packets received',
    ],
    ['ping through a card that is not there', onNode(['ping', '-I', 'eth3', '192.168.62.1']), {}, 1, 'eth3'],
    ['ping with no right to', onNode(['ping', '-I', 'eth1', '192.168.62.1'], []), {}, 1, 'permission denied'],
    [
      'ping from a network of its own',
      pod(['ping', '-I', 'eth1', '192.168.62.1']),
      {},
      1,
      '0 packets received',
    ],
    ['a program that is not there', pod(['curl']), {}, 128, '"curl"'],
    ['whatever its image runs', pod([]), {}, 128, 'not found'],
  ])('%s', (_what, one, more, exitCode, output) => {
    const end = programEnd(one, { ...facts, ...more });
    expect(end).toMatchObject({ exitCode });
    expect(end?.output).toContain(output);
  });

  it('is none of a pod that is restarted: that runs for ever', () =>
    expect(
      programEnd({ spec: { containers: [{ name: 'web', command: ['ping'] }] } }, facts),
    ).toBeUndefined());
});
