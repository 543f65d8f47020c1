import { describe, expect, it } from '@jest/globals';
import { leavesResourcesAlone } from '../../../lab/terraform/owners-terraform.js';

const OUTPUTS =
  'Changes to Outputs:\n  ~ cluster_summary = {}\n\nYou can apply this plan to save these new output values\n';

describe('a Terraform plan', () => {
  it.each([
    ['without any change', 0, 'No changes. Your infrastructure matches the configuration.\n', true],
    ['that only writes outputs', 2, OUTPUTS, true],
    ['that replaces a machine', 2, `Plan: 1 to add, 0 to change, 1 to destroy.\n\n${OUTPUTS}`, false],
    ['nobody can read', 2, '', false],
  ])('%s: whether it leaves machines and templates alone', (_title, code, stdout, alone) => {
    expect(leavesResourcesAlone({ code, stdout, stderr: '' })).toBe(alone);
  });
});
