import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { leavesResourcesAlone } from '../../../lab/terraform/owners-terraform.js';
import { World, nodeResult } from '../../../lab/world.js';
import type { RunStory } from '../../../src/planning/report/run-report.js';

const from = 'v1.12.1';
const to = 'v1.13.7';
const worker = 'k8s-work-1';

/** Only here: OpenTofu replaces the machine. All else is as with Terraform (`replace.test.ts`). */
describe('an upgrade to the next minor, on a machine that OpenTofu makes', () => {
  let world: World;
  let result: RunStory;

  beforeAll(async () => {
    const labArgs = ['--tofu', '--talos', from, '--target', from];
    world = await World.start({ name: 'replace-tofu', hypervisor: true, labArgs });
    await world.owner.mergeTalos(to);
    result = await world.result(await world.upgrade('--only', worker));
  });

  afterAll(async () => {
    await world.stop();
  });

  it('ends done, with the machine made once', async () => {
    expect(world.lab.hypervisor?.terraform.tool).toBe('tofu');
    expect(result).toMatchObject({ outcome: 'done', reasons: [] });
    expect(nodeResult(result, worker)).toMatchObject({ outcome: 'done', from, to });
    expect(await world.machineEvents(worker, 'created')).toHaveLength(1);
  });

  it('prints the commands a person would type with tofu', async () => {
    const { stdout } = await world.slipway('plan', '--commands', '--only', 'k8s-work-2');
    expect(stdout).toMatch(/^\s*tofu .*plan /m);
    expect(stdout).not.toMatch(/^\s*terraform /m);
  });

  it('leaves the rest of what OpenTofu manages to be done, and nothing of this machine', async () => {
    const plan = await world.owner.terraformPlan();
    expect(leavesResourcesAlone(plan)).toBe(false);
    expect(plan.stdout).toContain('# module.worker_nodes["k8s-work-2"]');
    expect(plan.stdout).not.toContain(`# module.worker_nodes["${worker}"]`);
  });

  it('keeps every promise the watcher can see', async () => {
    const { complaints } = await world.stop();
    expect(complaints).toEqual([]);
  });
});
