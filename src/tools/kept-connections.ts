import { KubernetesAgents } from './kubernetes-agents.js';
import { TalosSessions } from './talos-api/talos-sessions.js';

/**
 * Connections that outlive the step that made them: a step takes what the one before has left, where credential and
 * endpoint are the same to the letter. Kept in the memory of this process, each for a while only (`connection-life.ts`).
 */
export interface KeptConnections {
  readonly talos: TalosSessions;
  readonly kubernetes: KubernetesAgents;
  /** Closes all, at once. */
  close(): void;
}

/** Nothing is connected before it is used. */
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
