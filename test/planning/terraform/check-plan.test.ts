import { describe as group, expect, test } from '@jest/globals';
import { describe } from '../../../src/planning/reasons/describe.js';
import type { Reason } from '../../../src/planning/reasons/reason.js';
import { changesToAccept } from '../../../src/planning/terraform/accepted-changes.js';
import { checkTerraformPlan, type WantedChange } from '../../../src/planning/terraform/check-plan.js';
import { writesOf } from '../../../src/planning/terraform/planned-changes.js';
import type { ResourceChange, TerraformPlan } from '../../../src/planning/terraform/terraform-json.js';
import {
  aChange,
  aPlan,
  nodeModule,
  omit,
  vmAddress,
  vmPlanned,
  vmReplaced,
  vmType,
  vmUnknown,
  vmValues,
} from './a-plan.js';

const wanted: WantedChange = {
  subject: 'k8s-work-1',
  purpose: 'machine',
  targets: [nodeModule],
  replaces: [{ address: vmAddress, type: vmType, id: '8004' }],
  creates: [],
};
const file = `${nodeModule}.proxmox_virtual_environment_file.patch`;
const fileType = 'proxmox_virtual_environment_file';

function refusals(plan: TerraformPlan, what: Partial<WantedChange> = {}): readonly Reason[] {
  const verdict = checkTerraformPlan(plan, { ...wanted, ...what });
  return verdict.ok ? [] : verdict.refusals;
}
const kinds = (plan: TerraformPlan, what: Partial<WantedChange> = {}): string[] =>
  refusals(plan, what).map(({ kind }) => kind);
/** The plan that is wanted, with something more. */
const withMore = (...more: ResourceChange[]): TerraformPlan => aPlan([vmReplaced(), ...more]);

group('the plan that is wanted', () => {
  test('replaces the machine and nothing else; what is only read or listed does not stop it', () => {
    const plan = aPlan(
      [
        vmReplaced(),
        { ...aChange('data.talos_image.this', 'talos_image', ['read']), mode: 'data' },
        aChange('module.worker_nodes["k8s-work-2"].x.y', 'x', ['no-op']),
      ],
      {
        resource_drift: [
          aChange('module.worker_nodes["k8s-work-2"].x.y', 'x', ['update'], {
            before: { a: 1 },
            after: { a: 2 },
          }),
        ],
        output_changes: { kubeconfig: { actions: ['update'] }, same: { actions: ['no-op'] } },
        deferred_changes: [
          { reason: 'absent_prereq', resource_change: aChange('x.elsewhere', 'x', ['create']) },
        ],
      },
    );
    expect(checkTerraformPlan(plan, wanted)).toEqual({
      ok: true,
      summary: {
        replaced: [vmAddress],
        created: [],
        changed: [],
        read: ['data.talos_image.this'],
        drifted: ['module.worker_nodes["k8s-work-2"].x.y'],
        deferred: ['x.elsewhere'],
        outputs: ['kubeconfig'],
      },
    });
  });

  test('creates the machine where it is gone, and only there', () => {
    const created = aPlan([aChange(vmAddress, vmType, ['create'], { after: vmPlanned() })]);
    const gone = { replaces: [], creates: [vmAddress] };
    expect(kinds(created, gone)).toEqual([]);
    expect(kinds(created)).toEqual(['terraform-not-replaced']);
    expect(kinds(aPlan([vmReplaced()]), gone)).toEqual(['terraform-action']);
    expect(kinds(aPlan([]), gone)).toEqual(['terraform-not-replaced']);
  });

  test('may let files and images come, go and be made first', () => {
    const node = { node_name: 'baldar', datastore_id: 'local' };
    const replaced = { before: { ...node, file_name: 'a' }, after: { ...node, file_name: 'b' } };
    const other = { before: { ...node }, after: { ...node, node_name: 'thor' } };
    for (const actions of [['create'], ['delete'], ['create', 'delete']])
      expect(kinds(withMore(aChange(file, fileType, actions, replaced)))).toEqual([]);
    expect(kinds(withMore(aChange(file, fileType, ['delete', 'create'], other)))).toEqual([
      'terraform-attribute',
    ]);
    expect(kinds(withMore(aChange(file, fileType, ['forget'])))).toEqual(['terraform-action']);
  });
});

