/** The content of a machine's image: an Image Factory schematic. */
export interface MachineSchematic {
  readonly id: string;
  /** `siderolabs/qemu-guest-agent` */
  readonly extensions: readonly string[];
}

/** A machine of a simulated cluster, as its inventory declares it. */
export interface ClusterMachine {
  readonly name: string;
  readonly role: 'control-plane' | 'worker';
  /** True address; a lab with loopback 127.77 maps 10.20.67.4 to 127.77.67.4. */
  readonly address: string;
  /** The hypervisor's host it runs on. */
  readonly host: string;
  /** Id of its virtual machine, where its inventory declares one. */
  readonly vm?: number;
  /** Where it is not that of its role. */
  readonly schematic?: MachineSchematic;
  readonly gpu?: { readonly resource: string; readonly count: number };
  /** Its size where it differs from its role's. Kubernetes' quantities: `4`, `27Gi`. */
  readonly size?: { readonly cpu: string; readonly memory: string };
}

/**
 * The layout of the cluster's Terraform configuration, where it differs from `lab/terraform`. `image-by-node`: each node's module has its
 * own image, for the node's own schematic, and includes the machine configuration. The others use `templates-by-role`: nodes depend on all
 * templates; VMs follow no version.
 */
export interface TerraformShape {
  readonly layout?: 'templates-by-role' | 'image-by-node';
  readonly nodesDependOnTemplates?: true;
  readonly vmsKeepTheirVersion?: true;
}

/** A cluster that the lab can simulate. */
export interface ClusterDefinition {
  readonly cluster: string;
  /** Control planes first, in the order of their upgrade. */
  readonly machines: readonly ClusterMachine[];
  /** Virtual address of the Kubernetes API. */
  readonly vip: string;
  /** The server of kubeconfigs, where it is not the VIP: the address of one control plane. */
  readonly endpoint?: string;
  readonly versions: {
    /** The machines' first Talos version, unless an option overrides it. */
    readonly talos: string;
    /** The Talos version that git declares, unless an option overrides it. */
    readonly target: string;
    /** The version that kubelets and static pods report. */
    readonly kubernetes: string;
  };
  readonly image: { readonly factory: string; readonly platform: string };
  /** By role; a cluster without workers has none for them. */
  readonly schematics: {
    readonly 'control-plane': MachineSchematic;
    readonly worker?: MachineSchematic;
  };
  /** Schematics (YAML) whose ids are the hash of their content, as in the factory. */
  readonly posted?: readonly string[];
  /** Control planes without a taint: ordinary pods run there. */
  readonly workOnControlPlanes?: true;
  readonly criticalNamespaces: readonly string[];
  /** Its workloads: files below `lab/kubernetes/workloads`, applied in this order. */
  readonly workloads: readonly string[];
  /** The values of `{{name}}` in those files, besides `{{kubernetes}}`. */
  readonly values?: Readonly<Record<string, string>>;
  readonly terraform?: TerraformShape;
  /** Files beside slipway.yaml that its `patches` name: path → text. They configure NVIDIA devices. */
  readonly patchFiles?: Readonly<Record<string, string>>;
  /** The inventory that a person wrote. Without one the lab writes its own. */
  readonly inventory?: string;
}

/** The schematic of a machine. Throws when neither its role nor the machine has one. */
export function schematicOf(
  { schematics, cluster }: ClusterDefinition,
  machine: ClusterMachine,
): MachineSchematic {
  const schematic = machine.schematic ?? schematics[machine.role];
  if (!schematic)
    throw new Error(`${cluster}: ${machine.name} is a ${machine.role}, and there is no schematic for one.`);
  return schematic;
}

/** The lab address of a cluster address: its last two numbers stay. */
export function loopbackOf(prefix: string, address: string): string {
  return `${prefix}.${address.split('.').slice(2).join('.')}`;
}
