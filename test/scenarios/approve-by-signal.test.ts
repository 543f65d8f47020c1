import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { World, nodeResult } from '../../lab/world.js';
import { bySignal, runId } from '../../src/workflows/messages.js';
import { setInInventory } from '../../lab/edit-inventory.js';
import { onOneLine } from './what-is-said.js';

const node = 'k8s-work-1';

/** Only here: a plan is approved by nothing but a signal, as the Web UI sends one, from its wait to the upgraded node and its report. */
describe('a plan that waits by policy', () => {
  let world: World;
  let run = 0;

  beforeAll(async () => {
    world = await World.start({ name: 'approve-by-signal' });
    await setInInventory(world, ['upgrade', 'approve'], ['patch']);
  }, 120_000);

  afterAll(async () => {
    await world.stop();
  }, 120_000);

  const signal = async (given: unknown): Promise<void> => {
    const { workflow } = await world.client();
    await workflow.getHandle(runId(world.lab.cluster, run)).signal('approve', given);
  };
  const details = async (): Promise<string> => {
    const { workflow } = await world.client();
    const handle = workflow.getHandle(runId(world.lab.cluster, run));
    const { currentDetails } = await handle.query<{ readonly currentDetails: string }>(
      '__temporal_workflow_metadata',
    );
    return currentDetails;
  };
  const installs = (): Promise<readonly unknown[]> => world.machineEvents(node, 'install-started');
  const planHash = async (): Promise<string> => {
    const { plan } = JSON.parse((await world.slipway('report', '--json')).stdout) as {
      readonly plan: { readonly hash: string } | null;
    };
    return plan?.hash ?? '';
  };

  it('is begun by no signal that is malformed, or of another plan; the Web UI says why', async () => {
    run = await world.upgrade('--only', node);
    await world.until('it waits for a yes', async () =>
      onOneLine(await world.says()).includes('Waits for somebody to approve plan'),
    );
    await signal('yes');
    await signal({ plan: 'abcdef012345', by: 'Ada', why: 'the fix is urgent' });
    await world.until('both are told of', async () => {
      const said = await details();
      return said.includes('and this is none') && said.includes('not abcdef012345');
    });
    expect(await installs()).toEqual([]);
  }, 90_000);

  it('runs by one signal with its hash; the record says that nothing proves the name', async () => {
    const plan = await planHash();
    await signal({ plan: plan.slice(0, 12), by: 'Ada', why: 'the fix is urgent' });
    const result = await world.result(run);
    expect(result).toMatchObject({ outcome: 'done', reasons: [] });
    expect(nodeResult(result, node)).toMatchObject({ outcome: 'done' });
    expect(await installs()).toHaveLength(1);
    const report = JSON.parse((await world.slipway('report', '--json')).stdout) as object;
    expect(report).toMatchObject({
      decisions: [{ kind: 'approve', by: 'Ada', why: 'the fix is urgent', plan, from: bySignal }],
    });
    expect((await world.slipway('report')).stdout).toContain(`Ada (${bySignal})`);
    expect(onOneLine((await world.slipway('status')).stdout)).toContain(`approved by Ada (${bySignal})`);
  }, 240_000);

  it('keeps every promise the watcher can see', async () => {
    expect((await world.stop()).complaints).toEqual([]);
  }, 120_000);
});
