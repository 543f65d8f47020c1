import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { foreground } from '../../../lab/processes/foreground.js';
import { waits } from '../../../lab/waits.js';
import { type World, nodeResult } from '../../../lab/world.js';
import type { RunStory } from '../../../src/planning/report/run-report.js';
import { toolPath } from '../../../src/tools/tool-path.js';
import { setInInventory } from '../../../lab/edit-inventory.js';
import { anotherWorker } from '../faults/worker-cases.js';
import { to, versionMerged } from '../version-merged.js';

const secret = 'a-secret-of-a-late-patch';
const when = 'after-ready';

/** Only here: patches that wait until the node is Ready, with and without a reboot. */
describe('a machine that is patched once it is Ready', () => {
  let world: World;

  beforeAll(async () => {
    world = await versionMerged('patched', to);
  });

  afterAll(async () => {
    await world.stop();
  });

  it('is refused with the plan where a patch cannot be had', async () => {
    await patches(world, [{ when, patch: { file: 'not-there.yaml' } }]);
    const result = await world.result(await world.upgrade('--only', 'k8s-work-1'));
    expect(result).toMatchObject({
      outcome: 'refused',
      reasons: [{ kind: 'credential-unreadable', which: 'after-ready patch 1 for k8s-work-1' }],
    });
  });

  it('is refused with the plan where a patch does not merge', async () => {
    const patch = { file: await written(world, 'wrong.yaml', 'machine: { sysctlz: { a: 1 } }\n') };
    await patches(world, [{ when, patch }]);
    const result = await world.result(await world.upgrade('--only', 'k8s-work-1', '--only', 'k8s-work-2'));
    expect(result).toMatchObject({
      outcome: 'refused',
      reasons: [
        { kind: 'patch-failed', node: 'k8s-work-1' },
        { kind: 'patch-failed', node: 'k8s-work-2' },
      ],
    });
    expect(await world.machineEvents('k8s-work-1', 'destroyed')).toHaveLength(0);
  });

  it('is refused with the plan where a patch works only once', async () => {
    const patch = { file: await written(world, 'once.yaml', '[{ op: remove, path: /machine/token }]\n') };
    await patches(world, [{ when, patch }]);
    const result = await world.result(await world.upgrade('--only', 'k8s-work-1'));
    expect(result).toMatchObject({
      outcome: 'refused',
      reasons: [{ kind: 'patch-works-once', node: 'k8s-work-1' }],
    });
  });

  describe('by patches that take effect at once', () => {
    let result: RunStory;

    beforeAll(async () => {
      const sysctl = (value: string): string => `machine: { sysctls: { net.core.somaxconn: '${value}' } }\n`;
      const first = { file: await written(world, 'first.yaml', sysctl('1024')) };
      const second = { file: await written(world, 'second.yaml', sysctl('4096')) };
      await patches(world, [
        { when, patch: first },
        { when, patch: second },
      ]);
      result = await world.result(await world.upgrade('--only', 'k8s-work-1'));
    });

    it('ends done, and says so', () => {
      expect(result).toMatchObject({ outcome: 'done', reasons: [] });
      expect(noteOf(result, 'k8s-work-1')).toBe('2 patches in its configuration');
    });

    it('runs with them, the later one winning', async () => {
      const running = await runningConfiguration(world, 'k8s-work-1');
      expect(running).toContain('net.core.somaxconn: "4096"');
      expect(running).not.toContain('1024');
    });

    it('did not boot again for them', async () => expect(await bootsSinceMade(world, 'k8s-work-1')).toBe(1));
  });

  describe('by a patch that Talos does not take', () => {
    const node = 'k8s-work-2';
    let result: RunStory;

    beforeAll(async () => {
      const key = Buffer.from(secret).toString('base64');
      const patch = { file: await written(world, 'refused.yaml', `cluster: { ca: { key: ${key} } }\n`) };
      await patches(world, [{ when, patch }]);
      result = await world.result(await world.upgrade('--only', node));
    });

    it('halts the run, with what Talos says', () => {
      const { reason, failedStep, state } = nodeResult(result, node);
      expect({ failedStep, state }).toEqual({ failedStep: 'patch-machine', state: 'on-target' });
      expect(reason).toMatchObject({
        kind: 'patch-failed',
        why: expect.stringContaining('issuing Kubernetes API CA key is not allowed'),
      });
    });

    it('stays cordoned', async () => expect(await isCordoned(world, node)).toBe(true));

    it('is drained by the next run before its patch reboots it, where a person had let pods onto it', async () => {
      const file = `{ path: /var/etc/late, op: create, permissions: 0o600, content: '# late' }`;
      await written(world, 'refused.yaml', `machine: { files: [${file}] }\n`);
      await released(world);
      await world.kubectl('uncordon', node);
      for (const one of drawnTo(node)) await world.apply(one);
      await world.until('a pod came to it', async () => (await podsOf(world, 'drawn')) === `Running ${node}`);
      const next = await world.result(await world.upgrade('--only', node));
      expect(next).toMatchObject({ outcome: 'done', reasons: [] });
      expect(noteOf(next, node)).toBe('1 patch in its configuration, and it rebooted with them');
      expect(await podsOf(world, 'drawn')).toMatch(/^Running (?!k8s-work-2)/);
      expect(await bootsSinceMade(world, node)).toBe(2);
      expect(await isCordoned(world, node)).toBe(false);
      expect(await world.machineEvents(node, 'destroyed')).toHaveLength(1);
    });
  });

  describe('by a patch that needs a reboot, of a control plane, with a worker that dies in it', () => {
    const node = 'k8s-ctrl-2';
    let result: RunStory;

    beforeAll(async () => {
      const content = JSON.stringify(`# ${secret}\n`);
      const file = `{ path: /var/etc/card, op: create, permissions: 0o600, content: ${content} }`;
      const patch = { file: await written(world, 'files.yaml', `machine: { files: [${file}] }\n`) };
      await patches(world, [{ for: { nodes: [node] }, when, patch }]);
      const run = await world.upgrade('--only', node);
      await world.untilBegun(run, node, 'patchMachine');
      await anotherWorker(world);
      result = await world.result(run);
    });

    it('ends done, and says that it rebooted', () => {
      expect(result).toMatchObject({ outcome: 'done', reasons: [] });
      expect(noteOf(result, node)).toBe('1 patch in its configuration, and it rebooted with them');
    });

    it('booted again for it, and no more', async () => expect(await bootsSinceMade(world, node)).toBe(2));

    it('has it once, though Talos appends to that list', async () =>
      expect((await runningConfiguration(world, node)).split(secret)).toHaveLength(2));

    it('is uncordoned, and keeps no annotation', async () => {
      const { metadata, spec } = JSON.parse(await world.kubectl('get', 'node', node, '--output=json')) as {
        metadata: { annotations: object };
        spec: { unschedulable?: boolean };
      };
      expect(spec.unschedulable).toBeUndefined();
      expect(Object.keys(metadata.annotations).join(' ')).not.toContain('slipway.dev');
    });

    it('has no secret of the patch in the history of its run', async () => {
      const { workflow } = await world.client();
      for await (const { workflowId } of workflow.list()) {
        const history = await workflow.getHandle(workflowId).fetchHistory();
        expect(textsOf(history)).toContain(world.lab.cluster);
        expect(textsOf(history)).not.toContain(secret);
      }
    });
  });

  describe('and is then upgraded in place, as slipway.yaml has patch versions', () => {
    const next = 'v1.13.9';
    let result: RunStory;

    beforeAll(async () => {
      await world.owner.mergeTalos(next);
      result = await world.result(await world.upgrade('--only', 'k8s-work-1'));
    });

    it('ends done, and gets no patch: its machine is the same', () => {
      expect(result).toMatchObject({ outcome: 'done', reasons: [], plan: { strategy: 'in-place' } });
      expect(noteOf(result, 'k8s-work-1')).toBeUndefined();
    });

    it('knows what Terraform would do now with what git says: replace it', async () => {
      expect(result.terraform).toMatchObject({
        kind: 'known',
        writes: expect.arrayContaining([
          expect.objectContaining({ node: 'k8s-work-1', action: 'destroyed and created' }),
        ]),
      });
      const { stdout } = await world.slipway('report');
      expect(stdout).toContain('This run upgraded machines in place, which Terraform does not see');
      expect(stdout).toContain('(k8s-work-1, which this run brought to its version): destroyed and created');
    });

    it('did not let Terraform touch anything', async () =>
      expect(await world.machineEvents('k8s-work-1', 'destroyed')).toHaveLength(1));
  });

  it('keeps every promise the watcher can see', async () => {
    const { complaints } = await world.stop();
    expect(complaints).toEqual([]);
  });
});