group('an attribute of the machine', () => {
  const cards = vmPlanned()['network_device'] as Record<string, string>[];
  const first = cards[0] ?? {};
  const [system] = vmPlanned()['disk'] as object[];

  test.each<[string, Record<string, unknown>, string]>([
    [
      'CPU',
      { cpu: [{ cores: 8, sockets: 1, type: 'host', numa: false }] },
      'cpu[0].cores of VM would go from 16 to 8',
    ],
    [
      'memory',
      { memory: [{ dedicated: 16_384, floating: 0, shared: 0 }] },
      'memory[0].dedicated of VM would go from 32768 to 16384',
    ],
    ['a disk', { disk: [{ ...system, size: 32 }] }, 'disk[scsi0].size of VM would go from 64 to 32'],
    [
      'a data disk',
      { disk: [system] },
      'disk[scsi1] of VM would go from interface scsi1, datastore_id vms-ceph, size 200 to none',
    ],
    [
      'the storage pool',
      { disk: [{ ...system, datastore_id: 'local-lvm' }] },
      'disk[scsi0].datastore_id of VM would go from vms-ceph to local-lvm',
    ],
    [
      'the bridge',
      { network_device: [{ ...first, bridge: 'vmbr0' }, ...cards.slice(1)] },
      'network_device[0].bridge of VM would go from vmbr1 to vmbr0',
    ],
    [
      'a VLAN tag',
      { network_device: [first, { ...cards[1], vlan_id: 66 }, cards[2]] },
      'network_device[1].vlan_id of VM would go from 62 to 66',
    ],
    [
      'a network interface',
      { network_device: [first, cards[1]] },
      'network_device[2] of VM would go from bridge vmbr1, vlan_id 81 to none',
    ],
    [
      'the first MAC',
      { network_device: [{ ...first, mac_address: 'BC:24:11:AA:BB:CC' }, ...cards.slice(1)] },
      'network_device[0].mac_address of VM would go from BC:24:11:00:00:04 to BC:24:11:AA:BB:CC',
    ],
    ['the VM id', { vm_id: 8104 }, 'vm_id of VM would go from 8004 to 8104'],
    [
      'the PCI mapping',
      { hostpci: [{ device: 'hostpci0', mapping: 'heimdall-gpu', pcie: true }] },
      'hostpci[0].mapping of VM would go from thor-gpu to heimdall-gpu',
    ],
    ['the GPU', { hostpci: [] }, 'hostpci[0] of VM would go from mapping thor-gpu, device hostpci0 to none'],
    ['the host', { node_name: 'thor' }, 'node_name of VM would go from baldar to thor'],
  ])('%s is refused by name, old and new', (_name, after, sentence) => {
    const cardsUnknown = (after['network_device'] as object[] | undefined)?.map(() => ({}));
    const unknown = { ...vmUnknown, ...(cardsUnknown && { network_device: cardsUnknown }) };
    const plan = aPlan([vmReplaced(after as never, { after_unknown: unknown })]);
    const found = refusals(plan).map((reason) => describe(reason));
    expect(found).toContain(`${sentence.replace('VM', vmAddress)}, and the machine would not be the same`);
  });

  test('that is known after apply only is refused where it is guarded', () => {
    const unknown = { ...vmUnknown, vm_id: true, network_device: [{ mac_address: true }] };
    const after = omit(vmPlanned(), 'vm_id');
    const found = refusals(aPlan([vmReplaced({}, { after, after_unknown: unknown })]));
    expect(found.map((reason) => ('path' in reason ? `${reason.path} ${reason.to}` : reason.kind))).toEqual(
      expect.arrayContaining(['vm_id known after apply', 'network_device[0].mac_address known after apply']),
    );
  });

  test('is let through where the plan that names it was approved, and nothing else with it', () => {
    const more = { tags: ['talos', 'gpu'], description: 'another' };
    const found = refusals(aPlan([vmReplaced(more)]));
    const accepted = found.flatMap((reason) =>
      reason.kind === 'terraform-attribute' && reason.path === 'description' ? [reason] : [],
    );
    expect(accepted).toHaveLength(1);
    expect(refusals(aPlan([vmReplaced(more)]), { accepted })).toEqual(
      found.filter((reason) => !accepted.some((one) => one === reason)),
    );
    expect(kinds(aPlan([vmReplaced({ description: 'another' })]), { accepted })).toEqual([]);
  });

  test('may be approved where old and new are shown in full, and only there', () => {
    const plan = aPlan([vmReplaced({ description: 'x'.repeat(812), tags: ['talos', 'gpu'] })]);
    const found = refusals(plan).filter(({ kind }) => kind === 'terraform-attribute');
    expect(found.map((reason) => 'path' in reason && reason.path)).toEqual(['tags[1]', 'description']);
    expect(changesToAccept(found, [{ node: 'k8s-work-1', address: vmAddress }])).toEqual({
      'k8s-work-1': [{ address: vmAddress, path: 'tags[1]', from: 'worker', to: 'gpu' }],
    });
  });

  test('that is not named is refused as well, until the inventory names it', () => {
    const plan = aPlan([vmReplaced({ tags: ['talos', 'v1.12.6'] })]);
    expect(refusals(plan)).toMatchObject([
      {
        kind: 'terraform-attribute',
        path: 'tags[1]',
        from: 'worker',
        to: 'v1.12.6',
        guarded: false,
        type: vmType,
      },
    ]);
    expect(kinds(plan, { rules: { [vmType]: { mayChange: ['tags'] } } })).toEqual([]);
  });

  test('that is sensitive is refused without its value', () => {
    const change = { before_sensitive: { name: true }, after_sensitive: {} };
    const text = refusals(aPlan([vmReplaced({ name: 'geheim' }, change)]))
      .map((reason) => describe(reason))
      .join();
    expect(text).toContain('name of');
    expect(text).not.toMatch(/geheim|k8s-work-1 to/);
  });

  test('that was changed out of band is refused where it is guarded, and listed otherwise', () => {
    const drift = (after: Record<string, never>): TerraformPlan =>
      aPlan([vmReplaced()], {
        resource_drift: [
          aChange(vmAddress, vmType, ['update'], { before: vmValues(), after: vmValues(after) }),
        ],
      });
    expect(
      refusals(drift({ memory: [{ dedicated: 16_384, floating: 0, shared: 0 }] } as never)),
    ).toMatchObject([{ kind: 'terraform-drifted', path: 'memory[0].dedicated', from: '32768', to: '16384' }]);
    expect(kinds(drift({ started: false, tags: [] } as never))).toEqual([]);
  });
});

