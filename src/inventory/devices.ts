import { z } from 'zod';

/** An absolute path of the node's. */
const path = z.string().regex(/^\/[^\s]*$/, 'a path of the node is written /var/cri');

/** What a node needs, and shows, that offers an extended resource: a card passed through to it. */
export const Device = z.strictObject({
  /** The label that who looks for such cards gives to their nodes. Looked for where a node had it before. */
  label: z.string().min(1).optional(),
  /** A part of the name of the DaemonSet that offers the resource: `nvidia-device-plugin`. */
  plugin: z.string().min(1).max(63).optional(),
  /** What must stand in the machine configuration of its nodes. Checked before their machine is touched. */
  configuration: z
    .strictObject({
      /** The first minor of Talos that needs nothing of it: `v1.13`. */
      until: z
        .string()
        .regex(/^v\d+\.\d+$/, 'a minor version is written v1.13')
        .optional(),
      /** `machine.files`: in each of these folders one, where said with such a line. */
      files: z
        .array(
          z.strictObject({
            under: path,
            /** A line of it. Blanks do not matter: `no-cgroups = true`. */
            line: z.string().min(1).max(200).optional(),
          }),
        )
        .max(20)
        .default([]),
      /** Folders no file may be written to. */
      notUnder: z.array(path).max(20).default([]),
      /** Files there that are only named. */
      exceptFor: z.array(path).max(20).default([]),
    })
    .optional(),
});
export type Device = z.infer<typeof Device>;
