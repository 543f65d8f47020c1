import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { ownIdentity, type ProcessIdentity } from '../../src/tools/process-identity.js';
import { writeAtomically } from './write-atomically.js';

/** An entry of `processes.json`. */
export interface RecordedProcess extends ProcessIdentity {
  /** Its name in the lab: `etcd k8s-ctrl-1`. */
  readonly name: string;
  readonly argv: readonly string[];
}

/** The content of `<lab directory>/processes.json`: the lab itself and every running process. */
export interface ProcessRecordFile {
  readonly lab: ProcessIdentity;
  readonly processes: readonly RecordedProcess[];
}

/** The list of a lab's running processes, written at every change, so that a killed lab leaves a list of possible leftovers. */
export class ProcessRecord {
  readonly #file: string;
  readonly #lab = ownIdentity();
  readonly #processes = new Map<number, RecordedProcess>();

  constructor(directory: string) {
    this.#file = recordFile(directory);
    this.#write();
  }

  add(entry: RecordedProcess): void {
    this.#processes.set(entry.pid, entry);
    this.#write();
  }

  remove(pid: number): void {
    if (this.#processes.delete(pid)) this.#write();
  }

  /** Deletes the file: no process of this lab runs any more. */
  close(): void {
    rmSync(this.#file, { force: true });
  }

  #write(): void {
    const content: ProcessRecordFile = { lab: this.#lab, processes: [...this.#processes.values()] };
    writeAtomically(this.#file, `${JSON.stringify(content, null, 2)}\n`);
  }
}

/** The record a lab left in its directory; undefined when there is none. */
export function readProcessRecord(directory: string): ProcessRecordFile | undefined {
  const file = recordFile(directory);
  if (!existsSync(file)) return undefined;
  try {
    const content = JSON.parse(readFileSync(file, 'utf8')) as ProcessRecordFile;
    if (Array.isArray(content.processes) && typeof content.lab?.pid === 'number') return content;
  } catch {
    // Falls through to the sentence below: the lab wrote the file atomically, so another program changed it.
  }
  throw new Error(
    `${file} is not a lab's list of processes: somebody changed it. ` +
      `Look with "ps" whether a lab still runs, then remove the file and start again.`,
  );
}

function recordFile(directory: string): string {
  return path.join(directory, 'processes.json');
}
