import { type AttributePath, fit } from './attribute-paths.js';
import type { Reading } from './attribute-changes.js';

/** What may happen to the attributes of one resource type when its machine is replaced. Patterns are those of `fit`. */
export interface ResourceRules extends Reading {
  /** May change to anything: the attributes of an upgrade, and what the provider computes. */
  readonly mayChange: readonly string[];
  /** May be left to the provider: known after apply only. A known other value is refused. */
  readonly mayBeUnknown?: readonly string[];
  /** The machine would not be the same; also checked for drift. */
  readonly guarded: readonly string[];
  /** The new one has the id of the old one, so the id does not distinguish them. Left out: it may. */
  readonly reusesId?: boolean;
  /** Whether it is the machine itself, which is never changed in place. False: it never is; left out: it may be. */
  readonly machine?: boolean;
  /** Files and images: may also come and go, and the new one may be created first. */
  readonly disposable?: boolean;
}

/** What an inventory adds: `terraform.resources`. */
export type AddedRules = Readonly<
  Record<string, { readonly mayChange?: readonly string[]; readonly guarded?: readonly string[] }>
>;

/** Verdict on one attribute. */
export type AttributeRule = 'may-change' | 'guarded' | 'not-named';

/**
 * The rule for one attribute. The most specific pattern decides; `guarded` wins a tie. An attribute without a pattern is `not-named`, and
 * refused like a guarded one.
 */
export function ruleFor(rules: ResourceRules, path: AttributePath, unknown: boolean): AttributeRule {
  const best = (patterns: readonly string[] = []): number =>
    Math.max(0, ...patterns.map((pattern) => fit(pattern, path)));
  const guarded = best(rules.guarded);
  const may = Math.max(best(rules.mayChange), unknown ? best(rules.mayBeUnknown) : 0);
  if (may > guarded) return 'may-change';
  return guarded > 0 ? 'guarded' : 'not-named';
}

/** The rules of a type, with what the inventory adds and what only a template may change. */
export function rulesOf(
  type: string,
  purpose: 'machine' | 'template',
  added: AddedRules = {},
): ResourceRules {
  const own = added[type];
  const rules = builtIn[type] ?? { mayChange: ['id'], guarded: [] };
  const ofTemplate = purpose === 'template' ? templates[type] : undefined;
  return {
    ...rules,
    mayChange: [...rules.mayChange, ...(ofTemplate ?? []), ...(own?.mayChange ?? [])],
    guarded: [...rules.guarded.filter((pattern) => !ofTemplate?.includes(pattern)), ...(own?.guarded ?? [])],
  };
}

/** A template's name often carries its version; the name of a machine is that of its node. */
const templates: Readonly<Record<string, readonly string[]>> = {
  proxmox_virtual_environment_vm: ['name', 'description', 'tags'],
  terraform_data: ['input.name'],
};

/** A file at the hypervisor: another version of it may exist beside it, or replace it, on the same host and storage. */
const imageFile: ResourceRules = {
  mayChange: ['id', 'url', 'file_name', 'size', 'checksum', 'source_file', 'source_raw', 'file_tag'],
  mayBeUnknown: ['file_size', 'file_modification_date', 'content_type'],
  guarded: ['node_name', 'datastore_id'],
  reusesId: true,
  disposable: true,
};

/**
 * Attributes by resource type. bpg/proxmox 0.66 to 0.111 (docs/resources/virtual_environment_vm.md of
 * github.com/bpg/terraform-provider-proxmox, and which of them its schema computes), Terraform's own `terraform_data`, and
 * siderolabs/talos.
 */
const builtIn: Readonly<Record<string, ResourceRules>> = {
  proxmox_virtual_environment_vm: {
    mayChange: [
      'id',
      'clone.vm_id',
      'disk.file_id',
      'disk.import_from',
      'cdrom.file_id',
      'initialization.user_data_file_id',
      'initialization.meta_data_file_id',
      'initialization.network_data_file_id',
      'initialization.vendor_data_file_id',
      'ipv4_addresses',
      'ipv6_addresses',
      'network_interface_names',
      'mac_addresses',
      // The network identifies the node by the MAC of its first network interface alone.
      'network_device[1+].mac_address',
    ],
    mayBeUnknown: [
      'boot_order',
      'cpu.units',
      'disk.file_format',
      'disk.path_in_datastore',
      'efi_disk.file_format',
      'hotplug',
      'initialization.file_format',
      'initialization.interface',
      'initialization.type',
      'initialization.upgrade',
      'rng.max_bytes',
      'rng.period',
      'smbios.uuid',
      'vga',
      'watchdog.model',
    ],
    guarded: [
      'vm_id',
      'node_name',
      'name',
      'cpu',
      'memory',
      'numa',
      'disk',
      'efi_disk',
      'tpm_state',
      'scsi_hardware',
      'network_device',
      'hostpci',
      'usb',
      'virtiofs',
      'bios',
      'machine',
      'pool_id',
      'clone',
      'template',
      'initialization',
    ],
    keyed: { disk: 'interface' },
    reusesId: true,
    machine: true,
  },
  proxmox_virtual_environment_download_file: imageFile,
  proxmox_download_file: imageFile,
  proxmox_virtual_environment_file: imageFile,
  terraform_data: {
    mayChange: [
      'id',
      // `output` repeats `input`.
      'output',
      'triggers_replace',
      'input.template',
      'input.template_id',
      'input.template_uuid',
      'input.image',
      'input.talos_version',
      'input.kubernetes_version',
      'input.schematic',
      'input.user_data_file',
      'input.nics[1+].mac',
    ],
    guarded: [
      'input.vmid',
      'input.name',
      'input.host',
      'input.cpu',
      'input.memory_mb',
      'input.disk_gb',
      'input.disks',
      'input.pool',
      'input.bridge',
      'input.nics',
      'input.pci',
    ],
    json: ['input', 'output', 'triggers_replace'],
    reusesId: false,
  },
  null_resource: { mayChange: ['id', 'triggers'], guarded: [], reusesId: false, machine: false },
  time_sleep: { mayChange: ['id', 'triggers'], guarded: [], machine: false },
  talos_machine_configuration_apply: {
    mayChange: ['id', 'machine_configuration', 'machine_configuration_input', 'config_patches'],
    mayBeUnknown: ['machine_configuration_hash', 'resolved_apply_mode'],
    guarded: ['node', 'endpoint'],
    machine: false,
  },
};
