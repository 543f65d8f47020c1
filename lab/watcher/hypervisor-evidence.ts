import type { Moment } from './moment.js';

/** Observations of the machines' hypervisor, and of the Terraform state that describes them. */
export interface HypervisorEvidence {
  /** Name of the token of Slipway's Terraform; requests with another one are not Slipway's. */
  readonly slipway: string;
  readonly vms: readonly { readonly node: string; readonly vmid: number }[];
  /** `name`: as in Terraform's addresses, `baldar-worker`. `node`: the only node that uses the image. */
  readonly templates: readonly { readonly name: string; readonly id: number; readonly node?: string }[];
  /** From the first on: including those that created the machines before the watch began. */
  readonly requests: readonly HypervisorRequest[];
  readonly states: readonly StateLook[];
}

/** A request to the hypervisor (`hypervisor.jsonl`). */
export interface HypervisorRequest {
  /** Time of arrival. */
  readonly at: Moment;
  /** `DELETE` */
  readonly method: string;
  readonly path: string;
  /** Name of the token it came with. */
  readonly by: string;
  readonly vmid?: number;
  readonly template?: number;
  /** SMBIOS UUID of a VM to create. */
  readonly uuid?: string;
  /** The requested VM. */
  readonly asks?: Readonly<Record<string, unknown>>;
  /** HTTP status; undefined: it was never answered. */
  readonly status?: number;
  readonly error?: string;
  /** Milliseconds until the answer. */
  readonly took?: number;
}

/** One observation of the Terraform state file, and of its lock file. */
export interface StateLook {
  readonly at: Moment;
  /** Id of the lock's holder; undefined: not locked. */
  readonly lock?: string;
  /** Its content; undefined: unreadable, or being written. */
  readonly state?: { readonly lineage: string; readonly serial: number; readonly sha256: string };
}
