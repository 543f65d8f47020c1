/** A line of `hypervisor.jsonl`. A request has two: one on arrival, so that an unanswered one is visible too, and one with its answer. */
export interface HypervisorLine {
  /** ISO time with milliseconds. */
  readonly time: string;
  readonly event: 'asked' | 'answered';
  /** Counts from 1; both lines of a request have the same. */
  readonly request: number;
  readonly method: string;
  readonly path: string;
  /** The user of its token; empty where it was rejected. */
  readonly by: string;
  /** The VM of the request. */
  readonly vmid?: number;
  /** The template of the request. */
  readonly template?: number;
  /** SMBIOS UUID of a VM to create. */
  readonly uuid?: string;
  /** The requested VM, without its UUID and its machine configuration. */
  readonly asks?: Readonly<Record<string, unknown>>;
  /** Of an answer. */
  readonly status?: number;
  readonly error?: string;
}
