import { schematicOf, type ClusterDefinition } from '../clusters/cluster-definition.js';
import { macOf, vmidOf } from './cluster-values.js';

/** A node of the configuration `image-by-node`, by its name. */
export interface ImageNodeValue {
  readonly vm_id: number;
  readonly host: string;
  readonly image_id: number;
  readonly schematic_id: string;
  readonly is_controlplane: boolean;
  readonly ip_address: string;
  readonly mac_address: string;
  readonly user_data_file?: string;
}

const FIRST_IMAGE = 9000;

/** `cluster.auto.tfvars.json` where each node has its own image: images from 9000, in the definition's order. */
export function imageByNodeValues(
  definition: ClusterDefinition,
  userData: Readonly<Record<string, string>> = {},
): { readonly nodes: Readonly<Record<string, ImageNodeValue>> } {
  const nodes = definition.machines.map((machine, index): [string, ImageNodeValue] => {
    const { name, role, host, address } = machine;
    const vmid = vmidOf(machine, index);
    const file = userData[name];
    const value = {
      vm_id: vmid,
      host,
      image_id: FIRST_IMAGE + index,
      schematic_id: schematicOf(definition, machine).id,
      is_controlplane: role === 'control-plane',
      ip_address: address,
      mac_address: macOf(vmid),
      ...(file === undefined ? {} : { user_data_file: file }),
    };
    return [name, value];
  });
  return { nodes: Object.fromEntries(nodes) };
}
