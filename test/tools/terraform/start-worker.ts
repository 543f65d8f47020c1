import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Terraform as Section } from '../../../src/inventory/terraform.js';

/** The Terraform work of a separate process. */
export interface WorkerOrder {
  readonly section: Section;
  readonly options: object;
  readonly records: string;
  readonly values: Readonly<Record<string, string>>;
  readonly target: string;
}

/** Starts a process that plans and applies, so that it can be killed. */
export async function startWorker(order: WorkerOrder): Promise<ChildProcess> {
  const child = fork(fileURLToPath(new URL('worker-process.js', import.meta.url)), { execArgv: [] });
  await once(child, 'message');
  child.send(order);
  return child;
}
