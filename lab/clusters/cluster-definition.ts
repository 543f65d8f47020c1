/** What a machine is made of: an Image Factory schematic. */
export interface MachineSchematic {
  readonly id: string;
  /** `siderolabs/qemu-guest-agent` */
  readonly extensions: readonly string[];
}

/** A machine of a simulated cluster, as its inventory knows it. */
export interface ClusterMachine {
  readonly name: string;
  readonly role: 'control-plane' | 'worker';
  /** True address; a lab whose loopback is 127.77 puts 10.20.67.4 at 127.77.67.4. */
  readonly address: string;
  /** The hypervisor's host it runs on. */
  readonly host: string;
  /** Id of its virtual machine, where its inventory says one. */
  readonly vm?: number;
  /** Where it is not that of its role. */
  readonly schematic?: MachineSchematic;
  readonly gpu?: { readonly resource: string; readonly count: number };
  /** Where it is not as large as others of its role. Kubernetes' quantities: `4`, `27Gi`. */
  readonly size?: { readonly cpu: string; readonly memory: string };
}

/**
 * How the Terraform configuration of a cluster is written, where that is not as in `lab/terraform`. `image-by-node`: each node's
 * module has an image of its own, for the node's own schematic, and brings the machine configuration along. The others are those of
 * `templates-by-role`: nodes depend on all templates; VMs follow no version.
 */
export interface TerraformShape {
  readonly layout?: 'templates-by-role' | 'image-by-node';
  readonly nodesDependOnTemplates?: true;
  readonly vmsKeepTheirVersion?: true;
}

/** A cluster the lab can play. */
export interface ClusterDefinition {
  readonly cluster: string;
  /** Control planes first, in the order they are upgraded. */
  readonly machines: readonly ClusterMachine[];
  /** Virtual address of the Kubernetes API. */
  readonly vip: string;
  /** What kubeconfigs name, where it is not the VIP: the address of one control plane. */
  readonly endpoint?: string;
  readonly versions: {
    /** Talos the machines begin with, unless the lab is told otherwise. */
    readonly talos: string;
    /** Talos that "git declares", unless the lab is told otherwise. */
    readonly target: string;
    /** What kubelets and static pods say they are. */
    readonly kubernetes: string;
  };
  readonly image: { readonly factory: string; readonly platform: string };
  /** By role; a cluster without workers has none for them. */
  readonly schematics: {
    readonly 'control-plane': MachineSchematic;
    readonly worker?: MachineSchematic;
  };
  /** Schematics (YAML) whose ids are the hash of their content, as the factory has it. */
  readonly posted?: readonly string[];
  /** Control planes carry no taint: ordinary pods run there. */
  readonly workOnControlPlanes?: true;
  readonly criticalNamespaces: readonly string[];
  /** What runs in it: files below `lab/kubernetes/workloads`, applied in this order. */
  readonly workloads: readonly string[];
  /** What `{{name}}` in those files stands for, besides `{{kubernetes}}`. */
  readonly values?: Readonly<Record<string, string>>;
  readonly terraform?: TerraformShape;
  /** Files beside slipway.yaml that its `patches` name: path → text. They bring what cards of NVIDIA need. */
  readonly patchFiles?: Readonly<Record<string, string>>;
  /** The inventory a person wrote. Without one the lab writes its own. */
  readonly inventory?: string;
}

/** What a machine is made of. Throws when its role has no schematic and it none of its own. */
export function schematicOf(
  { schematics, cluster }: ClusterDefinition,
  machine: ClusterMachine,
): MachineSchematic {
  const schematic = machine.schematic ?? schematics[machine.role];
  if (!schematic)
    throw new Error(`${cluster}: ${machine.name} is a ${machine.role}, and there is no schematic for one.`);
  return schematic;
}

/** Where an address of the cluster is in a lab: its last two numbers stay. */
export function loopbackOf(prefix: string, address: string): string {
  return `${prefix}.${address.split('.').slice(2).join('.')}`;
}
