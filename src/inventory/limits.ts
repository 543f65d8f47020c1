import { z } from 'zod';
import { duration } from './duration.js';

/**
 * Timeouts of all waits. All can be set; the lab scales them.
 * Written as 30s, 5m, 1h; stored in milliseconds.
 */
export const Limits = z.strictObject({
  /**
   * The longest pause between two checks of what a step waits for. The first pause is one second, or this value if shorter. Each next
   * pause is a third longer. 50ms to 60s. It does not change when a wait times out.
   */
  look: duration('5s'),
  /** One observation of the cluster, and the plan made from it. */
  observe: duration('2m'),
  /** The factory building the installer image, and the node pulling it. */
  image: duration('10m'),
  /** Cluster gates opening before a node is touched. */
  gates: duration('10m'),
  /** One `kubectl drain`; between slices the cordon and its owner are checked again. At most 60 s. */
  drainSlice: duration('60s'),
  /** One attempt at draining a node. */
  drain: duration('300s'),
  /** A new etcd leader after the transfer of leadership. */
  transferLeadership: duration('60s'),
  /** The node's response to the upgrade request (it pulls and checks the image first). */
  install: duration('5m'),
  /** An armed node waiting for the conditions of its reboot: etcd, its cordon, its pods. */
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
  /** Taking, verifying and storing an etcd snapshot. */
  snapshot: duration('10m'),
  /** Terraform's init, the plan for one node's new machine, and the check of that plan; without the wait for a lock. */
  terraformPlan: duration('5m'),
  /** How long to wait for another user's lock on the Terraform state. */
  terraformLock: duration('300s'),
  /** All templates of a hop, replaced before its first node. */
  templates: duration('15m'),
  /** From the request to Terraform until the old machine is destroyed and the new one is created. */
  replace: duration('20m'),
  /** Removal of the etcd member of a destroyed machine. */
  removeMember: duration('2m'),
  /** From then until the new machine is found, identified, and has its configuration. */
  configure: duration('10m'),
  /** How long a run stays paused before it ends, held. Nodes that it has not started stay untouched. */
  pause: duration('24h'),
  /** How long a run waits for a maintenance window each time before it ends; held, if a node was started. */
  window: duration('14d'),
  /** How long a run waits for approval of its plan before it ends, with nothing touched. */
  approval: duration('24h'),
  /** How long a halted run waits for a person's decision before it ends, held, with no machine touched. 0s: it ends at once. */
  decision: duration('24h'),
  /**
   * When people are reminded of a wait for one of them: after this time, then after twice the time, and so on, at most once a day.
   * 0s: never.
   */
  remind: duration('4h'),
});
export type Limits = z.infer<typeof Limits>;

/** The default of every limit, in milliseconds. */
export const limitDefaults: Limits = Limits.parse({});
