import type { WirePod } from './pod-status.js';

/** A container that is a real process of this machine. */
export interface PodProcess {
  /** Resolves when it has exited, however it ended. */
  readonly exited: Promise<unknown>;
  /** SIGTERM, and SIGKILL after that many milliseconds; resolves when it has exited. */
  stop(graceMs: number): Promise<unknown>;
  /** SIGKILL at once, as when its machine loses power. */
  kill(): void;
}

/** Starts the process of a pod; undefined: the pod has none. */
export type StartPodProcess = (pod: WirePod) => PodProcess | undefined;

/** Between the end of a container and its next start, in milliseconds. Real kubelets back off. */
const startAgainMs = 1_000;

/** The process of one pod for one boot: it is restarted when it exits on its own. */
export class ContainerProcess {
  #process: PodProcess | undefined;
  #timer: NodeJS.Timeout | undefined;
  #over = false;

  /** @param onAgain called when the container exited on its own and was restarted. */
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

  /** Whether there is a process to wait for. */
  get runs(): boolean {
    return this.#process !== undefined;
  }

  /** Stops it within that many seconds; resolves when it has exited. */
  async stop(graceSeconds: number): Promise<void> {
    this.#end();
    await this.#process?.stop(graceSeconds * 1_000);
  }

  /** Kills it as a power cut does. */
  kill(): void {
    this.#end();
    this.#process?.kill();
  }

  #end(): void {
    this.#over = true;
    clearTimeout(this.#timer);
  }
}