function noteOf(result: RunStory, node: string): string | undefined {
  return nodeResult(result, node).steps.find(({ step }) => step === 'patch-machine')?.note;
}

/** A pod under a budget that prefers that node. */
function drawnTo(node: string): object[] {
  const labels = { app: 'drawn' };
  const matchFields = [{ key: 'metadata.name', operator: 'In', values: [node] }];
  const nodeAffinity = {
    preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, preference: { matchFields } }],
  };
  const spec = { affinity: { nodeAffinity }, containers: [{ name: 'drawn', image: 'drawn:1' }] };
  return [
    {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name: 'drawn', namespace: 'default' },
      spec: { maxUnavailable: 1, selector: { matchLabels: labels } },
    },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'drawn', namespace: 'default' },
      spec: { replicas: 1, selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
    },
  ];
}

/** `Running k8s-work-2`, of each pod. */
async function podsOf(world: World, app: string): Promise<string> {
  const shown = 'jsonpath={range .items[*]}{.status.phase} {.spec.nodeName}{end}';
  return world.kubectl('get', 'pods', '-n', 'default', '-l', `app=${app}`, '-o', shown);
}

async function isCordoned(world: World, node: string): Promise<boolean> {
  const unschedulable = 'jsonpath={.spec.unschedulable}';
  return (await world.kubectl('get', 'node', node, '-o', unschedulable)) === 'true';
}

