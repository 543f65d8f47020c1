import { describe, expect, test } from '@jest/globals';
import {
  instancesOf,
  instancesOfNodes,
  recordInstances,
  replacedOf,
} from '../../../src/planning/terraform/state-instances.js';
import { stateRefusals } from '../../../src/planning/terraform/state-refusals.js';
import { aResource, aState, nodeModule, vmAddress, vmType } from './a-plan.js';

const other = 'module.worker_nodes["k8s-work-2"].proxmox_virtual_environment_vm.this';
const snippet = `${nodeModule}.proxmox_virtual_environment_file.patch[0]`;
const state = aState(
  aResource(vmAddress, vmType),
  aResource(snippet, 'proxmox_virtual_environment_file', {
    name: 'patch',
    values: { id: 'local:snippets/a' },
  }),
  aResource(other, vmType, { values: { id: 8005 } }),
  aResource(`${nodeModule}.data.talos_image.this`, 'talos_image', { mode: 'data' }),
);
const node = (name: string, address = `module.worker_nodes["${name}"]`, answers = true) => ({
  node: name,
  address,
  answers,
});

describe('the managed instances of an address', () => {
  test('are those of the module, without data sources', () => {
    expect(instancesOf(state, nodeModule).map(({ address, id }) => [address, id])).toEqual([
      [vmAddress, '8004'],
      [snippet, 'local:snippets/a'],
    ]);
  });

  test('say what is tainted and what was left behind', () => {
    const broken = aState(
      aResource(vmAddress, vmType, { tainted: true }),
      aResource(vmAddress, vmType, { deposed_key: '5c1f9a04', values: { id: '1' } }),
      aResource(other, vmType, { deposed_key: 'aa' }),
    );
    expect(instancesOf(broken, 'module.worker_nodes')).toEqual([
      { address: vmAddress, type: vmType, id: '8004', tainted: true, deposed: ['5c1f9a04'] },
      { address: other, type: vmType, id: undefined, tainted: false, deposed: ['aa'] },
    ]);
  });

  test('are none in an empty state', () => {
    expect(instancesOf({ format_version: '1.0' }, nodeModule)).toEqual([]);
  });

  test('are all replaced, but what is kept by type or by name', () => {
    const instances = instancesOf(state, nodeModule);
    expect(replacedOf(instances)).toHaveLength(2);
    expect(replacedOf(instances, ['proxmox_virtual_environment_file'])).toHaveLength(1);
    expect(replacedOf(instances, ['proxmox_virtual_environment_file.patch'])).toHaveLength(1);
    expect(replacedOf(instances, ['proxmox_virtual_environment_file.other'])).toHaveLength(2);
  });
});

describe('the instances of nodes', () => {
  test('are found node by node', () => {
    const { found, refusals } = instancesOfNodes(state, [node('k8s-work-1'), node('k8s-work-2')]);
    expect(refusals).toEqual([]);
    expect(found.get('k8s-work-1')).toHaveLength(2);
    expect(found.get('k8s-work-2')?.[0]?.id).toBe('8005');
  });

  test('of an address without the key are those of several nodes: refused once', () => {
    const nodes = ['k8s-work-1', 'k8s-work-2'].map((name) => node(name, 'module.worker_nodes'));
    expect(instancesOfNodes(state, nodes).refusals).toEqual([
      {
        kind: 'terraform-address-too-wide',
        address: 'module.worker_nodes',
        instance: vmAddress,
        nodes: ['k8s-work-1', 'k8s-work-2'],
      },
    ]);
  });

  test('of a node that answers and is not there would be made twice', () => {
    const address = 'module.worker_nodes["k8s-work-9"]';
    expect(instancesOfNodes(state, [node('k8s-work-9')]).refusals).toEqual([
      { kind: 'terraform-state-lacks-node', node: 'k8s-work-9', address },
    ]);
    expect(instancesOfNodes(state, [node('k8s-work-9', address, false)]).refusals).toEqual([
      {
        kind: 'terraform-address-empty',
        name: 'k8s-work-9',
        address,
        near: [vmAddress, snippet, other],
      },
    ]);
  });

  test('of an empty state are one refusal, not one a node', () => {
    const nodes = [node('k8s-work-1'), node('k8s-work-2'), node('k8s-work-3', undefined, false)];
    expect(instancesOfNodes({}, nodes).refusals).toEqual([{ kind: 'terraform-state-empty', answering: 2 }]);
  });
});

describe('what is recorded', () => {
  test('is the address and the id, and whether it was tainted already', () => {
    const tainted = aState(aResource(vmAddress, vmType, { tainted: true }));
    expect(recordInstances(instancesOf(tainted, nodeModule))).toEqual({
      ok: true,
      recorded: [{ address: vmAddress, type: vmType, id: '8004', tainted: true }],
    });
  });

  test.each([[{}], [{ id: null }], [{ id: '' }]])('is nothing without an id: %j', (values) => {
    const without = aState(aResource(vmAddress, vmType, { values }));
    expect(recordInstances(instancesOf(without, nodeModule))).toEqual({
      ok: false,
      reason: { kind: 'terraform-id-missing', address: vmAddress },
    });
  });
});

describe('a state', () => {
  const header = { lineage: 'a', serial: 41 };
  const shown = { terraform_version: '1.11.4' };
  const program = '1.11.4';

  test.each([
    ['that is the recorded one', { program, recorded: { lineage: 'a', serial: 41 } }, []],
    ['whose serial is not checked', { program, recorded: { lineage: 'a' } }, []],
    ['pinned to its own version', { program, pin: '1.11.4' }, []],
    ['pinned to a range', { program, pin: '^1.9.8' }, []],
    ['pinned to what is no version', { program, pin: 'newest' }, []],
    [
      'of another lineage',
      { program, recorded: { lineage: 'b', serial: 7 } },
      [{ kind: 'terraform-state-other', expected: 'b', found: 'a' }],
    ],
    [
      'written since',
      { program, recorded: { lineage: 'a', serial: 40 } },
      [{ kind: 'terraform-state-moved', expected: 40, found: 41 }],
    ],
    [
      'put back',
      { program, recorded: { lineage: 'a', serial: 42 } },
      [{ kind: 'terraform-state-moved', expected: 42, found: 41 }],
    ],
    [
      'newer than the pin',
      { program: '1.9.8', pin: '1.9.8' },
      [{ kind: 'terraform-too-new', what: 'state', version: '1.11.4', pin: '1.9.8' }],
    ],
    [
      'newer than the program, without a pin',
      { program: '1.9.8' },
      [{ kind: 'terraform-too-new', what: 'state', version: '1.11.4', pin: '1.9.8' }],
    ],
    [
      'that a program above the pin would write',
      { program: '1.12.0', pin: '~1.11.0' },
      [{ kind: 'terraform-too-new', what: 'program', version: '1.12.0', pin: '~1.11.0' }],
    ],
  ])('%s', (_name, expectations, refusals) =>
    expect(stateRefusals(header, shown, expectations)).toEqual(refusals),
  );

  test('that does not show who wrote it, since it is empty', () =>
    expect(stateRefusals(header, {}, { program: '1.9.8', pin: '1.9.8' })).toEqual([]));
});
