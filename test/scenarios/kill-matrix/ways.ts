import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ShapeName } from '../../../lab/chaos/shapes.js';
import type { FaultRequest } from '../../../lab/faults/fault-plan.js';
import type { World } from '../../../lab/world.js';
import type { StepName } from '../../../src/planning/steps/node-steps.js';
import type { RunStory, StoryNode } from '../../../src/planning/report/run-report.js';
import { setInInventory } from '../../../lab/edit-inventory.js';
import { isUnresponsive, terminatedAt } from '../faults/terminated-replacement.js';
import { applyProbeRole } from '../probe-namespaces.js';
import type { MatrixOrder } from './orders.js';

/** Seconds: longer than a kubelet is unreachable while its machine only reboots, and not much longer. */
const silence = 12;

/** A patch that takes effect only with a reboot. */
const rebooting = `machine: { files: [{ path: /var/etc/late, op: create, permissions: 0o600, content: '# late' }] }`;
/** Beside slipway.yaml. */
const late = 'late.yaml';

/** How a node comes to go through an order of steps, and how that ends without an interruption. */
export interface Way {
  readonly shape: ShapeName;
  /** Seconds after which Kubernetes shows a Node as unreachable, on a lab of its own: where the way waits for that. Left out: 50. */
  readonly silence?: number;
  /** The only role of a node that comes to go this way. */
  readonly only?: 'worker';
  /** The attempt whose steps they are. */
  readonly attempt: 1 | 2;
  /** Leaves the node so that its next run goes this way. Returns the number of a run that it made for that. */
  readonly before?: (world: World, node: string) => Promise<number | void>;
  /** Asks for that run, and returns its number; left out: an upgrade of the node. `earlier`: the result of `before`. */
  readonly ask?: (world: World, node: string, earlier: number | undefined) => Promise<number>;
  /** Once that run has begun. */
  readonly during?: (world: World, node: string) => Promise<unknown>;
  readonly ends: {
    readonly outcome: RunStory['outcome'];
    readonly node: StoryNode['outcome'];
    readonly state: StoryNode['state'];
  };
  /**
   * The one-shot step: an abort at an earlier step undoes the node, an abort at this or a later one has the node finished. Left out: other
   * orders have other ends.
   */
  readonly sends?: StepName;
}

const done = { outcome: 'done', node: 'done', state: 'on-target' } as const;
const wentBack = { outcome: 'halted', node: 'undone', state: 'rolled-back' } as const;

