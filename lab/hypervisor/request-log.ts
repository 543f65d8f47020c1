/**
 * A line of `hypervisor.jsonl`. A request has two: one when it comes, so that one that never gets an answer is seen too,
 * and one when it is answered.
 */
export interface HypervisorLine {
  /** ISO time with milliseconds. */
  readonly time: string;
  readonly event: 'asked' | 'answered';
  /** Counts from 1; both lines of a request have the same. */
  readonly request: number;
  readonly method: string;
  readonly path: string;
  /** Whose token it came with; empty where it was refused. */
  readonly by: string;
  /** The VM it is about. */
  readonly vmid?: number;
  /** The template it is about. */
  readonly template?: number;
  /** SMBIOS UUID of a VM that is to be made. */
  readonly uuid?: string;
  /** What a VM that is to be made shall be, but for its UUID and the machine configuration that comes with it. */
  readonly asks?: Readonly<Record<string, unknown>>;
  /** Of an answer. */
  readonly status?: number;
  readonly error?: string;
}
