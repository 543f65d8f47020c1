import { MergeDay } from '../../lab/merge-day.js';
import { nodeId, queueId, runId } from '../../src/workflows/messages.js';
import { setInInventory } from '../../lab/edit-inventory.js';
import { applyProbeRole } from '../scenarios/probe-namespaces.js';
import { holdDrain, whileItDrains } from '../scenarios/held-drain.js';
import { DrivenActivities, driveRun } from '../workflows/a-driven-run.js';
import { startWorkflowsAlone } from '../workflows/a-waiting-run.js';
import { askedMeanwhile } from '../workflows/asked-meanwhile.js';
import { halted } from './halted-run.js';
import { keepDelivery } from './merge-stories.js';
import type { Story } from './stories.js';

const cluster = 'prox-ops';
const [worker, second, third] = ['k8s-work-1', 'k8s-work-2', 'k8s-work-3'] as const;
const why = ['--why', 'to record it'] as const;
const run = (number: number): string => runId(cluster, number);
const node = (number: number, name: string, attempt = 1): string => nodeId(cluster, number, 1, name, attempt);

/** Decisions of people about runs and queues, runs that nobody decides about, and the rollbacks that follow. */
export const decisionStories: Readonly<Record<string, Story>> = {
  machineBack: {
    covers: 'a replaced machine that is rolled back, alone and with its whole run',
    play: async (begin, keep) => {
      const world = await begin({ hypervisor: true, labArgs: ['--talos', 'v1.12.1', '--target', 'v1.12.1'] });
      await setInInventory(world, ['limits', 'decision'], '5m');
      await setInInventory(world, ['limits', 'configure'], '10s');
      await world.owner.mergeTalos('v1.13.7');
      await world.control('POST', '/faults', { name: 'vm-never-boots', node: worker });
      const failed = await world.upgrade('--only', worker);
      await halted(world, worker);
      await world.until(
        'it can roll back',
        async () => (await world.slipway('rollback', worker, ...why)).code === 0,
      );
      await world.result(failed);
      await keep(run(failed), 'run-machine-went-back');
      await keep(node(failed, worker, 2), 'node-machine-went-back');
      await world.control('DELETE', '/faults');
      await world.slipway('release', ...why);
      const done = await world.upgrade('--only', second);
      await world.result(done);
      await world.slipway('rollback', '--run', String(done), ...why);
      await world.result(done + 1);
      await keep(run(done + 1), 'run-machines-taken-back');
      await keep(node(done + 1, second), 'node-machine-taken-back');
    },
  },

  frozen: {
    covers: 'a run that halts without a wait, a hold, a freeze, and merges that wait and are cancelled',
    play: async (begin, keep) => {
      const world = await begin({ faults: [`install-fails@${worker}`] });
      const failed = await world.upgrade('--only', worker);
      await world.result(failed);
      await keep(run(failed), 'run-halted');
      await keep(node(failed, worker), 'node-halted');
      await world.slipway('freeze', cluster, ...why);
      const day = await MergeDay.of(world);
      try {
        await day.bumpAndMerge({ talos: 'v1.12.3' });
        await world.until('it waits', async () => (await world.slipway('queue')).stdout.includes('v1.12.3'));
        const { number } = await day.bumpAndMerge({ talos: 'v1.12.2' });
        await keepDelivery(world, keep, `pull request ${number} merged`, 'delivery-cancelled');
        await world.until(
          'it is cancelled',
          async () => !(await world.slipway('queue')).stdout.includes('v1.12.3'),
        );
      } finally {
        await day.stop();
      }
      await world.slipway('unfreeze', cluster, ...why);
      await world.slipway('release', cluster, ...why);
      await keep(queueId(cluster), 'queue-frozen-and-held');
    },
  },

  armed: {
    covers: 'an armed node: skipped as an earlier run left it, and booted; approval by update',
    play: async (begin, keep) => {
      const world = await begin({
        labArgs: ['--talos', 'v1.13.1', '--target', 'v1.13.9'],
        faults: [`reboot-request-lost@${worker}`],
      });
      await world.result(await world.upgrade('--only', worker));
      await world.control('DELETE', '/faults');
      await world.slipway('release', ...why);
      await setInInventory(world, ['upgrade', 'approve'], ['patch']);
      const number = await world.upgrade('--only', worker);
      await world.until('its plan is made', async () => (await world.story(number)).plan !== undefined);
      await world.slipway('skip', worker, ...why);
      const { plan } = await world.story(number);
      await world.slipway('approve', '--plan', plan?.hash ?? '', '--by', 'Ada', '--reason', 'to record it');
      await world.result(number);
      await keep(run(number), 'run-left-as-found');
      await world.slipway('release', ...why);
      await setInInventory(world, ['upgrade', 'approve'], []);
      const last = await world.upgrade('--only', worker);
      await world.result(last);
      await keep(node(last, worker), 'node-armed');
    },
  },

  decided: {
    covers: 'retry during a pause, and skip',
    play: async (begin, keep) => {
      const world = await begin({ faults: [`install-fails@${worker}`, `install-fails@${second}`] });
      await setInInventory(world, ['limits', 'decision'], '5m');
      const number = await world.upgrade('--only', worker, second);
      await halted(world, worker);
      await world.slipway('pause', ...why);
      await world.slipway('retry', worker, ...why);
      await world.until('it is paused', async () =>
        (await world.slipway('status')).stdout.includes('paused'),
      );
      await world.slipway('resume', ...why);
      await halted(world, second);
      await world.slipway('skip', second, ...why);
      await world.result(number);
      await keep(run(number), 'run-decided');
      await keep(node(number, worker, 2), 'node-begun-once-more');
    },
  },

  batchBack: {
    covers: 'two nodes of a batch halt and one is rolled back by a person, which ends the run',
    play: async (begin, keep) => {
      const world = await begin({ faults: [`extension-missing@${worker}`, `extension-missing@${second}`] });
      await setInInventory(world, ['limits', 'decision'], '5m');
      await setInInventory(world, ['upgrade', 'workers'], { canary: 0, batch: 2 });
      const number = await world.upgrade('--only', worker, second);
      await halted(world, second);
      await world.slipway('rollback', worker, ...why);
      await world.result(number);
      await keep(run(number), 'run-batch-went-back');
    },
  },

  stopped: {
    covers:
      'an abort by update and a cancel of the workflow, during a drain, with a node before and one behind',
    play: async (begin, keep) => {
      const world = await begin();
      await holdDrain(world, second);
      const aborted = await world.upgrade('--only', worker, second, third);
      // The drain is still held when the run has ended: it is what was stopped, and no later step.
      await whileItDrains(world, aborted, second, async () => {
        await world.slipway('abort', ...why);
        await world.result(aborted);
      });
      await keep(run(aborted), 'run-aborted');
      await keep(node(aborted, second), 'node-aborted');
      await world.slipway('release', ...why);
      await holdDrain(world, third);
      const cancelled = await world.upgrade('--only', third);
      const { workflow } = await world.client();
      await whileItDrains(world, cancelled, third, async () => {
        await workflow.getHandle(run(cancelled)).cancel();
        await world.result(cancelled);
      });
      await keep(run(cancelled), 'run-cancelled');
    },
  },

  answered: {
    covers: 'approval by signal, rejection by update and by signal',
    play: async (begin, keep) => {
      const world = await begin();
      await setInInventory(world, ['upgrade', 'approve'], ['patch']);
      const { workflow } = await world.client();
      const hashOf = async (number: number): Promise<string> => {
        await world.until('its plan is made', async () => (await world.story(number)).plan !== undefined);
        return (await world.story(number)).plan?.hash ?? '';
      };
      const signal = async (verb: 'approve' | 'reject', number: number): Promise<void> => {
        const answer = { plan: (await hashOf(number)).slice(0, 12), by: 'Ada', why: 'to record it' };
        await workflow.getHandle(run(number)).signal(verb, answer);
        await world.result(number);
      };
      const approved = await world.upgrade('--only', worker);
      await signal('approve', approved);
      await keep(run(approved), 'run-approved-by-signal');
      const rejected = await world.upgrade('--only', second);
      await world.slipway(
        'reject',
        '--plan',
        await hashOf(rejected),
        '--by',
        'Ada',
        '--reason',
        'to record it',
      );
      await world.result(rejected);
      await keep(run(rejected), 'run-rejected');
      const again = await world.upgrade('--only', second);
      await signal('reject', again);
      await keep(run(again), 'run-rejected-by-signal');
    },
  },

  skippedTooLate: {
    covers: 'a skip that comes after the install was sent',
    play: async (begin, keep) => {
      const world = await begin({ faults: [`never-ready@${worker}`] });
      await setInInventory(world, ['limits', 'decision'], '5m');
      await setInInventory(world, ['limits', 'ready'], '10s');
      const number = await world.upgrade('--only', worker);
      await world.untilBegun(number, worker, 'awaitReady');
      await world.slipway('skip', worker, ...why);
      await halted(world, worker);
      await world.slipway('abort', ...why);
      await world.result(number);
      await keep(run(number), 'run-skipped-too-late');
    },
  },

  undecided: {
    covers: 'a decision that nobody takes within its limit',
    play: async (begin, keep) => {
      const world = await begin({ faults: [`install-fails@${worker}`] });
      await setInInventory(world, ['limits', 'decision'], '2s');
      await world.result(await world.upgrade('--only', worker));
      await keep(run(1), 'run-undecided');
    },
  },

  abortedBeforeInstall: {
    covers: 'an abort between the last step before the install and the install',
    play: async (_begin, keep, interrupt) => {
      const stage = await interrupt();
      stage.arm([{ node: worker, step: 'record-facts', what: 'aborted' }]);
      const number = await stage.world.upgrade('--only', worker);
      await stage.world.result(number);
      await keep(node(number, worker), 'node-aborted-before-install');
    },
  },

  windowed: {
    covers: 'a wait for a maintenance window, ended by start-now',
    play: async (begin, keep) => {
      const world = await begin();
      const tomorrow = new Date(Date.now() + 86_400_000);
      const at = `0 0 ${tomorrow.getUTCDate()} ${tomorrow.getUTCMonth() + 1} *`;
      await setInInventory(world, ['upgrade', 'windows'], { zone: 'UTC', open: [{ at, lasts: '1h' }] });
      const number = await world.upgrade('--only', worker);
      await world.until('it waits', async () =>
        (await world.slipway('status')).stdout.includes('maintenance window'),
      );
      await world.slipway('start-now', ...why);
      await world.result(number);
      await keep(run(number), 'run-windowed');
    },
  },

  askedMeanwhile: {
    covers: 'a decision that is still being checked when the automatic rollbacks of its batch are settled',
    play: async (_begin, keep) => {
      const alone = await startWorkflowsAlone();
      const activities = new DrivenActivities(alone.temporal.client);
      try {
        const { driven } = await askedMeanwhile((...of) => driveRun(alone, activities, 1, ...of));
        await keep(driven.handle, 'run-asked-meanwhile');
      } finally {
        await activities.stop();
        await alone.stop();
      }
    },
  },

  probed: {
    covers: 'smoke tests on the node',
    play: async (begin, keep) => {
      const world = await begin({ cluster: 'one-plus-gpus' });
      await applyProbeRole(world);
      const image = 'nvcr.io/nvidia/cuda:12.9.1-base-ubuntu24.04';
      const gpu = { name: 'gpu', for: { resource: 'nvidia.com/gpu' }, image, command: ['nvidia-smi'] };
      await setInInventory(world, ['probes'], [{ ...gpu, resources: { 'nvidia.com/gpu': 1 } }]);
      const number = await world.upgrade('--only', 'work-1');
      await world.result(number);
      await keep(nodeId(world.lab.cluster, number, 1, 'work-1', 1), 'node-probed');
    },
  },
};
