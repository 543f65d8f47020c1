/** How long things take on a machine at speed 1, in milliseconds of real time. Real machines take minutes. */
const AT_SPEED_ONE = {
  /** Pulling an installer image that is not there yet, and trying it with `--help`. */
  pull: 300,
  /** A task of a sequence that has no time of its own. */
  task: 15,
  /** The installer writing the other boot slot. */
  install: 1_000,
  /** What the fault `slow-install` adds to it. */
  slowInstall: 20_000,
  /** The end of one kernel until the first line of the next. */
  reboot: 2_000,
  /** What firmware and boot loader add to it, where the reboot goes through them. */
  firmware: 2_000,
  /** What the fault `slow-reboot` adds to it. */
  slowReboot: 15_000,
  /** The boot sequence, from the kernel to `running`, apart from what etcd and kubelet take to start. */
  boot: 1_000,
  /** How long a member with the fault `etcd-slow` takes to answer. */
  etcdSlow: 5_000,
  /** How long each etcd member may take to answer before an upgrade; fifteen seconds on a real machine. */
  quorumCheck: 3_000,
  /** What the fault `slow-first-boot` adds to the first boot of a machine replaced. */
  slowFirstBoot: 20_000,
  /** From a configuration in maintenance mode until the boot goes on. */
  leaveMaintenance: 400,
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
export type Durations = { readonly [Thing in keyof typeof AT_SPEED_ONE]: number };

/**
 * No speed makes a reboot shorter than this. Slipway's talosctl does not wait for it. One that does asks again one second after the
 * machine went down, and waits in vain for a machine that is back before that: it needs 1.5 s, which is any speed up to 1.3.
 */
const SHORTEST_REBOOT = 300;

/** Looks at the Kubernetes Node never come closer than this. */
const SHORTEST_PAUSE_BETWEEN_LOOKS = 50;

/**
 * The durations at a speed: 2 is twice as fast, 0.5 half as fast.
 * Throws when the speed is not a positive number.
 */
export function durationsAt(speed: number): Durations {
  if (!(speed > 0) || !Number.isFinite(speed)) {
    throw new Error(`The lab's speed is ${speed}: it must be a positive number, 1 is the usual one.`);
  }
  const things = Object.entries(AT_SPEED_ONE).map(([thing, milliseconds]) => [thing, milliseconds / speed]);
  const scaled = Object.fromEntries(things) as Durations;
  return {
    ...scaled,
    reboot: Math.max(SHORTEST_REBOOT, scaled.reboot),
    readiness: Math.max(SHORTEST_PAUSE_BETWEEN_LOOKS, scaled.readiness),
    readinessWhenReady: Math.max(SHORTEST_PAUSE_BETWEEN_LOOKS, scaled.readinessWhenReady),
  };
}
