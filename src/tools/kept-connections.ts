import { KubernetesAgents } from './kubernetes-agents.js';
import { TalosSessions } from './talos-api/talos-sessions.js';

/**
 * Connections that outlive the step that made them. A step reuses what an earlier one left, where credential and endpoint are byte for byte
 * the same. Kept in the memory of this process for a limited time (`connection-life.ts`).
 */
export interface KeptConnections {
  readonly talos: TalosSessions;
  readonly kubernetes: KubernetesAgents;
  /** Closes all, at once. */
  close(): void;
}

/** Connects on first use. */
export function keptConnections(): KeptConnections {
  const talos = new TalosSessions();
  const kubernetes = new KubernetesAgents();
  return {
    talos,
    kubernetes,
    close: () => {
      talos.close();
      kubernetes.close();
    },
  };
}
