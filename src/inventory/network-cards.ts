import { z } from 'zod';

/** The VLAN a card is in. The bridge puts the tag on: inside the machine it cannot be seen. */
const Vlan = z.union([z.literal('untagged'), z.int().min(1).max(4094)]);

/** A network interface of a node: its VLAN, or that and what else is known of it. Who replaces its machine compares all of it. */
export const NetworkInterface = z.union(
  [
    Vlan,
    z.strictObject({
      vlan: Vlan,
      /** The hypervisor's bridge, as Terraform names it: `vmbr1`. */
      bridge: z.string().min(1).max(64).optional(),
      /** The kernel's driver, as `talosctl get links -o yaml` shows it: `virtio_net`. */
      driver: z.string().min(1).max(64).optional(),
      /** What its MAC begins with: `bc:24:11`. */
      mac: z
        .string()
        .regex(/^[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){0,5}$/, 'a MAC, or its beginning, is written bc:24:11')
        .optional(),
    }),
  ],
  {
    error:
      'a card is written untagged, 62, or { vlan: 62, bridge: vmbr1, driver: virtio_net, mac: bc:24:11 }',
  },
);
export type NetworkInterface = z.infer<typeof NetworkInterface>;
