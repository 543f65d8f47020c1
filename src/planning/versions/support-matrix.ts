import { minorOf } from './versions.js';

/** The Kubernetes minors one Talos minor supports, both included. */
export interface KubernetesRange {
  readonly lowest: string;
  readonly highest: string;
}

/**
 * Talos minor → Kubernetes minors.
 *
 * Source: `pkg/machinery/compatibility/talosNNN/talosNNN.go` of siderolabs/talos at the newest tag of each minor, and the support matrix of
 * its documentation (getting-started/support-matrix). Where they differ, the narrower range is used. Since 1.11 Talos no longer checks this
 * itself when it is upgraded.
 */
const kubernetesByTalos: Readonly<Record<string, KubernetesRange>> = {
  '1.9': { lowest: '1.27', highest: '1.32' },
  '1.10': { lowest: '1.28', highest: '1.33' },
  '1.11': { lowest: '1.29', highest: '1.34' },
  '1.12': { lowest: '1.30', highest: '1.35' },
  '1.13': { lowest: '1.31', highest: '1.36' },
  '1.14': { lowest: '1.33', highest: '1.37' },
};

/** Talos minors the matrix knows, oldest first. */
export const knownTalosMinors: readonly string[] = Object.keys(kubernetesByTalos);

/** The Kubernetes minors a Talos version supports; undefined when its minor is not in the matrix. */
export function kubernetesRange(talosVersion: string): KubernetesRange | undefined {
  return kubernetesByTalos[minorOf(talosVersion)];
}
