import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ShapeName } from '../../../lab/chaos/shapes.js';
import type { FaultRequest } from '../../../lab/faults/fault-plan.js';
import type { World } from '../../../lab/world.js';
import type { StepName, StepsName } from '../../../src/planning/node-steps.js';
import type { RunStory, StoryNode } from '../../../src/planning/run-report.js';
import { setInInventory } from '../edit-inventory.js';
import { terminatedAt } from '../faults/terminated-rebuild.js';

/** How a node comes to go through an order of steps, and how that ends when nothing comes in its way. */
export interface Way {
  readonly shape: ShapeName;
  /** The attempt whose steps they are. */
  readonly attempt: 1 | 2;
  /** Leaves the node so that its next run goes this way. */
  readonly before?: (world: World, node: string) => Promise<unknown>;
  /** Once that run has begun. */
  readonly during?: (world: World, node: string) => Promise<unknown>;
  readonly ends: {
    readonly outcome: RunStory['outcome'];
    readonly node: StoryNode['outcome'];
    readonly state: StoryNode['state'];
  };
}

const done = { outcome: 'done', node: 'done', state: 'on-target' } as const;

/** The orders that are played. */
export const ways: Readonly<Partial<Record<StepsName, Way>>> = {
  legacy: { shape: 'small', attempt: 1, ends: done },
  lifecycle: { shape: 'small-1.13', attempt: 1, ends: done },
  rebuild: { shape: 'small-rebuild', attempt: 1, ends: done },
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
  back: {
    shape: 'small',
    attempt: 2,
    before: async (world, node) => {
      await setInInventory(world, ['limits', 'decision'], '90s');
      await world.control('POST', '/faults', { name: 'extension-missing', node });
    },
    during: async (world, node) => {
      await world.until(`the run waits for a decision about ${node}`, async () =>
        (await world.slipway('status')).stdout.includes(`slipway rollback ${node} `),
      );
      const { code, stderr } = await world.slipway('rollback', node, '--why', 'the matrix');
      if (code !== 0) throw new Error(stderr);
    },
    ends: { outcome: 'halted', node: 'undone', state: 'rolled-back' },
  },
  continued: {
    shape: 'small-rebuild',
    attempt: 1,
    before: async (world, node) => {
      await terminatedAt(world, node, 'vm-create-hangs', 'power cut');
      await release(world);
    },
    ends: done,
  },
  'rebuild-patched': {
    shape: 'small-rebuild',
    attempt: 1,
    // One that Talos brings into effect with a reboot alone.
    before: async (world) => {
      const file = path.join(path.dirname(world.lab.inventory), 'late.yaml');
      const text = `machine: { files: [{ path: /var/etc/late, op: create, permissions: 0o600, content: '# late' }] }\n`;
      await writeFile(file, text, { mode: 0o600 });
      await setInInventory(world, ['patches'], [{ when: 'after-ready', patch: { file } }]);
      await world.owner.merge('a late patch');
    },
    ends: done,
  },
};

/** What is played of an order, where its other steps are those of another one. */
export const playedAlone: Readonly<Partial<Record<StepsName, readonly StepName[]>>> = {
  continued: ['cordon', 'record-facts', 'continue-machine'],
  'rebuild-patched': ['patch-machine'],
  'continued-patched': [],
  'adopted-patched': [],
};

/** Where the other steps of such an order are played: the first of these that has one. */
export const sameAs: Readonly<Partial<Record<StepsName, readonly StepsName[]>>> = {
  continued: ['rebuild'],
  'rebuild-patched': ['rebuild'],
  'continued-patched': ['continued', 'rebuild-patched', 'rebuild'],
  'adopted-patched': ['adopted', 'rebuild-patched', 'rebuild'],
};

/** A run that halts by a fault which then goes away, released by a person. */
async function halted(
  world: World,
  fault: FaultRequest,
  limits: Readonly<Record<string, string>>,
): Promise<void> {
  for (const [name, value] of Object.entries(limits)) await setInInventory(world, ['limits', name], value);
  await world.control('POST', '/faults', fault);
  const { outcome, reasons } = await world.result(await world.upgrade('--only', fault.node ?? ''));
  if (outcome !== 'halted')
    throw new Error(`${fault.name} did not halt the run: ${outcome} ${JSON.stringify(reasons)}`);
  await world.control('DELETE', '/faults');
  for (const name of Object.keys(limits)) await setInInventory(world, ['limits', name], '30s');
  await world.until(`${fault.node} is Ready`, async () => {
    const status = '--output=jsonpath={.status.conditions[?(@.type=="Ready")].status}';
    return (await world.kubectl('get', 'node', fault.node ?? '', status)) === 'True';
  });
  await release(world);
}

async function release(world: World): Promise<void> {
  const { code, stderr } = await world.slipway('release', '--why', 'to go on with it');
  if (code !== 0) throw new Error(stderr);
}
