import { isComplete, parseMachineConfiguration, type MachineConfiguration } from './machine-configuration.js';

/** The machine configurations of one machine: the running one, and the one on its disk (STATE). */
export class ConfigurationStore {
  #active: MachineConfiguration | undefined;
  #persisted: MachineConfiguration | undefined;
  #revert: NodeJS.Timeout | undefined;
  readonly #waiting = new Set<() => void>();

  /** `text`: the configuration it was installed with. Throws when it is no machine configuration. */
  constructor(text?: string) {
    this.#persisted = text === undefined ? undefined : parseMachineConfiguration(text);
  }

  /** The running configuration; undefined before it has one. */
  get active(): MachineConfiguration | undefined {
    return this.#active;
  }

  /** The configuration of the next boot. */
  get persisted(): MachineConfiguration | undefined {
    return this.#persisted;
  }

  /** For the boot: discards the last boot's configuration. */
  unload(): void {
    this.cancelTry();
    this.#active = undefined;
  }

  /** For the boot: loads the configuration from the disk. */
  load(): void {
    this.cancelTry();
    this.#active = this.#persisted;
  }

  /** Takes effect now, and permanently. */
  set(configuration: MachineConfiguration): void {
    this.#active = configuration;
    this.stage(configuration);
  }

  /** Takes effect with the next boot. */
  stage(configuration: MachineConfiguration): void {
    this.#persisted = configuration;
    if (isComplete(configuration)) for (const wake of this.#waiting) wake();
  }

  /** Takes effect now, and is reverted after that time, unless another one is applied meanwhile. */
  try(configuration: MachineConfiguration, milliseconds: number): void {
    const before = this.#active;
    this.cancelTry();
    this.#active = configuration;
    this.#revert = setTimeout(() => (this.#active = before), milliseconds).unref();
  }

  /** Keeps a tried configuration for now; nothing reverts it. */
  cancelTry(): void {
    clearTimeout(this.#revert);
  }

  /** Resolves when there is a configuration that the machine can boot with. Never rejects; `signal` ends the waiting. */
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

  /** The effect of wiping STATE. */
  wipe(): void {
    this.#persisted = undefined;
  }
}
