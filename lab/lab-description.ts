/** `lab.json`: what users of a lab need to know. Written last, when everything is ready. */
export interface LabDescription {
  readonly cluster: string;
  /** The same seed and the same faults give the same course of events. */
  readonly seed: number;
  readonly speed: number;
  /** First two numbers of all its loopback addresses: `127.77`. */
  readonly loopback: string;
  readonly directory: string;
  /** Pid of the lab. SIGINT stops it, and everything it started. */
  readonly pid: number;
  /** Base URL of its control server. */
  readonly control: string;
  /** The `slipway.yaml` of the cluster: the declared state. */
  readonly inventory: string;
  /** JSON file: addresses of the inventory → where to connect (`SLIPWAY_DIAL`). */
  readonly dialMap: string;
  readonly talosconfig: {
    /** Roles `os:reader` and `os:etcd:backup`. */
    readonly reader: string;
    /** Role `os:admin`. */
    readonly admin: string;
    /** Expired yesterday: for an inventory with the wrong credential. */
    readonly expired: string;
  };
  readonly kubeconfig: {
    /** A user bound only to `deploy/kubernetes/cluster-role.yaml`. Through the VIP. */
    readonly slipway: string;
    /** `system:masters`, directly to the API server. */
    readonly admin: string;
  };
  /** The machine configuration of each machine, by its name: YAML files that only their owner can read. */
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
    /** Pods that run as processes: `WorkerPodLine`. */
    readonly pods: string;
  };
  /** The hypervisor, where the lab was started with one. */
  readonly hypervisor?: HypervisorDescription;
  readonly etcd: readonly { readonly name: string; readonly client: string }[];
  readonly machines: readonly {
    readonly name: string;
    readonly role: 'control-plane' | 'worker';
    /** As the inventory has it. */
    readonly address: string;
    /** Its address in the lab. */
    readonly loopback: string;
  }[];
}

/** The hypervisor of the machines, and the Terraform configuration that creates them. */
export interface HypervisorDescription {
  /** Base URL of its API: `http://127.77.0.5:8080`. */
  readonly url: string;
  /** JSON lines: its requests and answers. */
  readonly log: string;
  /** Name of the token of Slipway's Terraform. */
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
    /** The node that the image belongs to, where each node has its own image in its module. */
    readonly node?: string;
  }[];
}

/** The address of a Temporal. */
export interface TemporalDescription {
  /** `127.77.0.4:7233` */
  readonly address: string;
  /** Base URL of the Web UI. */
  readonly ui: string;
  readonly namespace: string;
}