group('a plan that does something else', () => {
  const elsewhere = 'module.worker_nodes["k8s-work-2"].proxmox_virtual_environment_vm.this';

  test.each([
    [['create']],
    [['update']],
    [['delete']],
    [['delete', 'create']],
    [['create', 'delete']],
    [['forget']],
    [['create', 'forget']],
    [['something-new']],
  ])('outside of its targets is refused: %j', (actions) =>
    expect(kinds(withMore(aChange(elsewhere, vmType, actions)))).toEqual(['terraform-outside']),
  );

  test('outside of its targets, also an import or a move', () => {
    const still = aChange(elsewhere, vmType, ['no-op']);
    expect(kinds(withMore({ ...still, previous_address: 'x.y' }))).toEqual(['terraform-outside']);
    expect(kinds(withMore({ ...still, change: { ...still.change, importing: { id: '1' } } }))).toEqual([
      'terraform-outside',
    ]);
    expect(kinds(withMore({ ...still, previous_address: elsewhere }))).toEqual([]);
  });

  test('names the first few and counts them all', () => {
    const many = Array.from({ length: 7 }, (_, at) => aChange(`x.y[${at}]`, 'x', ['update']));
    expect(refusals(withMore(...many))).toMatchObject([
      { changes: Array.from({ length: 5 }, (_, at) => `x.y[${at}] (changed in place)`), count: 7 },
    ]);
  });

  test.each<[string, ResourceChange[], string[]]>([
    ['leaves the machine as it is', [aChange(vmAddress, vmType, ['no-op'])], ['terraform-not-replaced']],
    ['does not speak of it', [], ['terraform-not-replaced']],
    ['changes it in place', [aChange(vmAddress, vmType, ['update'])], ['terraform-not-replaced']],
    ['destroys it only', [aChange(vmAddress, vmType, ['delete'])], ['terraform-not-replaced']],
    [
      'makes the new one first',
      [{ ...vmReplaced(), change: { ...vmReplaced().change, actions: ['create', 'delete'] } }],
      ['terraform-wrong-order'],
    ],
    ['moves it', [{ ...vmReplaced(), previous_address: 'x.y' }], ['terraform-action']],
    ['imports it', [vmReplaced({}, { importing: { id: '8004' } })], ['terraform-action']],
    [
      'destroys what was left behind',
      [vmReplaced(), { ...aChange(vmAddress, vmType, ['delete']), deposed: '5c1f' }],
      ['terraform-deposed'],
    ],
    [
      'replaces another one',
      [vmReplaced({}, { before: vmValues({ id: '8104' }) })],
      ['terraform-id-changed'],
    ],
    [
      'makes one machine more',
      [vmReplaced(), aChange(`${nodeModule}.${vmType}.more`, vmType, ['create'])],
      ['terraform-action'],
    ],
    [
      'takes another one away',
      [vmReplaced(), aChange(`${nodeModule}.x.y`, 'x', ['delete'])],
      ['terraform-action'],
    ],
    [
      'changes a machine that is new already',
      [aChange(vmAddress, vmType, ['update'], { before: vmValues(), after: vmValues() }), vmReplaced()],
      ['terraform-not-replaced'],
    ],
  ])('%s', (_name, changes, expected) => expect(kinds(aPlan(changes))).toEqual(expected));

  test('and touches a machine that is not to be touched any more', () => {
    const update = aChange(vmAddress, vmType, ['update'], { before: vmValues(), after: vmValues() });
    expect(kinds(aPlan([update]), { replaces: [] })).toEqual(['terraform-action']);
    expect(kinds(aPlan([vmReplaced()]), { replaces: [] })).toEqual(['terraform-action']);
  });

  test.each<[string, Partial<TerraformPlan>, string]>([
    ['is of a format to come', { format_version: '2.0' }, 'terraform-format-unknown'],
    ['ended in an error', { errored: true }, 'terraform-plan-errored'],
    [
      'puts off what it should do',
      { deferred_changes: [{ reason: 'x', resource_change: vmReplaced() }] },
      'terraform-deferred',
    ],
    ['defers something unknown', { deferred_changes: [{}] }, 'terraform-deferred'],
    ['invokes actions', { action_invocations: [{ address: 'action.a.b' }] }, 'terraform-invokes'],
    [
      'finds the machine gone',
      { resource_drift: [aChange(vmAddress, vmType, ['delete'], { before: vmValues() })] },
      'terraform-drifted',
    ],
  ])('%s', (_name, more, expected) => expect(kinds(aPlan([vmReplaced()], more))).toEqual([expected]));

  test('is reported as what it would write', () => {
    expect(writesOf(withMore(aChange('x.y', 'x', ['no-op']), aChange('x.z', 'x', ['forget'])))).toEqual([
      { address: vmAddress, action: 'destroyed and created' },
      { address: 'x.z', action: 'forgotten by the state' },
    ]);
  });
});
