import type { FaultPlan } from '../faults/fault-plan.js';
import type { ClusterSecrets } from './configuration/cluster-secrets.js';
import type { Durations } from './durations.js';
import type { ImageSource } from './image-source.js';
import type { LabClock } from './lab-clock.js';
import type { MachineLog } from './machine-log.js';
import type { MachineParts } from './machine-parts.js';
import type { Machine } from './machine.js';

/** What a machine needs from its lab. */
export interface Surroundings {
  readonly parts: MachineParts;
  readonly images: ImageSource;
  readonly faults: FaultPlan;
  readonly durations: Durations;
  readonly clock: LabClock;
  readonly log: MachineLog;
  /** Every machine of the cluster, this one included: Talos checks all etcd members before an upgrade. */
  readonly cluster: () => readonly Machine[];
  /** The reference for a configuration's secrets. Without them every configuration fits. */
  readonly secrets?: ClusterSecrets;
}
