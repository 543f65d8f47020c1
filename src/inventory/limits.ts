import { z } from 'zod';
import { duration } from './duration.js';

/**
 * How long each wait may take. All settable; the lab scales them.
 * Written as 30s, 5m, 1h; kept in milliseconds.
 */
export const Limits = z.strictObject({
  /**
   * The longest pause between two looks at what a step waits for. The first pause is one second, or this where it is shorter, and each
   * one is a third longer than the one before. 50ms to 60s. It has no part in when a wait ends.
   */
  look: duration('5s'),
  /** One observation of the cluster, and the plan made of it. */
  observe: duration('2m'),
  /** The factory building the installer image, and the node pulling it. */
  image: duration('10m'),
  /** Cluster gates opening before a node is touched. */
  gates: duration('10m'),
  /** One `kubectl drain`; between slices the cordon and its owner are looked at again. At most 60 s. */
  drainSlice: duration('60s'),
  /** One attempt at draining a node. */
  drain: duration('300s'),
  /** A new etcd leader after the handover. */
  handOver: duration('60s'),
  /** The node answering the upgrade request (it pulls and checks the image first). */
  install: duration('5m'),
  /** A node that has the new version installed waiting for what its reboot needs: etcd, its cordon, its pods. */
  reboot: duration('10m'),
  /** From the accepted request until the node runs the new version with a new boot id. */
  boot: duration('15m'),
  /** From then until its Node is Ready. */
  ready: duration('600s'),
  /** The etcd member voting again and caught up. */
  etcdRejoin: duration('5m'),
  /** How long etcd must be healthy without a break before the next control plane. */
  etcdStable: duration('120s'),
  /** One check of a node. */
  check: duration('30s'),
  /** All checks of a node. */
  nodeChecks: duration('5m'),
  /** Watching the workload gates after a control plane. */
  soakControlPlane: duration('5m'),
  /** Watching them after the canary, the first worker. */
  soakCanary: duration('5m'),
  /** Watching them after any other worker. */
  soakWorker: duration('0s'),
  /** Taking, proving and storing an etcd snapshot. */
  snapshot: duration('10m'),
  /** Terraform getting ready, planning one node's new machine, and the check of that plan; the wait for a lock apart. */
  terraformPlan: duration('5m'),
  /** How long a lock of somebody else on the Terraform state is waited for. */
  terraformLock: duration('300s'),
  /** All templates of a hop, replaced before its first node. */
  templates: duration('15m'),
  /** From the request to Terraform until the old machine is gone and the new one is made. */
  replace: duration('20m'),
  /** The etcd member of a machine that is gone leaving the list. */
  removeMember: duration('2m'),
  /** From then until the new machine was found, shown to be the right one, and has its configuration. */
  configure: duration('10m'),
  /** How long a run stays paused before it ends, held, with the nodes it has not begun left alone. */
  pause: duration('24h'),
  /** How long a run waits for a maintenance window to open, each time, before it ends; held, if a node was begun. */
  window: duration('14d'),
  /** How long a run waits for a person's approval of its plan before it ends, with nothing touched. */
  approval: duration('24h'),
  /** How long a halted run waits for a person's decision before it ends, held, with no machine touched. 0s: it ends at once. */
  decision: duration('24h'),
  /**
   * When people are told again of what waits for one of them: after that long, then after twice as long, and so on, at most once a day.
   * 0s: never.
   */
  remind: duration('4h'),
});
export type Limits = z.infer<typeof Limits>;

/** Every limit as it is when the inventory does not name it, in milliseconds. */
export const limitDefaults: Limits = Limits.parse({});
