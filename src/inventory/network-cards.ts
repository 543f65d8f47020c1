import { z } from 'zod';

/** The VLAN of a network interface. The bridge adds the tag, so it is not visible inside the machine. */
const Vlan = z.union([z.literal('untagged'), z.int().min(1).max(4094)]);

/** A network interface of a node: its VLAN, with more attributes if given. All of them are compared when its machine is replaced. */
export const NetworkInterface = z.union(
  [
    Vlan,
    z.strictObject({
      vlan: Vlan,
      /** The hypervisor's bridge, as Terraform names it: `vmbr1`. */
      bridge: z.string().min(1).max(64).optional(),
      /** The kernel's driver, as `talosctl get links -o yaml` shows it: `virtio_net`. */
      driver: z.string().min(1).max(64).optional(),
      /** The prefix of its MAC address: `bc:24:11`. */
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
