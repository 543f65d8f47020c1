import { describe, expect, it } from '@jest/globals';
import {
  admissionRefusal,
  devicesAsked,
  kubeletReady,
  kubeletStarting,
  newNode,
  nodeLabels,
  nodeStatus,
  type NodeFacts,
} from '../../../../lab/kubernetes/kubelet/node-object.js';

const facts: NodeFacts = {
  name: 'k8s-work-4',
  role: 'worker',
  address: '10.20.67.7',
  machineId: '0123456789abcdef0123456789abcdef',
  systemUuid: '11111111-2222-3333-4444-555555555555',
  bootId: 'boot-1',
  talosVersion: 'v1.12.1',
  schematic: 'f'.repeat(64),
  extensions: ['siderolabs/qemu-guest-agent'],
  kubernetesVersion: 'v1.35.0',
};
const [before, now] = [new Date('2026-01-01T10:00:00Z'), new Date('2026-01-01T10:05:00Z')];

describe('the Node of a simulated machine', () => {
  it('says what runs on it', () => {
    const { status } = newNode(facts, kubeletStarting, now);
    expect(status?.nodeInfo).toMatchObject({
      bootID: 'boot-1',
      kubeletVersion: 'v1.35.0',
      osImage: 'Talos (v1.12.1)',
    });
    expect(status?.addresses).toContainEqual({ type: 'InternalIP', address: '10.20.67.7' });
  });

  it('is tainted and labelled where it is a control plane', () => {
    const { metadata, spec } = newNode({ ...facts, role: 'control-plane' }, kubeletStarting, now);
    expect(metadata?.labels).toHaveProperty(['node-role.kubernetes.io/control-plane'], '');
    expect(spec?.taints).toEqual([{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }]);
  });

  it('keeps the time of a condition that did not change, and gives a changed one the time of now', () => {
    const earlier = nodeStatus(facts, kubeletStarting, before);
    const later = nodeStatus(facts, kubeletReady, now, earlier as never);
    const since = later.conditions?.map(({ type, lastTransitionTime }) => [type, lastTransitionTime]);
    expect(since).toEqual([
      ['MemoryPressure', '2026-01-01T10:00:00Z'],
      ['DiskPressure', '2026-01-01T10:00:00Z'],
      ['PIDPressure', '2026-01-01T10:00:00Z'],
      ['Ready', '2026-01-01T10:05:00Z'],
    ]);
  });

  it.each([
    [
      'its NVIDIA card with the extension',
      'nvidia.com/gpu',
      ['siderolabs/nvidia-open-gpu-kernel-modules-production'],
      '1',
    ],
    ['no NVIDIA card without it', 'nvidia.com/gpu', ['siderolabs/qemu-guest-agent'], '0'],
    ['its Intel graphics with the extension', 'gpu.intel.com/i915', ['siderolabs/i915'], '1'],
    ['no Intel graphics without it', 'gpu.intel.com/i915', ['siderolabs/qemu-guest-agent'], '0'],
    ['a card that needs none', 'example.com/card', [], '1'],
  ])('offers %s', (_what, resource, extensions, offered) => {
    const { allocatable } = nodeStatus(
      { ...facts, extensions, gpu: { resource, count: 1 } },
      kubeletReady,
      now,
    );
    expect(allocatable).toHaveProperty([resource], offered);
  });

  it('is labelled for its GPU while a driver is loaded, and rejects a pod that needs the GPU otherwise', () => {
    const gpu = { resource: 'nvidia.com/gpu', count: 1 };
    const driven = { ...facts, gpu, extensions: ['siderolabs/nvidia-open-gpu-kernel-modules-production'] };
    const limits = { 'nvidia.com/gpu': '1' };
    const pod = { spec: { containers: [{ name: 'plex', resources: { limits } }] } };
    expect(nodeLabels(driven)).toHaveProperty(['nvidia.com/gpu.present'], 'true');
    expect(nodeLabels({ ...facts, gpu })).toHaveProperty(['nvidia.com/gpu.present'], 'false');
    expect(admissionRefusal(driven, pod, 0)).toBeUndefined();
    expect(admissionRefusal({ ...facts, gpu }, pod, 0)).toMatchObject({
      reason: 'UnexpectedAdmissionError',
      message: expect.stringContaining('no healthy devices present'),
    });
    expect(
      admissionRefusal({ ...facts, gpu }, { spec: { containers: [{ name: 'web' }] } }, 0),
    ).toBeUndefined();
  });

  it('rejects a pod whose GPU another pod has', () => {
    const gpu = { resource: 'nvidia.com/gpu', count: 1 };
    const driven = { ...facts, gpu, extensions: ['siderolabs/nvidia-open-gpu-kernel-modules-production'] };
    const pod = {
      spec: { containers: [{ name: 'plex', resources: { limits: { 'nvidia.com/gpu': '1' } } }] },
    };
    expect(devicesAsked(driven, pod)).toBe(1);
    expect(admissionRefusal(driven, pod, 1)).toEqual({
      reason: 'OutOfnvidia.com/gpu',
      message: "Node didn't have enough resource: nvidia.com/gpu, requested: 1, used: 1, capacity: 1",
    });
    expect(admissionRefusal(facts, pod, 0)).toBeUndefined();
  });

  it('is as large as it is said to be, and has no taint where control planes do all the work', () => {
    const small = {
      ...facts,
      role: 'control-plane' as const,
      untainted: true as const,
      size: { cpu: '4', memory: '27Gi' },
    };
    expect(newNode(small, kubeletStarting, now)).toMatchObject({
      spec: {},
      status: { allocatable: { cpu: '4', memory: '27Gi', pods: '110' } },
    });
  });
});
