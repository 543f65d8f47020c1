import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { World, nodeResult } from '../../../lab/world.js';
import { advise } from '../../../src/planning/reasons/advise.js';
import type { RunStory } from '../../../src/planning/report/run-report.js';
import { nodeId, runId } from '../../../src/workflows/messages.js';
import { setInInventory } from '../../../lab/edit-inventory.js';
import { applyProbeRole, isCordoned, probePods } from '../probe-namespaces.js';

const image = 'nvcr.io/nvidia/cuda:12.9.1-base-ubuntu24.04';
const resources = { 'nvidia.com/gpu': 1 };
const gpu = { name: 'gpu', for: { resource: 'nvidia.com/gpu' }, image, command: ['nvidia-smi'], resources };

/** Only here: smoke tests of a node after its upgrade in place, each way their Pods can end, and their leftovers. */
describe('a node that is tried with smoke tests', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.start({ name: 'probed', cluster: 'one-plus-gpus' });
  });

  afterAll(async () => {
    await world.stop();
  });

  /** Runs to its end with these smoke tests; a cluster that was held is released before. */
  async function upgraded(probes: readonly object[], ...options: string[]): Promise<RunStory> {
    await setInInventory(world, ['probes'], probes);
    await world.slipway('release', '--why', 'looked at it');
    return world.result(await world.upgrade(...options));
  }

  async function doctor(): Promise<string> {
    return (await world.slipway('doctor')).stdout.replaceAll(/\s+/g, ' ');
  }

  it('has a doctor that names the Role while it is missing', async () => {
    await setInInventory(world, ['probes'], [gpu]);
    const stdout = await doctor();
    expect(stdout).toContain('It may not create and delete pods in the namespace slipway-probes.');
    expect(stdout).toContain('kubectl apply -f deploy/kubernetes/probes/namespace.yaml');
  });

  it('halts with the node cordoned where Slipway may not start them', async () => {
    const result = await upgraded([gpu], '--only', 'work-1');
    expect(result.outcome).toBe('halted');
    expect(nodeResult(result, 'work-1')).toMatchObject({
      state: 'on-target',
      failedStep: 'probe-node',
      reason: { kind: 'probe-refused', probe: 'gpu', namespace: 'slipway-probes' },
    });
    expect(await isCordoned(world, 'work-1')).toBe(true);
  });

  it('is tried again by the next run, and returned to service once the smoke test succeeds', async () => {
    await applyProbeRole(world);
    const stdout = await doctor();
    expect(stdout).toContain('Kubernetes would take its Pod in slipway-probes; it is for work-1 and work-2.');
    const result = await upgraded([gpu], '--only', 'work-1');
    expect(result).toMatchObject({ outcome: 'done', reasons: [] });
    expect(noteOf(result, 'work-1')).toBe('the probe gpu ended well');
    expect(await isCordoned(world, 'work-1')).toBe(false);
    expect(await probePods(world)).toEqual([]);
  });

  it('halts with what the smoke test wrote where it fails, and what to type', async () => {
    const ping = { name: 'gateway', image: 'busybox', command: ['ping', '-c', '1', '192.168.62.1'] };
    const result = await upgraded([gpu, ping], '--only', 'work-2');
    const { reason, ...node } = nodeResult(result, 'work-2');
    expect(node).toMatchObject({ outcome: 'halted', state: 'on-target', failedStep: 'probe-node' });
    expect(reason).toMatchObject({
      kind: 'probe-failed',
      probe: 'gateway',
      why: 'exit code 1',
      tail: expect.stringContaining('100% packet loss'),
    });
    expect(reason && advise(reason, { cluster: world.lab.cluster }).join('\n')).toContain(
      'kubectl run slipway-gateway --namespace=slipway-probes --image=busybox',
    );
    const stdout = await world.says();
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain('the probe gateway failed on work-2: exit code 1');
    expect(await isCordoned(world, 'work-2')).toBe(true);
    expect(await probePods(world)).toEqual([]);
  });

  it('has one Pod where the worker dies while it runs, and none at the end', async () => {
    const slow = { ...gpu, name: 'slow', annotations: { 'lab.slipway.dev/start-seconds': '40' } };
    await setInInventory(world, ['probes'], [slow]);
    await world.slipway('release', '--why', 'looked at it');
    const run = await world.upgrade('--only', 'work-2');
    await world.until('its Pod is there', async () => (await probePods(world)).length === 1);
    await world.killWorker();
    await world.startWorker();
    expect(await world.result(run)).toMatchObject({ outcome: 'done', reasons: [] });
    expect(await made(world, 'slipway-slow-')).toHaveLength(1);
    expect(await probePods(world)).toEqual([]);
    expect(await isCordoned(world, 'work-2')).toBe(false);
  });

  it.each<[string, object, RegExp]>([
    [
      'whose image is nowhere',
      { ...gpu, image: 'registry.invalid/cuda:12', limit: '4s' },
      /^ImagePullBackOff: .*no such host/,
    ],
    [
      'that wants more than there is',
      { ...gpu, resources: { 'nvidia.com/gpu': 2 } },
      /^OutOfnvidia\.com\/gpu: /,
    ],
  ])('halts by a probe %s', async (_what, probe, why) => {
    const result = await upgraded([probe], '--talos', 'v1.12.3', '--only', 'work-1');
    expect(nodeResult(result, 'work-1')).toMatchObject({
      state: 'on-target',
      reason: { kind: 'probe-not-started', why: expect.stringMatching(why) },
    });
    expect(await probePods(world)).toEqual([]);
  });

  it('is tried after the leftovers of a terminated run were deleted', async () => {
    const slow = { ...gpu, name: 'slow', annotations: { 'lab.slipway.dev/start-seconds': '400' } };
    await setInInventory(world, ['probes'], [slow]);
    await world.slipway('release', '--why', 'looked at it');
    const run = await world.upgrade('--talos', 'v1.12.3', '--only', 'work-1');
    await world.until('its Pod is there', async () => (await probePods(world)).length === 1);
    const { workflow } = await world.client();
    const { cluster } = world.lab;
    await workflow.getHandle(runId(cluster, run)).terminate('a test');
    await workflow.getHandle(nodeId(cluster, run, 1, 'work-1', 1)).terminate('a test');
    await world.until('the cluster is held', async () => (await world.says()).includes('is held'));
    expect(await probePods(world)).toHaveLength(1);
    const result = await upgraded([gpu], '--talos', 'v1.12.3', '--only', 'work-1');
    expect(result).toMatchObject({ outcome: 'done', reasons: [] });
    expect(await probePods(world)).toEqual([]);
    expect(await isCordoned(world, 'work-1')).toBe(false);
  });

  it('keeps every promise the watcher can see', async () => {
    const { complaints } = await world.stop();
    expect(complaints).toEqual([]);
  });
});

function noteOf(result: RunStory, node: string): string | undefined {
  return nodeResult(result, node).steps.find(({ step }) => step === 'probe-node')?.note;
}

/** Pods of that name that the API server made for Slipway. */
async function made(world: World, prefix: string): Promise<string[]> {
  const lines = (await readFile(world.lab.logs.audit, 'utf8')).trim().split('\n');
  return lines
    .map(
      (line) =>
        JSON.parse(line) as {
          verb: string;
          stage: string;
          user: { username: string };
          objectRef?: { resource: string; subresource?: string; name?: string };
          responseStatus?: { code: number };
        },
    )
    .filter(
      ({ verb, stage, user, objectRef, responseStatus }) =>
        verb === 'create' &&
        stage === 'ResponseComplete' &&
        user.username === 'slipway' &&
        objectRef?.resource === 'pods' &&
        objectRef.subresource === undefined &&
        responseStatus?.code === 201,
    )
    .map(({ objectRef }) => objectRef?.name ?? '')
    .filter((name) => name.startsWith(prefix));
}