/** As the machine itself counts them: a new machine's first boot is one. */
async function bootsSinceMade(world: World, node: string): Promise<number> {
  const [made] = (await world.machineEvents(node, 'created')).slice(-1);
  const boots = await world.machineEvents(node, 'booting');
  return boots.filter(({ time }) => made !== undefined && time >= made.time).length;
}

async function patches(world: World, value: readonly object[]): Promise<void> {
  await setInInventory(world, ['patches'], value);
  await world.owner.merge('Set patches');
}

async function written(world: World, name: string, text: string): Promise<string> {
  const file = path.join(path.dirname(world.lab.inventory), name);
  await writeFile(file, text, { mode: 0o600 });
  return file;
}

async function released(world: World): Promise<void> {
  const { code, stderr } = await world.slipway('release', '--why', 'looked at it');
  if (code !== 0) throw new Error(stderr);
}

/** As the node itself shows it to an admin. */
async function runningConfiguration(world: World, node: string): Promise<string> {
  const machine = (name: string) => {
    const found = world.lab.machines.find((one) => one.name === name);
    if (!found) throw new Error(`the lab has no ${name}`);
    return found;
  };
  const way = ['--nodes', machine(node).address, '--endpoints', machine('k8s-ctrl-1').loopback];
  const { stdout } = await foreground(
    await toolPath('talosctl', '1.13'),
    [
      'get',
      'machineconfig',
      'v1alpha1',
      '--output=yaml',
      ...way,
      `--talosconfig=${world.lab.talosconfig.admin}`,
    ],
    { timeoutMs: waits.commandMs, env: {} },
  );
  return stdout;
}

/** All texts in a history: its payloads are bytes. */
function textsOf(value: unknown): string {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return '';
  return Object.values(value).map(textsOf).join('\n');
}
