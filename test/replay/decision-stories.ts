import { MergeDay } from '../../lab/merge-day.js';
import { nodeId, queueId, runId } from '../../src/workflows/messages.js';
import { setInInventory } from '../../lab/edit-inventory.js';
import { applyProbeRole } from '../scenarios/probe-namespaces.js';
import { DrivenActivities, driveRun } from '../workflows/a-driven-run.js';
import { startWorkflowsAlone } from '../workflows/a-waiting-run.js';
import { askedMeanwhile } from '../workflows/asked-meanwhile.js';
import { halted } from './halted-run.js';
import { keepDelivery } from './merge-stories.js';
import type { Story } from './stories.js';

const cluster = 'prox-ops';
const [worker, second] = ['k8s-work-1', 'k8s-work-2'] as const;
const why = ['--why', 'to record it'] as const;
const run = (number: number): string => runId(cluster, number);
const node = (number: number, name: string, attempt = 1): string => nodeId(cluster, number, 1, name, attempt);

/** What people say to runs and queues, what becomes of a run that nobody says anything to, and the ways back that follow. */
export const decisionStories: Readonly<Record<string, Story>> = {
  byHand: async (begin, keep) => {
    const world = await begin({ faults: [`extension-missing@${worker}`] });
    await setInInventory(world, ['limits', 'decision'], '5m');
    const number = await world.upgrade('--only', worker);
    await halted(world, worker);
    await world.slipway('rollback', worker, ...why);
    await world.result(number);
    await keep(run(number), 'run-rolled-back-by-hand');
  },

  /** Two of a batch halted, and one of them goes back: the run ends with it. */
  batchBack: async (begin, keep) => {
    const world = await begin({ faults: [`extension-missing@${worker}`, `extension-missing@${second}`] });
    await setInInventory(world, ['limits', 'decision'], '5m');
    await setInInventory(world, ['upgrade', 'workers'], { canary: 0, batch: 2 });
    const number = await world.upgrade('--only', worker, second);
    await halted(world, second);
    await world.slipway('rollback', worker, ...why);
    await world.result(number);
    await keep(run(number), 'run-batch-went-back');
  },

  /** It is left out when its install was sent, and halts the run all the same. */
  skippedTooLate: async (begin, keep) => {
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

  undecided: async (begin, keep) => {
    const world = await begin({ faults: [`install-fails@${worker}`] });
    await setInInventory(world, ['limits', 'decision'], '2s');
    await world.result(await world.upgrade('--only', worker));
    await keep(run(1), 'run-undecided');
  },

  rejected: async (begin, keep) => {
    const world = await begin();
    await setInInventory(world, ['upgrade', 'approve'], ['patch']);
    const hashOf = async (number: number): Promise<string> => {
      await world.until('its plan is made', async () => (await world.story(number)).plan !== undefined);
      return (await world.story(number)).plan?.hash ?? '';
    };
    const first = await world.upgrade('--only', worker);
    await world.slipway('reject', '--plan', await hashOf(first), '--by', 'Ada', '--reason', 'to record it');
    await world.result(first);
    await keep(run(first), 'run-rejected');
    const again = await world.upgrade('--only', worker);
    const { workflow } = await world.client();
    const no = { plan: (await hashOf(again)).slice(0, 12), by: 'Ada', why: 'to record it' };
    await workflow.getHandle(run(again)).signal('reject', no);
    await world.result(again);
    await keep(run(again), 'run-rejected-by-signal');
  },

  cancelled: async (begin, keep) => {
    const world = await begin();
    await world.slowPods(worker, 8);
    const number = await world.upgrade('--only', worker);
    await world.untilBegun(number, worker, 'drainNode');
    const { workflow } = await world.client();
    await workflow.getHandle(run(number)).cancel();
    await world.result(number);
    await keep(run(number), 'run-cancelled');
  },

  /** An abort that comes as the last step before the install has ended, and nobody knows of it yet. */
  abortedBeforeInstall: async (_begin, keep, interrupt) => {
    const stage = await interrupt();
    stage.arm([{ node: worker, step: 'record-facts', what: 'aborted' }]);
    const number = await stage.world.upgrade('--only', worker);
    await stage.world.result(number);
    await keep(node(number, worker), 'node-aborted-before-install');
  },

  windowed: async (begin, keep) => {
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

  /** A hold, a freeze, what is merged meanwhile and taken back in git, and both lifted. */
  frozen: async (begin, keep) => {
    const world = await begin({ faults: [`install-fails@${worker}`] });
    await world.result(await world.upgrade('--only', worker));
    await world.slipway('freeze', cluster, ...why);
    const day = await MergeDay.of(world);
    try {
      await day.bumpAndMerge({ talos: 'v1.12.3' });
      await world.until('it waits', async () => (await world.slipway('queue')).stdout.includes('v1.12.3'));
      const { number } = await day.bumpAndMerge({ talos: 'v1.12.2' });
      await keepDelivery(world, keep, `pull request ${number} merged`, 'delivery-withdrawn');
      await world.until(
        'it is withdrawn',
        async () => !(await world.slipway('queue')).stdout.includes('v1.12.3'),
      );
    } finally {
      await day.stop();
    }
    await world.slipway('unfreeze', cluster, ...why);
    await world.slipway('release', cluster, ...why);
    await keep(queueId(cluster), 'queue-frozen-and-held');
  },

  /** It is begun once more while the run is paused. */
  againPaused: async (begin, keep) => {
    const world = await begin({ faults: [`install-fails@${worker}`] });
    await setInInventory(world, ['limits', 'decision'], '5m');
    await setInInventory(world, ['upgrade', 'onFailure'], 'ask');
    const number = await world.upgrade('--only', worker);
    await halted(world, worker);
    await world.control('DELETE', '/faults');
    await world.slipway('pause', ...why);
    await world.slipway('retry', worker, ...why);
    await world.until('it is paused', async () => (await world.slipway('status')).stdout.includes('paused'));
    await world.slipway('resume', ...why);
    await world.result(number);
    await keep(run(number), 'run-again-paused');
  },

  /** What no lab has at will: a decision that is looked into for longer than the batch's own ways back. */
  askedMeanwhile: async (_begin, keep) => {
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

  /** A node that an earlier run left armed is left out before its turn. */
  leftAsFound: async (begin, keep) => {
    const world = await begin({
      labArgs: ['--talos', 'v1.13.1', '--target', 'v1.13.9'],
      faults: [`reboot-request-lost@${worker}`],
    });
    await world.result(await world.upgrade('--only', worker));
    await world.slipway('release', ...why);
    await setInInventory(world, ['upgrade', 'approve'], ['patch']);
    const number = await world.upgrade('--only', worker);
    await world.until('its plan is made', async () => (await world.story(number)).plan !== undefined);
    await world.slipway('skip', worker, ...why);
    const { plan } = await world.story(number);
    await world.slipway('approve', '--plan', plan?.hash ?? '', '--by', 'Ada', '--reason', 'to record it');
    await world.result(number);
    await keep(run(number), 'run-left-as-found');
  },

  armed: async (begin, keep) => {
    const world = await begin({
      labArgs: ['--talos', 'v1.13.1', '--target', 'v1.13.9'],
      faults: [`reboot-request-lost@${worker}`],
    });
    await world.result(await world.upgrade('--only', worker));
    await world.control('DELETE', '/faults');
    await world.slipway('release', ...why);
    const number = await world.upgrade('--only', worker);
    await world.result(number);
    await keep(node(number, worker), 'node-armed');
  },

  probed: async (begin, keep) => {
    const world = await begin({ cluster: 'one-plus-gpus' });
    await applyProbeRole(world);
    const image = 'nvcr.io/nvidia/cuda:12.9.1-base-ubuntu24.04';
    const gpu = { name: 'gpu', for: { resource: 'nvidia.com/gpu' }, image, command: ['nvidia-smi'] };
    await setInInventory(world, ['probes'], [{ ...gpu, resources: { 'nvidia.com/gpu': 1 } }]);
    const number = await world.upgrade('--only', 'work-1');
    await world.result(number);
    await keep(nodeId(world.lab.cluster, number, 1, 'work-1', 1), 'node-probed');
  },

  /** A machine that never boots and goes back, and a run that made one anew and is taken back. */
  machineBack: async (begin, keep) => {
    const world = await begin({ hypervisor: true, labArgs: ['--talos', 'v1.12.1', '--target', 'v1.12.1'] });
    await setInInventory(world, ['limits', 'decision'], '5m');
    await setInInventory(world, ['limits', 'configure'], '10s');
    await world.owner.mergeTalos('v1.13.7');
    await world.control('POST', '/faults', { name: 'vm-never-boots', node: worker });
    const failed = await world.upgrade('--only', worker);
    await halted(world, worker);
    await world.until(
      'it can go back',
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
};
