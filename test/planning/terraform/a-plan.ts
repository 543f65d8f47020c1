import type {
  Json,
  ResourceChange,
  StateResource,
  TerraformPlan,
  TerraformState,
} from '../../../src/planning/terraform/terraform-json.js';

export const vmType = 'proxmox_virtual_environment_vm';
export const nodeModule = 'module.worker_nodes["k8s-work-1"]';
export const vmAddress = `${nodeModule}.${vmType}.this`;

type Values = Record<string, Json>;

/** A worker as bpg/proxmox 0.67 has it in the state: three network interfaces, a data disk, a GPU. */
export function vmValues(changes: Values = {}): Values {
  return {
    id: '8004',
    vm_id: 8004,
    name: 'k8s-work-1',
    node_name: 'baldar',
    bios: 'ovmf',
    machine: 'q35',
    on_boot: true,
    started: true,
    template: null,
    tags: ['talos', 'worker'],
    pool_id: null,
    boot_order: ['scsi0'],
    scsi_hardware: 'virtio-scsi-single',
    clone: [{ vm_id: 9001, node_name: '', datastore_id: 'vms-ceph', full: true, retries: 1 }],
    cpu: [{ cores: 16, sockets: 1, type: 'host', units: 1024, numa: false, flags: [] }],
    memory: [{ dedicated: 32_768, floating: 0, shared: 0 }],
    disk: [
      { interface: 'scsi0', datastore_id: 'vms-ceph', size: 64, file_id: '', file_format: 'raw', ssd: true },
      { interface: 'scsi1', datastore_id: 'vms-ceph', size: 200, file_id: '', file_format: 'raw', ssd: true },
    ],
    efi_disk: [{ datastore_id: 'vms-ceph', file_format: 'raw', type: '4m', pre_enrolled_keys: false }],
    network_device: [
      { bridge: 'vmbr1', mac_address: 'BC:24:11:00:00:04', model: 'virtio', vlan_id: 0 },
      { bridge: 'vmbr1', mac_address: 'BC:24:11:00:01:04', model: 'virtio', vlan_id: 62 },
      { bridge: 'vmbr1', mac_address: 'BC:24:11:00:02:04', model: 'virtio', vlan_id: 81 },
    ],
    hostpci: [{ device: 'hostpci0', mapping: 'thor-gpu', pcie: true }],
    initialization: [{ datastore_id: 'vms-ceph', user_data_file_id: 'local:snippets/a.yaml', upgrade: null }],
    ipv4_addresses: [['127.0.0.1'], ['10.20.67.4']],
    mac_addresses: ['BC:24:11:00:00:04'],
    network_interface_names: ['lo', 'eth0'],
    ...changes,
  };
}

/** What the provider fills in automatically, as a plan that replaces the VM shows it. */
export const vmUnknown: Values = {
  id: true,
  boot_order: true,
  cpu: [{ units: true }],
  disk: [{ file_format: true }, { file_format: true }],
  efi_disk: [{ file_format: true }],
  network_device: [{}, { mac_address: true }, { mac_address: true }],
  initialization: [{ upgrade: true }],
  ipv4_addresses: true,
  mac_addresses: true,
  network_interface_names: true,
};

/** The configured values of a VM whose other ones are known after apply. */
export function vmPlanned(changes: Values = {}): Values {
  const values = vmValues();
  const cards = values['network_device'] as Values[];
  const first = cards[0] ?? {};
  const others = cards.slice(1).map((card) => omit(card, 'mac_address'));
  const configured = omit(
    values,
    'id',
    'boot_order',
    'ipv4_addresses',
    'mac_addresses',
    'network_interface_names',
  );
  return { ...configured, network_device: [first, ...others], ...changes };
}

/** Some values left out. */
export function omit(values: Values, ...names: readonly string[]): Values {
  return Object.fromEntries(Object.entries(values).filter(([name]) => !names.includes(name)));
}

/** The VM destroyed and created, as `-replace` plans it. */
export function vmReplaced(after: Values = {}, more: Partial<ResourceChange['change']> = {}): ResourceChange {
  return aChange(vmAddress, vmType, ['delete', 'create'], {
    before: vmValues(),
    after: vmPlanned({
      clone: [{ vm_id: 9002, node_name: '', datastore_id: 'vms-ceph', full: true, retries: 1 }],
      ...after,
    }),
    after_unknown: vmUnknown,
    ...more,
  });
}

export function aChange(
  address: string,
  type: string,
  actions: readonly string[],
  change: Partial<ResourceChange['change']> = {},
): ResourceChange {
  return { address, type, mode: 'managed', change: { actions, before: null, after: null, ...change } };
}

export function aPlan(changes: readonly ResourceChange[], more: Partial<TerraformPlan> = {}): TerraformPlan {
  return {
    format_version: '1.2',
    terraform_version: '1.11.4',
    resource_changes: changes,
    applyable: true,
    complete: false,
    errored: false,
    ...more,
  };
}

export function aResource(address: string, type: string, more: Partial<StateResource> = {}): StateResource {
  return { address, mode: 'managed', type, name: 'this', values: { id: '8004' }, ...more };
}

/** A state with its resources in one child module: where they stand does not matter, their addresses do. */
export function aState(...resources: StateResource[]): TerraformState {
  return {
    format_version: '1.0',
    terraform_version: '1.11.4',
    values: { root_module: { resources: [], child_modules: [{ address: 'module.any', resources }] } },
  };
}
