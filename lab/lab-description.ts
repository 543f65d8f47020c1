/** `lab.json`: what a lab hands over to whoever works with it. Written last, when everything is ready. */
export interface LabDescription {
  readonly cluster: string;
  /** The same seed and the same faults give the same story. */
  readonly seed: number;
  readonly speed: number;
  /** First two numbers of all its loopback addresses: `127.77`. */
  readonly loopback: string;
  readonly directory: string;
  /** The lab's own process. SIGINT stops it, and everything it started. */
  readonly pid: number;
  /** Base URL of its control server. */
  readonly control: string;
  /** The `slipway.yaml` of the cluster: what git would declare. */
  readonly inventory: string;
  /** JSON file: addresses of the inventory → where to connect (`SLIPWAY_DIAL`). */
  readonly dialMap: string;
  readonly talosconfig: {
    /** Roles `os:reader` and `os:etcd:backup`. */
    readonly reader: string;
    /** Role `os:admin`. */
    readonly admin: string;
    /** Ended yesterday: what an inventory names by mistake. */
    readonly expired: string;
  };
  readonly kubeconfig: {
    /** A user bound to `deploy/kubernetes/cluster-role.yaml` and nothing else. Through the VIP. */
    readonly slipway: string;
    /** `system:masters`, direct to the API server. */
    readonly admin: string;
  };
  /** The machine configuration of each machine, by its name: YAML files only their owner can read. */
  readonly machineConfigurations: Readonly<Record<string, string>>;
  /** File with the age identity that opens the snapshots. */
  readonly ageIdentity: string;
  readonly ageRecipient: string;
  readonly temporal?: TemporalDescription;
  /** JSON lines. */
  readonly logs: {
    readonly requests: string;
    readonly audit: string;
    readonly fronts: string;
    readonly machines: string;
    readonly factory: string;
    /** Pods that are processes: `WorkerPodLine`. */
    readonly pods: string;
  };
  /** What the machines run on, where the lab was started with one. */
  readonly hypervisor?: HypervisorDescription;
  readonly etcd: readonly { readonly name: string; readonly client: string }[];
  readonly machines: readonly {
    readonly name: string;
    readonly role: 'control-plane' | 'worker';
    /** As the inventory has it. */
    readonly address: string;
    /** Where it is in the lab. */
    readonly loopback: string;
  }[];
}

/** The hypervisor under the machines, and the Terraform configuration that makes them. */
export interface HypervisorDescription {
  /** Base URL of its API: `http://127.77.0.5:8080`. */
  readonly url: string;
  /** JSON lines: what it was asked, and what it answered. */
  readonly log: string;
  /** Name of the token Slipway's Terraform comes with. */
  readonly slipway: string;
  /** Files with `name=secret`. */
  readonly tokens: { readonly owner: string; readonly slipway: string };
  readonly terraform: {
    readonly tool: 'terraform' | 'tofu';
    /** Path of the program, and its version. */
    readonly program: string;
    readonly version: string;
    /** Folder of the root module, in git. */
    readonly configuration: string;
    /** `TF_DATA_DIR` of the owner. */
    readonly data: string;
    /** File for `-backend-config`. */
    readonly backend: string;
    /** The state, outside of every checkout. */
    readonly state: string;
  };
  readonly vms: readonly { readonly name: string; readonly vmid: number; readonly template: number }[];
  readonly templates: readonly {
    /** `<host>-<role>`, or the name of the node. */
    readonly name: string;
    readonly id: number;
    readonly host: string;
    readonly role: 'control-plane' | 'worker';
    /** Whose image it is, where each node has one of its own, within its own module. */
    readonly node?: string;
  }[];
}

/** Where a Temporal answers. */
export interface TemporalDescription {
  /** `127.77.0.4:7233` */
  readonly address: string;
  /** Base URL of the Web UI. */
  readonly ui: string;
  readonly namespace: string;
}
