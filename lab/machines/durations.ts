/** Durations on a machine at speed 1, in milliseconds of real time. Real machines take minutes. */
const AT_SPEED_ONE = {
  /** Pulling a missing installer image, and testing it with `--help`. */
  pull: 300,
  /** A task of a sequence without its own duration. */
  task: 15,
  /** The installer writing the other boot slot. */
  install: 1_000,
  /** The extra time of the fault `slow-install`. */
  slowInstall: 20_000,
  /** From the end of one kernel to the first line of the next. */
  reboot: 2_000,
  /** The extra time of firmware and boot loader, where the reboot goes through them. */
  firmware: 2_000,
  /** The extra time of the fault `slow-reboot`. */
  slowReboot: 15_000,
  /** The boot sequence, from the kernel to `running`, without the start of etcd and kubelet. */
  boot: 1_000,
  /** The response time of a member with the fault `etcd-slow`. */
  etcdSlow: 5_000,
  /** The time limit of each etcd member before an upgrade; fifteen seconds on a real machine. */
  quorumCheck: 3_000,
  /** The extra time of the fault `slow-first-boot` for the first boot of a replaced machine. */
  slowFirstBoot: 20_000,
  /** From a configuration in maintenance mode until the boot continues. */
  leaveMaintenance: 400,
  /** Talos' own drain gives up after this long; five minutes on a real machine. */
  drain: 10_000,
  /** The countdown after a fatal error; ten seconds on a real machine. */
  countdown: 1_000,
  /** Between two checks of the Kubernetes Node while the machine is not ready. */
  readiness: 200,
  /** The same while it is ready. */
  readinessWhenReady: 1_000,
} as const;

/** Durations of a machine, in milliseconds. */
export type Durations = { readonly [Thing in keyof typeof AT_SPEED_ONE]: number };

/**
 * No speed makes a reboot shorter than this. Slipway's talosctl does not wait for a reboot. A waiting talosctl polls again one second after
 * the machine went down, and waits in vain for a machine that is back before that: it needs 1.5 s, which is any speed up to 1.3.
 */
const SHORTEST_REBOOT = 300;

/** Checks of the Kubernetes Node never come closer than this. */
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
