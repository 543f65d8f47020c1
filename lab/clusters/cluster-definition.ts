/** A machine of a simulated cluster, as its inventory knows it. */
export interface ClusterMachine {
  readonly name: string;
  readonly role: 'control-plane' | 'worker';
  /** True address; a lab whose loopback is 127.77 puts 10.20.67.4 at 127.77.67.4. */
  readonly address: string;
  /** The hypervisor's host it runs on. */
  readonly host: string;
  readonly gpu?: { readonly resource: string; readonly count: number };
}

/** A cluster the lab can play. */
export interface ClusterDefinition {
  readonly cluster: string;
  /** Control planes first, in the order they are upgraded. */
  readonly machines: readonly ClusterMachine[];
  /** Virtual address of the Kubernetes API. */
  readonly vip: string;
  readonly versions: {
    /** Talos the machines begin with, unless the lab is told otherwise. */
    readonly talos: string;
    /** Talos that "git declares", unless the lab is told otherwise. */
    readonly target: string;
    /** What kubelets and static pods say they are. */
    readonly kubernetes: string;
  };
  readonly image: { readonly factory: string; readonly platform: string };
  readonly schematics: Readonly<
    Record<'control-plane' | 'worker', { readonly id: string; readonly extensions: readonly string[] }>
  >;
  readonly criticalNamespaces: readonly string[];
}

/** Where an address of the cluster is in a lab: its last two numbers stay. */
export function loopbackOf(prefix: string, address: string): string {
  return `${prefix}.${address.split('.').slice(2).join('.')}`;
}
