import type { Moment } from './moment.js';

/** What was seen of the hypervisor under the machines, and of the Terraform state that describes them. */
export interface HypervisorEvidence {
  /** Name of the token Slipway's Terraform comes with; whoever comes with another one is somebody else. */
  readonly slipway: string;
  readonly vms: readonly { readonly node: string; readonly vmid: number }[];
  /** `name`: as Terraform's addresses have it, `baldar-worker`. `node`: whose own image it is, and nobody else's. */
  readonly templates: readonly { readonly name: string; readonly id: number; readonly node?: string }[];
  /** From the first on: also those that made the machines before the watch began. */
  readonly requests: readonly HypervisorRequest[];
  readonly states: readonly StateLook[];
}

/** A request to the hypervisor (`hypervisor.jsonl`). */
export interface HypervisorRequest {
  /** When it came. */
  readonly at: Moment;
  /** `DELETE` */
  readonly method: string;
  readonly path: string;
  /** Name of the token it came with. */
  readonly by: string;
  readonly vmid?: number;
  readonly template?: number;
  /** SMBIOS UUID of a VM that is to be made. */
  readonly uuid?: string;
  /** Of a VM that is to be made: what it shall be. */
  readonly asks?: Readonly<Record<string, unknown>>;
  /** HTTP status; undefined: it was never answered. */
  readonly status?: number;
  readonly error?: string;
  /** Milliseconds until the answer. */
  readonly took?: number;
}

/** One look at the file of the Terraform state, and at that of its lock. */
export interface StateLook {
  readonly at: Moment;
  /** Id of whoever held the lock; undefined: nobody. */
  readonly lock?: string;
  /** What was in it; undefined: it could not be read, or was being written. */
  readonly state?: { readonly lineage: string; readonly serial: number; readonly sha256: string };
}
