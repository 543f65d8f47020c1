import type { WirePod } from './pod-status.js';

/** A container that is more than words: a real process of this machine. */
export interface PodProcess {
  /** Settles when it is gone, however it went. */
  readonly exited: Promise<unknown>;
  /** SIGTERM, and SIGKILL after so many milliseconds; returns when it is gone. */
  stop(graceMs: number): Promise<unknown>;
  /** SIGKILL at once, as when its machine goes. */
  kill(): void;
}

/** Starts the process of a pod; undefined: the pod has none. */
export type StartPodProcess = (pod: WirePod) => PodProcess | undefined;

/** Between the end of a container and its next start, in milliseconds. Kubelets wait longer from time to time. */
const startAgainMs = 1_000;

/** The process of one pod for the length of one boot: it is started again when it ends automatically. */
export class ContainerProcess {
  #process: PodProcess | undefined;
  #timer: NodeJS.Timeout | undefined;
  #over = false;

  /** @param onAgain told when the container ended automatically and was started again. */
  constructor(
    private readonly start: StartPodProcess | undefined,
    private readonly onAgain: () => void,
  ) {}

  /** Starts the process, where the pod has one. */
  run(pod: WirePod): void {
    if (this.#over) return;
    const process = this.start?.(pod);
    this.#process = process;
    void process?.exited.then(() => {
      if (this.#over) return;
      this.#timer = setTimeout(() => {
        this.run(pod);
        this.onAgain();
      }, startAgainMs);
    });
  }

  /** Whether there is one that has to be waited for. */
  get runs(): boolean {
    return this.#process !== undefined;
  }

  /** Asks it to end within so many seconds; returns when it is gone. */
  async stop(graceSeconds: number): Promise<void> {
    this.#end();
    await this.#process?.stop(graceSeconds * 1_000);
  }

  /** Ends it as a power cut does. */
  kill(): void {
    this.#end();
    this.#process?.kill();
  }

  #end(): void {
    this.#over = true;
    clearTimeout(this.#timer);
  }
}
