import type { ClusterDefinition, ClusterMachine } from '../clusters/cluster-definition.js';

type Role = ClusterMachine['role'];

/** A template of the configuration, by `<host>-<role>`. */
export interface TemplateValue {
  readonly template_id: number;
  readonly host: string;
  readonly role: Role;
}

/** A node of the configuration, by its name. */
export interface NodeValue {
  readonly vm_id: number;
  readonly host: string;
  readonly template_id: number;
  readonly ip_address: string;
  /** MAC of the first interface. */
  readonly mac_address: string;
  /** VLAN tags of the further interfaces, in their order. */
  readonly vlans: readonly number[];
  readonly gpu_mapping?: string;
  readonly user_data_file?: string;
}

/** `cluster.auto.tfvars.json` of `templates-by-role`: the values of `variables.tf` that describe the cluster. */
export interface ClusterValues {
  readonly templates: Readonly<Record<string, TemplateValue>>;
  readonly control_nodes: Readonly<Record<string, NodeValue>>;
  readonly worker_nodes: Readonly<Record<string, NodeValue>>;
}

const FIRST_TEMPLATE = 9000;
const FIRST_VM = 8001;
const ROLES: readonly Role[] = ['control-plane', 'worker'];

/** Tags of the further interfaces: workers are in the networks of IoT and DMZ. */
const VLANS: Readonly<Record<Role, readonly number[]>> = { 'control-plane': [], worker: [62, 81] };

/**
 * A lab's cluster on a hypervisor: ids as prox-ops has them, VMs as its inventory declares or from 8001 in the definition's order,
 * templates from 9000 by host, control planes first. `userData`: machine configurations by node, as files.
 *
 * @throws when a machine has its own schematic: templates are made by role
 */
export function clusterValues(
  definition: Pick<ClusterDefinition, 'cluster' | 'machines'>,
  userData: Readonly<Record<string, string>> = {},
): ClusterValues {
  const hosts = [...new Set(definition.machines.map(({ host }) => host))].toSorted();
  const templateId = (host: string, role: Role): number =>
    FIRST_TEMPLATE + hosts.indexOf(host) * ROLES.length + ROLES.indexOf(role);
  const nodes = definition.machines.map((machine, index): [ClusterMachine, NodeValue] => {
    const { name, role, host, address, schematic, gpu } = machine;
    if (schematic)
      throw new Error(
        `${definition.cluster}: ${name} has a schematic of its own, and templates are made by role.`,
      );
    const file = userData[name];
    const vmid = vmidOf(machine, index);
    const value = {
      vm_id: vmid,
      host,
      template_id: templateId(host, role),
      ip_address: address,
      mac_address: macOf(vmid),
      vlans: VLANS[role],
      ...(gpu ? { gpu_mapping: `${host}-gpu` } : {}),
      ...(file === undefined ? {} : { user_data_file: file }),
    };
    return [machine, value];
  });
  const ofRole = (wanted: Role): Record<string, NodeValue> =>
    Object.fromEntries(nodes.flatMap(([{ name, role }, value]) => (role === wanted ? [[name, value]] : [])));
  const templates = hosts.flatMap((host) =>
    ROLES.map((role): [string, TemplateValue] => [
      `${host}-${role}`,
      { template_id: templateId(host, role), host, role },
    ]),
  );
  return {
    templates: Object.fromEntries(templates),
    control_nodes: ofRole('control-plane'),
    worker_nodes: ofRole('worker'),
  };
}

/** The id in its inventory; else counted from 8001. */
export function vmidOf({ vm }: Pick<ClusterMachine, 'vm'>, index: number): number {
  return vm ?? FIRST_VM + index;
}

/** The MAC that DHCP knows a VM by. */
export function macOf(vmid: number): string {
  const hex = vmid.toString(16).padStart(4, '0');
  return `bc:24:11:00:${hex.slice(0, 2)}:${hex.slice(2)}`;
}
