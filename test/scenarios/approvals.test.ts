import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { World, nodeResult } from '../../lab/world.js';
import { setInInventory } from '../../lab/edit-inventory.js';
import { onOneLine } from './what-is-said.js';

const node = 'k8s-work-1';
const asked = ['--only', node, '--talos', 'v1.13.9', '--strategy', 'in-place'] as const;
const ada = ['--by', 'Ada'] as const;

/** Only here: a plan that waits for a person's approval: by its hash, with a name and a reason; a rejection, an abort, and no answer. */
describe('a strategy that slipway.yaml does not have', () => {
  let world: World;
  let hash = '';

  beforeAll(async () => {
    world = await World.start({ name: 'approvals' });
  });

  afterAll(async () => {
    await world.stop();
  });

  const untilItAsks = async (): Promise<string> => {
    let said = '';
    await world.until('status says what the run waits for, and the line to type', async () => {
      said = onOneLine(await world.says());
      return /approval .* Waits for somebody to approve plan .*slipway approve/.test(said);
    });
    return said;
  };

  it('is planned with its reason and the hash of the plan, and waits with nothing touched', async () => {
    const plan = await world.slipway('plan', ...asked);
    expect(plan.code).toBe(0);
    expect(plan.stdout).toMatch(/in place \(minor: asked for with --strategy, slipway\.yaml says replace\)/);
    hash = /^plan ([0-9a-f]{64})$/m.exec(plan.stdout)?.[1] ?? '';
    expect(plan.stdout).toContain(`--plan ${hash.slice(0, 12)}`);

    const upgrade = await world.slipway('upgrade', ...asked);
    expect(upgrade.code).toBe(0);
    expect(upgrade.stdout).toContain('it waits for an approval');
    // The run observed on its own, and made the same plan.
    expect(upgrade.stdout).toContain(`slipway approve ${world.lab.cluster}/1 --plan ${hash.slice(0, 12)}`);
    const said = await untilItAsks();
    expect(said).toContain('upgrade.strategy.minor of slipway.yaml is replace');
    expect(said).toMatch(/If nobody does until .*, it ends with no node touched/);
    const { stdout } = await world.slipway('queue');
    expect(onOneLine(stdout)).toContain('approval, waits for a person: slipway approve');
  });

  const answers = [
    ['of another plan', ['--plan', 'abcdef012345', ...ada, '--reason', 'x'], 1, /asks about plan/],
    ['without a name', ['--plan', '3f2a8c91', '--by', ' ', '--reason', 'x'], 2, /needs a name/],
    ['without a reason', ['--plan', '3f2a8c91', ...ada], 2, /needs a reason/],
  ] as const;
  it.each(answers)('is not begun by an approval %s', async (_case, args, code, said) => {
    const refused = await world.slipway('approve', ...args);
    expect(refused.code).toBe(code);
    expect(refused.stderr).toMatch(said);
    expect(await touched()).toBe(false);
  });

  it('that is rejected ends: nothing was touched, nothing is held, and the report says who and why', async () => {
    const rejected = await world.slipway('reject', '--plan', hash, ...ada, '--reason', 'not this week');
    expect(rejected.code).toBe(0);
    expect(await world.result(1)).toMatchObject({
      outcome: 'refused',
      reasons: [{ kind: 'approval-rejected', by: 'Ada', why: 'not this week', plan: hash }],
      decisions: [{ kind: 'reject', by: 'Ada', why: 'not this week', plan: hash }],
    });
    expect(await touched()).toBe(false);
    const late = await world.slipway('approve', '--plan', hash, ...ada, '--reason', 'after all');
    expect([late.code, late.stderr]).toEqual([1, expect.stringContaining('has ended already')]);
  });

  it('that nobody answers ends at its limit, with nothing touched', async () => {
    await setInInventory(world, ['limits', 'approval'], '1s');
    expect(await world.result(await world.upgrade(...asked))).toMatchObject({
      outcome: 'refused',
      reasons: [{ kind: 'approval-expired', limit: 1_000 }],
    });
    await setInInventory(world, ['limits', 'approval'], '1h');
    expect(await touched()).toBe(false);
  });

  it('that is aborted while it waits ends, and an abort holds the cluster as ever', async () => {
    const run = await world.upgrade(...asked);
    await untilItAsks();
    expect((await world.slipway('abort', '--why', 'another day')).code).toBe(0);
    expect((await world.result(run)).outcome).toBe('aborted');
    expect(await touched()).toBe(false);
    expect((await world.slipway('release', '--why', 'nothing was touched')).code).toBe(0);
  });

  it('that is approved runs, across the death of a worker; who, why, when and the hash are kept', async () => {
    const run = await world.upgrade(...asked);
    await untilItAsks();
    await world.killWorker();
    await world.startWorker();
    const { plan } = JSON.parse((await world.slipway('report', '--json')).stdout) as {
      readonly plan: { readonly hash: string };
    };
    const approve = [
      'approve',
      '--plan',
      plan.hash.slice(0, 12),
      ...ada,
      '--reason',
      'the fix is urgent',
    ] as const;
    const first = await world.slipway(...approve, '--json');
    const again = await world.slipway(...approve, '--json');
    expect([first.code, again.code]).toEqual([0, 0]);
    expect(JSON.parse(first.stdout)).toMatchObject({ run, verdict: 'approved', approval: { by: 'Ada' } });
    expect(JSON.parse(again.stdout)).toMatchObject({ run, verdict: 'approved-already' });

    const result = await world.result(run);
    expect(result).toMatchObject({ outcome: 'done', reasons: [] });
    expect(nodeResult(result, node)).toMatchObject({ outcome: 'done', from: 'v1.12.1', to: 'v1.13.9' });
    const decision = { kind: 'approve', by: 'Ada', why: 'the fix is urgent', plan: plan.hash };
    const report = JSON.parse((await world.slipway('report', '--json')).stdout) as object;
    expect(report).toMatchObject({ asked: { strategy: 'in-place' }, decisions: [decision] });
    expect((await world.slipway('report')).stdout).toContain(
      `approve the plan | the fix is urgent (plan ${plan.hash.slice(0, 12)})`,
    );
    expect(await world.says()).toContain('approved by Ada: the fix is urgent');
  });

  it('keeps every promise the watcher can see', async () => {
    expect((await world.stop()).complaints).toEqual([]);
  });

  /** Whether anything was done to the machine, or written to its Node. */
  async function touched(): Promise<boolean> {
    const installs = await world.machineEvents(node, 'install-started');
    const { metadata, spec } = JSON.parse(await world.kubectl('get', 'node', node, '-o', 'json')) as {
      readonly metadata: { readonly annotations: object };
      readonly spec: { readonly unschedulable?: boolean };
    };
    const marked = Object.keys(metadata.annotations).some((name) => name.startsWith('slipway.dev/'));
    return installs.length > 0 || marked || spec.unschedulable === true;
  }
});
