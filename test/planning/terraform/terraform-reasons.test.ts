import { describe as group, expect, test } from '@jest/globals';
import { advise } from '../../../src/planning/reasons/advise.js';
import { describe } from '../../../src/planning/reasons/describe.js';
import { allReasons } from '../../../src/planning/reasons/all-reasons.js';
import type { Reason } from '../../../src/planning/reasons/reason.js';
import { everyTerraformReason as every } from './every-terraform-reason.js';

const vm = 'module.worker_nodes["k8s-work-1"].proxmox_virtual_environment_vm.this';

group('the sentence of a reason from Terraform', () => {
  test.each<[Reason, string]>([
    [
      every['terraform-attribute'],
      `memory[0].dedicated of ${vm} would go from 32768 to 16384, and the machine would not be the same`,
    ],
    [
      { ...every['terraform-attribute'], guarded: false, path: 'tags', from: 'none', to: 'a list of 2' },
      `tags of ${vm} would go from none to a list of 2, and nothing says that it may change`,
    ],
    [
      every['terraform-outside'],
      'the plan for k8s-work-1 would also touch what is none of its business: ' +
        'module.templates["thor-worker"].proxmox_virtual_environment_vm.this (destroyed and created) and 2 more',
    ],
    [
      every['terraform-state-empty'],
      'the Terraform state is empty, and 15 nodes of the cluster answer: Terraform would make every machine a second time',
    ],
    [
      { kind: 'terraform-state-empty', answering: 1 },
      'the Terraform state is empty, and 1 node of the cluster answers: Terraform would make every machine a second time',
    ],
    [
      every['terraform-state-moved'],
      'the Terraform state has serial 43, and it had 41: somebody wrote it meanwhile',
    ],
    [
      { ...every['terraform-state-moved'], found: 40 },
      'the Terraform state has serial 40, and it had 41: somebody put an older one back',
    ],
    [
      every['terraform-too-new'],
      'the Terraform state was written by version 1.11.4, and slipway.yaml allows 1.9.8: an older program cannot read it',
    ],
    [
      { ...every['terraform-too-new'], what: 'program' },
      'the program at hand is version 1.11.4, and slipway.yaml allows 1.9.8: no older program could read the state afterwards',
    ],
    [
      { ...every['terraform-address-empty'], near: [] },
      'Terraform manages nothing at module.worker_nodes["k8s-work-1"], where k8s-work-1 should be',
    ],
    [
      every['terraform-address-too-wide'],
      `the Terraform address module.worker_nodes is that of 2 nodes, k8s-work-1 and k8s-work-2: replacing ${vm} would replace them all`,
    ],
    [
      every['terraform-drifted'],
      `somebody changed network_device[1].vlan_id of ${vm} from 62 to 81 since Terraform wrote its state`,
    ],
    [
      every['terraform-not-replaced'],
      `${vm} is to be destroyed and created, and the plan says: changed in place`,
    ],
    [
      every['terraform-locked'],
      'the Terraform state is locked by ops@baldar (apply, lock 0ae5b0d5-9b3f-2c0e-1df1-6a6b1f3a9a10) since 2026-11-21 14:32 UTC: no process that Slipway started took it',
    ],
    [
      { ...every['terraform-locked'], who: undefined, since: undefined, operation: undefined },
      'the Terraform state is locked by somebody the backend does not name (lock 0ae5b0d5-9b3f-2c0e-1df1-6a6b1f3a9a10): no process that Slipway started took it',
    ],
    [
      every['terraform-apply-failed'],
      `terraform did not carry the plan out to its end: ${vm}: error waiting for VM 8004: timeout; and 2 more`,
    ],
    [every['terraform-plan-failed'], 'tofu could not make a plan: Reference to undeclared resource'],
  ])('%j', (reason, sentence) => expect(describe(reason)).toBe(sentence));
});

group('the advice', () => {
  const context = { cluster: 'prox-ops', run: 42 };

  test('quotes an address for a shell', () => {
    expect(advise(every['terraform-incomplete'], context)).toContain(
      `terraform untaint '${vm}'  # only if the machine is whole`,
    );
    const odd: Reason = { kind: 'terraform-id-missing', address: `module.a["it's"].b.c` };
    expect(advise(odd, context)[0]).toContain(`state show 'module.a["it'\\''s"].b.c'`);
  });

  test('for an attribute says what to write where it may change', () => {
    expect(advise(every['terraform-attribute'], context).join('\n')).toContain(
      "terraform.resources: { proxmox_virtual_environment_vm: { mayChange: ['memory[0].dedicated'] } }",
    );
  });

  test('for a lock lists force-unlock only where it has an id', () => {
    expect(advise(every['terraform-locked'], context)[0]).toMatch(
      /^terraform force-unlock '0ae5b0d5-.*'  # ONLY/,
    );
    const ours: Reason = { ...every['terraform-locked'], id: undefined };
    expect(advise(ours, context).join('\n')).not.toContain('force-unlock');
  });

  test.each([
    'terraform-incomplete',
    'terraform-machine-unrecorded',
    'terraform-unclear',
    'terraform-apply-failed',
    'terraform-state-unwritten',
  ] as const)('%s halts, and says how to go on', (kind) => {
    expect(allReasons[kind].failure).toMatchObject({ after: 'halt', retry: false });
    expect(advise(every[kind], context).some((line) => line.startsWith('slipway release'))).toBe(true);
  });
});
