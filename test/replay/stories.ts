import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { WorkflowHandle } from '@temporalio/client';
import type { Interrupter } from '../../lab/interruptions/interrupter.js';
import type { World, WorldOptions } from '../../lab/world.js';
import { nodeId, queueId, runId } from '../../src/workflows/messages.js';
import { setInInventory } from '../../lab/edit-inventory.js';
import { decisionStories } from './decision-stories.js';
import { playMerges } from './merge-stories.js';
import { queueStartedOver } from './queue-started-over.js';

/** A cluster in the lab, to play a story on. */
export type Begin = (options?: Omit<WorldOptions, 'name'>) => Promise<World>;
/** Records the history of one workflow under that name: from the lab's Temporal, or that of its handle. */
export type Keep = (
  workflow: string | WorkflowHandle,
  name: string,
  of?: 'the run that ended',
) => Promise<void>;
/** The same cluster, with points of a run at which it can be interrupted. */
export type Interrupt = () => Promise<Interrupter>;
/** A scenario in the lab whose workflows leave histories. */
export interface Story {
  /** The part of a history that only this story has. */
  readonly covers: string;
  readonly play: (begin: Begin, keep: Keep, interrupt: Interrupt) => Promise<void>;
}

const cluster = 'prox-ops';
const [controlPlane, worker, second, third] = [
  'k8s-ctrl-1',
  'k8s-work-1',
  'k8s-work-2',
  'k8s-work-3',
] as const;
const why = ['--why', 'to record it'] as const;
const run = (number: number): string => runId(cluster, number);
const node = (number: number, name: string, attempt = 1): string => nodeId(cluster, number, 1, name, attempt);

/** The recorded stories: together they have every shape of a history that the workflows can write. */
export const stories: Readonly<Record<string, Story>> = {
  replaced: {
    covers: 'control planes and workers replaced by Terraform, dead etcd member removed, late patches',
    play: async (begin, keep) => {
      const world = await begin({ hypervisor: true, labArgs: ['--talos', 'v1.12.1', '--target', 'v1.12.1'] });
      const { inventory } = world.lab;
      const patch = "machine: { sysctls: { net.core.somaxconn: '1024' } }\n";
      await writeFile(path.join(path.dirname(inventory), 'late.yaml'), patch, { mode: 0o600 });
      await setInInventory(world, ['patches'], [{ when: 'after-ready', patch: { file: 'late.yaml' } }]);
      await world.owner.mergeTalos('v1.13.7');
      const number = await world.upgrade('--only', controlPlane, worker);
      await world.result(number);
      await keep(run(number), 'run-replaced');
      await keep(node(number, controlPlane), 'node-replaced-control-plane');
      await keep(node(number, worker), 'node-replaced-patched');
    },
  },

  whole: {
    covers: 'a whole cluster in place with Talos 1.12, from the queue to the last node',
    play: async (begin, keep) => {
      const world = await begin();
      await world.result(await world.upgrade());
      await queueStartedOver(world);
      await keep(queueId(cluster), 'queue-done', 'the run that ended');
      await keep(run(1), 'run-done');
      await keep(node(1, controlPlane), 'node-control-plane-done');
      await keep(node(1, worker), 'node-canary-done');
    },
  },

  merged: {
    covers:
      'deliveries of a pull request, a merge and a comment, and the run that the git host is notified of',
    play: playMerges,
  },

  ...decisionStories,

  paused: {
    covers: 'Talos 1.13 (install and reboot apart) in a batch, and a pause between nodes',
    play: async (begin, keep) => {
      const world = await begin({ labArgs: ['--talos', 'v1.13.1', '--target', 'v1.13.9'] });
      await setInInventory(world, ['upgrade', 'workers', 'batch'], 2);
      const number = await world.upgrade('--only', controlPlane, worker, second, third);
      await world.untilBegun(number, controlPlane, 'drainNode');
      await world.slipway('pause', ...why);
      await world.until('it is paused', async () =>
        (await world.slipway('status')).stdout.includes('paused'),
      );
      await world.slipway('resume', ...why);
      await world.result(number);
      await keep(run(number), 'run-lifecycle-batches-paused');
      await keep(node(number, controlPlane), 'node-lifecycle-control-plane');
      await keep(node(number, third), 'node-lifecycle-in-batch');
    },
  },

  together: {
    covers: 'a node that is stopped and undone because another node of its batch failed',
    play: async (begin, keep) => {
      const world = await begin({ faults: [`install-fails@${second}`] });
      await setInInventory(world, ['upgrade', 'workers', 'batch'], 2);
      await world.slowPods(third, 120);
      const number = await world.upgrade('--only', worker, second, third);
      await world.result(number);
      await keep(run(number), 'run-batch-halted');
      await keep(node(number, third), 'node-stopped-with-its-batch');
    },
  },

  told: {
    covers: 'notifications with reminders, an automatic rollback, and the rollback of a whole run',
    play: async (begin, keep) => {
      const world = await begin({ faults: [`extension-missing@${second}`] });
      // Nobody can be notified there: what a run sends, and that it waits for no recipient, is recorded all the same.
      const nowhere = { file: 'nowhere' };
      await setInInventory(world, ['notify'], [{ webhook: { url: nowhere, secret: nowhere } }]);
      await setInInventory(world, ['limits', 'remind'], '1s');
      await setInInventory(world, ['upgrade', 'onFailure'], 'rollback');
      const failed = await world.upgrade('--only', worker, second);
      await world.slipway('pause', ...why);
      await world.until('people are reminded of the pause', async () => {
        const { telling } = await world.story(failed);
        return telling?.missed.some(({ kind }) => kind === 'reminder') === true;
      });
      await world.slipway('resume', ...why);
      await world.result(failed);
      await keep(run(failed), 'run-told');
      await keep(node(failed, second, 2), 'node-went-back');
      await world.slipway('release', ...why);
      const done = await world.upgrade('--only', third);
      await world.result(done);
      await world.slipway('rollback', '--run', String(done), ...why);
      await world.result(done + 1);
      await keep(run(done + 1), 'run-taken-back');
      await keep(node(done + 1, third), 'node-taken-back');
    },
  },

  unwell: {
    covers: 'a node that an earlier run upgraded and left cordoned, and that is still not well',
    play: async (begin, keep) => {
      const world = await begin();
      await setInInventory(world, ['limits', 'ready'], '5s');
      await world.control('POST', '/faults', {
        name: 'kubelet-not-ready',
        node: worker,
        after: 'reboot:power-gone',
      });
      await world.result(await world.upgrade('--only', worker));
      await world.control('DELETE', '/faults');
      await world.control('POST', '/faults', { name: 'time-not-synced', node: worker });
      await world.slipway('release', ...why);
      const number = await world.upgrade('--only', worker);
      await world.result(number);
      await keep(node(number, worker), 'node-left-unwell');
    },
  },
};
