import { randomInt } from 'node:crypto';
import path from 'node:path';
import type { ClusterDefinition } from './clusters/cluster-definition.js';
import { clusterNamed, defaultCluster } from './clusters/clusters.js';
import { limitsNames, type LimitsName } from './clusters/lab-limits.js';
import type { FaultRequest } from './faults/fault-plan.js';
import { talosReleases } from './factory/talos-releases.js';

/** The settings of a lab. */
export interface LabOptions {
  /** Folder for all its files; emptied first. Default `.slipway/lab/<cluster>`. */
  readonly directory?: string;
  /** Name of a cluster: `atlas`. Default: prox-ops-small. */
  readonly cluster?: string;
  /** A cluster without a name. */
  readonly definition?: ClusterDefinition;
  /** Speed of the machines: 2 is twice as fast. Default 1. */
  readonly speed?: number;
  /** How long Slipway's waits may take. Default `generous`. */
  readonly limits?: LimitsName;
  /** `limits.decision` of its slipway.yaml: how long a halted run waits for a person. Default 24h, Slipway's default. */
  readonly decision?: string;
  /** Default: random, and printed. */
  readonly seed?: number;
  /** `never-ready` or `install-fails@k8s-work-1`. */
  readonly faults?: readonly string[];
  /** Starts its own Temporal, with its Web UI. */
  readonly temporal?: boolean;
  /** Keeps that Temporal's database from the last lab in this folder. */
  readonly keepTemporal?: boolean;
  /** The machines' first Talos version. */
  readonly talos?: string;
  /** The Talos version that git declares. */
  readonly target?: string;
  /**
   * Versions that replace the cluster's own, for its machines and in its inventory: `talos=1.13.8` or `talos=1.13.8,kubernetes=1.35.0`.
   * `talos` and `target` take precedence.
   */
  readonly versions?: string;
  /** Seconds without a heartbeat until Kubernetes reports a Node as not Ready. Default 50, Kubernetes' default. */
  readonly nodeMonitorGraceSeconds?: number;
  /** Further manifests to apply: see `lab/kubernetes/extra/`. */
  readonly apply?: readonly string[];
  /** The machines are VMs of a hypervisor, created by a Terraform configuration in git: they can be replaced. */
  readonly hypervisor?: boolean;
  /** Uses OpenTofu instead. */
  readonly tofu?: boolean;
  /** Called for each started part. */
  readonly onProgress?: (line: string) => void;
}

/** The same, with all defaults filled in. */
export interface LabSettings {
  readonly directory: string;
  readonly definition: ClusterDefinition;
  readonly speed: number;
  readonly limits: LimitsName;
  readonly decision: string;
  readonly seed: number;
  readonly faults: readonly FaultRequest[];
  readonly temporal: boolean;
  readonly keepTemporal: boolean;
  readonly talos: string;
  readonly target: string;
  /** The version that kubelets and static pods report, and that git declares. */
  readonly kubernetes: string;
  readonly nodeMonitorGraceSeconds: number;
  readonly apply: readonly string[];
  readonly hypervisor: boolean;
  readonly tofu: boolean;
  readonly onProgress: (line: string) => void;
}

/** Fills in the defaults. Throws a sentence for an invalid option. */
export function labSettings(options: LabOptions): LabSettings {
  const cluster = options.cluster ?? options.definition?.cluster ?? defaultCluster;
  const definition = options.definition ?? clusterNamed(cluster);
  const mapped = versionMap(options.versions);
  const positive = (name: string, value: number): number => {
    if (value > 0 && Number.isFinite(value)) return value;
    throw new Error(`The lab's ${name} is ${value}: it must be a positive number.`);
  };
  return {
    directory: path.resolve(options.directory ?? path.join('.slipway', 'lab', cluster)),
    definition,
    speed: positive('speed', options.speed ?? 1),
    limits: limitsNamed(options.limits ?? 'generous'),
    decision: options.decision ?? '24h',
    seed: options.seed ?? randomInt(1, 2 ** 31),
    faults: (options.faults ?? []).map(faultRequest),
    temporal: options.temporal ?? options.keepTemporal ?? false,
    keepTemporal: options.keepTemporal ?? false,
    talos: knownTalos(options.talos ?? mapped.talos ?? definition.versions.talos),
    target: knownTalos(options.target ?? mapped.talos ?? definition.versions.target),
    kubernetes: mapped.kubernetes ?? definition.versions.kubernetes,
    nodeMonitorGraceSeconds: positive('node monitor grace', options.nodeMonitorGraceSeconds ?? 50),
    apply: options.apply ?? [],
    hypervisor: options.hypervisor ?? false,
    tofu: options.tofu ?? false,
    onProgress: options.onProgress ?? (() => undefined),
  };
}

/** `install-fails@k8s-work-1` → name and node. */
function faultRequest(text: string): FaultRequest {
  const [name = '', node] = text.split('@');
  return node === undefined ? { name } : { name, node };
}

/** `talos=1.13.8,kubernetes=v1.35.0` → each as a tag. Throws a sentence for anything else. */
function versionMap(text = ''): { talos?: string; kubernetes?: string } {
  const mapped: { talos?: string; kubernetes?: string } = {};
  for (const entry of text.split(',').filter(Boolean)) {
    const match = /^(?<what>talos|kubernetes)=v?(?<version>\d+\.\d+\.\d+)$/.exec(entry.trim())?.groups;
    if (!match) {
      throw new Error(
        `Versions are written talos=1.13.8,kubernetes=1.35.0 (either may be left out), not "${entry}".`,
      );
    }
    mapped[match['what'] === 'talos' ? 'talos' : 'kubernetes'] = `v${match['version']}`;
  }
  return mapped;
}

/** Throws a sentence where it is none. */
function limitsNamed(name: string): LimitsName {
  const found = limitsNames.find((one) => one === name);
  if (found) return found;
  throw new Error(`The lab's limits are ${limitsNames.join(' or ')}, not "${name}".`);
}

function knownTalos(version: string): string {
  if (talosReleases.includes(version)) return version;
  throw new Error(
    `The simulated factory cannot build Talos ${version}. It knows ${talosReleases[0]} to ${talosReleases.at(-1)}.`,
  );
}
