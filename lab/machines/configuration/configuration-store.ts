import { isComplete, parseMachineConfiguration, type MachineConfiguration } from './machine-configuration.js';

/** The machine configurations of one machine: the one that runs, and the one on its disk (STATE). */
export class ConfigurationStore {
  #active: MachineConfiguration | undefined;
  #persisted: MachineConfiguration | undefined;
  #revert: NodeJS.Timeout | undefined;
  readonly #waiting = new Set<() => void>();

  /** `text`: what the machine was installed with. Throws when it is no machine configuration. */
  constructor(text?: string) {
    this.#persisted = text === undefined ? undefined : parseMachineConfiguration(text);
  }

  /** What the machine runs with; undefined before it has one. */
  get active(): MachineConfiguration | undefined {
    return this.#active;
  }

  /** What the next boot takes. */
  get persisted(): MachineConfiguration | undefined {
    return this.#persisted;
  }

  /** For the boot: nothing of the last one is left. */
  unload(): void {
    this.cancelTry();
    this.#active = undefined;
  }

  /** For the boot: takes what is on the disk. */
  load(): void {
    this.cancelTry();
    this.#active = this.#persisted;
  }

  /** Takes effect now, and stays. */
  set(configuration: MachineConfiguration): void {
    this.#active = configuration;
    this.stage(configuration);
  }

  /** Takes effect with the next boot. */
  stage(configuration: MachineConfiguration): void {
    this.#persisted = configuration;
    if (isComplete(configuration)) for (const wake of this.#waiting) wake();
  }

  /** Takes effect now, and returns to what it was after so long, unless something else is applied meanwhile. */
  try(configuration: MachineConfiguration, milliseconds: number): void {
    const before = this.#active;
    this.cancelTry();
    this.#active = configuration;
    this.#revert = setTimeout(() => (this.#active = before), milliseconds).unref();
  }

  /** Whatever is tried stays for now; nothing undoes it. */
  cancelTry(): void {
    clearTimeout(this.#revert);
  }

  /** Resolves when a configuration is there that the machine can boot with. Never rejects; `signal` ends the waiting. */
  complete(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        this.#waiting.delete(wake);
        resolve();
      };
      this.#waiting.add(wake);
      signal.addEventListener('abort', wake, { once: true });
      if (signal.aborted || (this.#persisted !== undefined && isComplete(this.#persisted))) wake();
    });
  }

  /** What wiping STATE does. */
  wipe(): void {
    this.#persisted = undefined;
  }
}