/** The orders that are played. */
export const ways: Readonly<Partial<Record<MatrixOrder, Way>>> = {
  legacy: { shape: 'small', attempt: 1, ends: done, sends: 'install' },
  lifecycle: { shape: 'small-1.13', attempt: 1, ends: done, sends: 'install' },
  replace: { shape: 'small-replace', attempt: 1, ends: done },
  probed: {
    shape: 'small',
    attempt: 1,
    before: (world, node) => probe(world, node, 'true'),
    ends: done,
  },
  armed: {
    shape: 'small-1.13',
    attempt: 1,
    before: (world, node) =>
      halted(world, { name: 'time-not-synced', node, after: 'lifecycle:armed' }, { reboot: '6s' }),
    ends: done,
  },
  adopted: {
    shape: 'small',
    attempt: 1,
    before: (world, node) =>
      halted(world, { name: 'kubelet-not-ready', node, after: 'reboot:power-gone' }, { ready: '5s' }),
    ends: done,
  },
  'rollback-in-place': {
    shape: 'small',
    attempt: 2,
    // Automatically: no wait for a person, neither before nor where the rollback fails.
    before: async (world, node) => {
      await setInInventory(world, ['upgrade', 'onFailure'], 'rollback');
      await world.control('POST', '/faults', { name: 'extension-missing', node });
    },
    ends: wentBack,
  },
  'rollback-run': {
    shape: 'small',
    attempt: 1,
    before: async (world, node) => {
      const run = await world.upgrade('--only', node);
      const { outcome } = await world.result(run);
      if (outcome !== 'done') throw new Error(`the run that is to be rolled back ended ${outcome}`);
      return run;
    },
    ask: async (world, _node, earlier = 0) => {
      await said(world, 'rollback', '--run', String(earlier));
      return earlier + 1;
    },
    ends: done,
  },
  'rollback-replaced': {
    shape: 'small-replace',
    attempt: 2,
    // It joins, and its smoke test fails.
    before: async (world, node) => {
      await setInInventory(world, ['upgrade', 'onFailure'], 'rollback');
      await probe(world, node, 'false');
      await world.owner.merge('a probe, and back automatically');
    },
    ends: wentBack,
  },
  'rollback-resumed': {
    shape: 'small-replace',
    silence,
    attempt: 2,
    before: async (world, node) => {
      await setInInventory(world, ['limits', 'decision'], '25s');
      await setInInventory(world, ['limits', 'configure'], `${silence + 5}s`);
      await world.owner.merge('limits of a rollback');
      await world.control('POST', '/faults', { name: 'vm-never-boots', node });
    },
    // A person decides: nobody knows why a machine never came.
    during: async (world, node) => {
      await world.until(`the run waits for a decision about ${node}`, async () =>
        (await world.says()).includes(`slipway rollback ${node} `),
      );
      await isUnresponsive(world, node);
      await said(world, 'rollback', node);
    },
    ends: wentBack,
  },
  resumed: {
    shape: 'small-replace',
    silence,
    attempt: 1,
    before: async (world, node) => {
      await terminatedAt(world, node, 'vm-create-hangs', 'power cut');
      await said(world, 'release');
    },
    ends: done,
  },
  'replace-patched': {
    shape: 'small-replace',
    attempt: 1,
    before: async (world) => {
      await latePatch(world, rebooting);
      await setInInventory(world, ['patches'], [{ when: 'after-ready', patch: { file: late } }]);
      await world.owner.merge('a late patch');
    },
    ends: done,
  },
  'adopted-patched': {
    shape: 'small-replace',
    // Talos accepts the first patch from a control plane node.
    only: 'worker',
    attempt: 1,
    before: async (world, node) => {
      await latePatch(world, `cluster: { ca: { key: ${Buffer.from('no key').toString('base64')} } }`);
      await setInInventory(world, ['patches'], [{ when: 'after-ready', patch: { file: late } }]);
      await world.owner.merge('a late patch');
      await halts(world, node);
      await latePatch(world, rebooting);
      await said(world, 'release');
    },
    ends: done,
  },
};

async function latePatch(world: World, text: string): Promise<void> {
  await writeFile(path.join(path.dirname(world.lab.inventory), late), `${text}\n`, { mode: 0o600 });
}

/** Tries the node with a smoke test of one word. */
async function probe(world: World, node: string, word: 'true' | 'false'): Promise<void> {
  await applyProbeRole(world);
  const only = {
    name: 'matrix',
    for: { nodes: [node] },
    image: 'docker.io/library/busybox:1.37',
    command: [word],
  };
  await setInInventory(world, ['probes'], [only]);
}

/** A run that halts by a fault which then goes away, released by a person. */
async function halted(
  world: World,
  fault: FaultRequest,
  limits: Readonly<Record<string, string>>,
): Promise<void> {
  for (const [name, value] of Object.entries(limits)) await setInInventory(world, ['limits', name], value);
  await world.control('POST', '/faults', fault);
  await halts(world, fault.node ?? '');
  await world.control('DELETE', '/faults');
  for (const name of Object.keys(limits)) await setInInventory(world, ['limits', name], '30s');
  await world.until(`${fault.node} is Ready`, async () => {
    const status = '--output=jsonpath={.status.conditions[?(@.type=="Ready")].status}';
    return (await world.kubectl('get', 'node', fault.node ?? '', status)) === 'True';
  });
  await said(world, 'release');
}

async function halts(world: World, node: string): Promise<void> {
  const { outcome, reasons } = await world.result(await world.upgrade('--only', node));
  if (outcome !== 'halted')
    throw new Error(`the run before should halt, and ended ${outcome}: ${JSON.stringify(reasons)}`);
}

/** A person's command, with a reason. */
async function said(world: World, ...words: readonly string[]): Promise<void> {
  const { code, stdout, stderr } = await world.slipway(...words, '--why', 'the matrix');
  if (code !== 0) throw new Error(`slipway ${words.join(' ')} ended with ${code}: ${stdout}${stderr}`);
}
