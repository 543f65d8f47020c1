/** How long things take on a machine at speed 1, in milliseconds of real time. Real machines take minutes. */
const AT_SPEED_ONE = {
  /** Pulling an installer image that is not there yet, and trying it with `--help`. */
  pull: 300,
  /** A task of a sequence that has no time of its own. */
  task: 15,
  /** The installer writing the other boot slot. */
  install: 1_000,
  /** Power gone until the kernel's first line: firmware and boot loader. */
  reboot: 2_000,
  /** What the fault `slow-reboot` adds to it. */
  slowReboot: 15_000,
  /** The boot sequence, from the kernel to `running`, apart from what etcd and kubelet take to start. */
  boot: 1_000,
  /** Talos' own drain gives up after this long; five minutes on a real machine. */
  drain: 10_000,
  /** The countdown after a fatal error; ten seconds on a real machine. */
  countdown: 1_000,
  /** Between two looks at the Kubernetes Node while the machine is not ready. */
  readiness: 200,
  /** The same while it is ready. */
  readinessWhenReady: 1_000,
} as const;

/** Milliseconds per thing a machine does. */
export type Durations = { readonly [Thing in keyof typeof AT_SPEED_ONE]: number } & {
  /** Between the last event of a boot and the end of its connections; 0 when the machine would be back too soon. */
  readonly farewell: number;
};

/** A client that was told of the end of a boot asks again one second later, and then wants to see the next boot. */
const CLIENT_PAUSE = 1_000;

/**
 * The durations at a speed: 2 is twice as fast, 0.5 half as fast. Looks at the Node never come closer than 50 ms.
 * Throws when the speed is not a positive number.
 */
export function durationsAt(speed: number): Durations {
  if (!(speed > 0) || !Number.isFinite(speed)) {
    throw new Error(`The lab's speed is ${speed}: it must be a positive number, 1 is the usual one.`);
  }
  const scaled = (milliseconds: number): number => milliseconds / speed;
  return {
    pull: scaled(AT_SPEED_ONE.pull),
    task: scaled(AT_SPEED_ONE.task),
    install: scaled(AT_SPEED_ONE.install),
    reboot: scaled(AT_SPEED_ONE.reboot),
    slowReboot: scaled(AT_SPEED_ONE.slowReboot),
    boot: scaled(AT_SPEED_ONE.boot),
    drain: scaled(AT_SPEED_ONE.drain),
    countdown: scaled(AT_SPEED_ONE.countdown),
    readiness: Math.max(50, scaled(AT_SPEED_ONE.readiness)),
    readinessWhenReady: Math.max(50, scaled(AT_SPEED_ONE.readinessWhenReady)),
    farewell: scaled(AT_SPEED_ONE.reboot + AT_SPEED_ONE.boot) >= 2 * CLIENT_PAUSE ? 100 : 0,
  };
}
