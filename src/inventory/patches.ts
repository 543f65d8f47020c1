import { z } from 'zod';
import { CredentialReference } from './credential.js';

/**
 * A patch for the machine configurations of replaced machines, in talosctl's formats (strategic merge or JSON patch). It is given by
 * reference because it may contain secrets, with `{node}` for the node's name.
 */
export const Patch = z.strictObject({
  /** The nodes it applies to; all given conditions must hold. Left out: all nodes. */
  for: z
    .strictObject({
      role: z.enum(['control-plane', 'worker']).optional(),
      /** A pool: the nodes with this `hardware`. */
      hardware: z.string().min(1).max(64).optional(),
      nodes: z.array(z.string().min(1)).min(1).max(2000).optional(),
    })
    .optional(),
  /**
   * `creation`: merged into the configuration that Slipway sends to the new machine. `after-ready`: merged into the running
   * configuration once the Node is Ready and before the uncordon; Slipway waits for a reboot if it needs one. Default: creation.
   */
  when: z.enum(['creation', 'after-ready']).optional(),
  patch: CredentialReference,
});
export type Patch = z.infer<typeof Patch>;
