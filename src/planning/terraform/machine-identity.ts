import { covers } from './address.js';
import { definedInterfaces, type InterfacePaths, type DefinedInterface } from './defined-cards.js';
import type { Json, StateModule, StateResource, TerraformState } from './terraform-json.js';
import { valueAt } from './value-at.js';

/** The identity of a machine: values that Terraform created it with, or read back from it. */
export interface MachineIdentity {
  /** SMBIOS UUID, in lower case. */
  readonly uuid?: string;
  /** Of the first network interface, in lower case. */
  readonly mac?: string;
  /** Its network interfaces, where the state lists them. */
  readonly cards?: readonly DefinedInterface[];
}

/** Where a resource type holds the identity: attributes, as dotted paths with positions. */
export interface IdentityPaths {
  readonly uuid?: string | undefined;
  readonly mac?: string | undefined;
}

/** What slipway.yaml adds to the built-in tables for a resource type. */
export type AddedPaths = IdentityPaths & { readonly cards?: InterfacePaths | undefined };

/**
 * bpg/proxmox computes no UUID: its state has one where the configuration has an `smbios` block. The lab's `terraform_data` gives its own
 * id to the machine.
 */
const builtIn: Readonly<Record<string, IdentityPaths>> = {
  proxmox_virtual_environment_vm: { uuid: 'smbios[0].uuid', mac: 'network_device[0].mac_address' },
  terraform_data: { uuid: 'id', mac: 'input.nics[0].mac' },
};

/**
 * The identity of the machine at an address of the state; empty when the state holds none there.
 *
 * @param added `terraform.resources` of slipway.yaml.
 */
export function machineIdentity(
  state: TerraformState,
  address: string,
  added: Readonly<Record<string, AddedPaths>> = {},
): MachineIdentity {
  for (const resource of resourcesOf(state.values?.root_module)) {
    const { type, mode, values, deposed_key: deposed } = resource;
    if (mode !== 'managed' || deposed !== undefined || !covers(address, resource.address)) continue;
    const paths = { ...builtIn[type], ...defined(added[type]) };
    const uuid = textAt(values ?? {}, paths.uuid);
    const mac = textAt(values ?? {}, paths.mac);
    if (uuid === undefined && mac === undefined) continue;
    const cards = definedInterfaces(type, values ?? {}, added[type]?.cards);
    return {
      ...(uuid === undefined ? {} : { uuid }),
      ...(mac === undefined ? {} : { mac }),
      ...(cards === undefined ? {} : { cards }),
    };
  }
  return {};
}

/** The differing identity of another machine, as far as both sides know it; undefined: no difference. */
export function otherMachine(
  expected: MachineIdentity,
  found: { readonly uuid?: string | undefined; readonly macs?: readonly string[] | undefined },
): { readonly what: 'system UUID' | 'MAC'; readonly expected: string; readonly found: string } | undefined {
  const uuid = found.uuid?.toLowerCase();
  if (expected.uuid !== undefined && uuid !== undefined && uuid !== expected.uuid)
    return { what: 'system UUID', expected: expected.uuid, found: uuid };
  const macs = found.macs?.map((mac) => mac.toLowerCase());
  // The guest orders network interfaces on its own; only the hypervisor knows which is the first.
  if (expected.mac !== undefined && macs !== undefined && !macs.includes(expected.mac))
    return { what: 'MAC', expected: expected.mac, found: macs.join(', ') || 'none' };
  return undefined;
}

function defined(paths: IdentityPaths | undefined): IdentityPaths {
  return {
    ...(paths?.uuid === undefined ? {} : { uuid: paths.uuid }),
    ...(paths?.mac === undefined ? {} : { mac: paths.mac }),
  };
}

function textAt(values: Json, path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  const found = valueAt(values, path);
  return typeof found === 'string' && found !== '' ? found.toLowerCase() : undefined;
}

function resourcesOf(module: StateModule | undefined): StateResource[] {
  if (!module) return [];
  return [...(module.resources ?? []), ...(module.child_modules ?? []).flatMap((one) => resourcesOf(one))];
}
