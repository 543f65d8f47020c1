import { z } from 'zod';
import { CredentialReference } from './credential.js';

/**
 * A patch of machine configurations, as talosctl takes it (strategic merge, or JSON patch), for machines that were replaced. It
 * may hold secrets: by reference, with `{node}` for the node's name.
 */
export const Patch = z.strictObject({
  /** The nodes it is for, all that is written holding; left out: all. */
  for: z
    .strictObject({
      role: z.enum(['control-plane', 'worker']).optional(),
      /** A pool: the nodes whose `hardware` that is. */
      hardware: z.string().min(1).max(64).optional(),
      nodes: z.array(z.string().min(1)).min(1).max(2000).optional(),
    })
    .optional(),
  /**
   * `creation`: merged into the configuration that Slipway sends to the new machine. `after-ready`: into the one it runs, once its
   * Node is Ready and before it is uncordoned; a reboot that it needs is waited for. Default: creation.
   */
  when: z.enum(['creation', 'after-ready']).optional(),
  patch: CredentialReference,
});
export type Patch = z.infer<typeof Patch>;
