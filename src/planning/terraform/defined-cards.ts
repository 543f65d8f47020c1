import type { Json } from './terraform-json.js';
import { valueAt } from './value-at.js';

/** A network interface of a machine in Terraform's state. Fields that the state lacks are left out. */
export interface DefinedInterface {
  readonly vlan?: 'untagged' | number;
  readonly bridge?: string;
}

/** Where a type of machine holds its network interfaces: a list, and the fields of each, as dotted paths. */
export interface InterfacePaths {
  readonly list: string;
  readonly vlan?: string | undefined;
  readonly bridge?: string | undefined;
}

/**
 * bpg/proxmox reads the network interfaces back from the hypervisor (docs/resources/virtual_environment_vm.md, `network_device`); there 0
 * means no tag. The lab's `terraform_data` holds what was requested.
 */
const builtIn: Readonly<Record<string, InterfacePaths>> = {
  proxmox_virtual_environment_vm: { list: 'network_device', vlan: 'vlan_id', bridge: 'bridge' },
  terraform_data: { list: 'input.nics', vlan: 'vlan' },
};

/**
 * The network interfaces in the attributes of a resource, in their order; undefined where it lists none.
 *
 * @param added what `terraform.resources` of slipway.yaml says of the type.
 */
export function definedInterfaces(
  type: string,
  values: Readonly<Record<string, Json>>,
  added?: InterfacePaths,
): readonly DefinedInterface[] | undefined {
  const paths = added ?? builtIn[type];
  const list = paths && valueAt(values, paths.list);
  if (!paths || !Array.isArray(list)) return undefined;
  return (list as readonly Json[]).map((item) => {
    const bridge = paths.bridge === undefined ? undefined : valueAt(item, paths.bridge);
    return {
      ...(paths.vlan === undefined ? {} : tagOf(valueAt(item, paths.vlan))),
      ...(typeof bridge === 'string' && bridge !== '' ? { bridge } : {}),
    };
  });
}

/** A list whose values share one type may hold its tags as strings. */
function tagOf(value: Json | undefined): Pick<DefinedInterface, 'vlan'> {
  if (value === undefined || value === null || value === '' || value === 'untagged')
    return { vlan: 'untagged' };
  const tag = Number(value);
  if (tag === 0) return { vlan: 'untagged' };
  return Number.isInteger(tag) ? { vlan: tag } : {};
}
