import { LabProcess, type ProcessExit, type ProcessSpec } from './lab-process.js';
import { ProcessRecord } from './process-record.js';

/** Called when a process ended unexpectedly. */
export type OnAccident = (ended: LabProcess, exit: ProcessExit) => void;

/**
 * All processes of one lab: the only place in `lab` that starts processes. Each started process is recorded in `<directory>/processes.json`
 * while it runs, and is stopped by `stopAll`.
 */
export class ProcessGroup {
  readonly #record: ProcessRecord;
  readonly #running = new Map<number, LabProcess>();
  readonly #onAccident: OnAccident;
  #closed = false;

  constructor(directory: string, onAccident: OnAccident = () => undefined) {
    this.#record = new ProcessRecord(directory);
    this.#onAccident = onAccident;
  }

  /**
   * Starts a process and waits until it is ready.
   *
   * @throws with the reason and its last log lines when it does not become ready; it is stopped then
   */
  async start(spec: ProcessSpec): Promise<LabProcess> {
    if (this.#closed) throw new Error(`${spec.name} was not started: the lab is stopping.`);
    const started = LabProcess.start(spec);
    const { pid } = started.identity;
    this.#running.set(pid, started);
    this.#record.add({ ...started.identity, name: spec.name, argv: started.argv });
    let wasReady = false;
    void started.exited.then((exit) => {
      this.#running.delete(pid);
      if (!this.#closed) this.#record.remove(pid);
      if (wasReady && !started.stopping) this.#onAccident(started, exit);
    });
    try {
      await started.ready();
    } catch (error) {
      if (started.running) await started.kill();
      throw error;
    }
    wasReady = true;
    return started;
  }

  /** The running processes, in the order they were started. */
  get running(): readonly LabProcess[] {
    return [...this.#running.values()];
  }

  /** Stops everything, all at once, and starts nothing more. */
  async stopAll(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.running.map((each) => each.stop()));
    this.#record.close();
  }
}
