import { z } from 'zod';

/** An absolute path on the node. */
const path = z.string().regex(/^\/[^\s]*$/, 'a path of the node is written /var/cri');

/** Requirements and labels of a node with an extended resource: a GPU or other device passed through to it. */
export const Device = z.strictObject({
  /** The label that a feature discovery sets on nodes with the device. It is required only if the node had it before. */
  label: z.string().min(1).optional(),
  /** A part of the name of the device plugin's DaemonSet: `nvidia-device-plugin`. */
  plugin: z.string().min(1).max(63).optional(),
  /** Required entries in the machine configuration of its nodes, checked before a machine is touched. */
  configuration: z
    .strictObject({
      /** The first minor of Talos without these requirements: `v1.13`. */
      until: z
        .string()
        .regex(/^v\d+\.\d+$/, 'a minor version is written v1.13')
        .optional(),
      /** Required `machine.files`: one in each of these folders, with the given line if there is one. */
      files: z
        .array(
          z.strictObject({
            under: path,
            /** A line of the file. Blanks are ignored: `no-cgroups = true`. */
            line: z.string().min(1).max(200).optional(),
          }),
        )
        .max(20)
        .default([]),
      /** Folders that no file may be written to. */
      notUnder: z.array(path).max(20).default([]),
      /** Exceptions: files in these folders that may be written, and are noted. */
      exceptFor: z.array(path).max(20).default([]),
    })
    .optional(),
});
export type Device = z.infer<typeof Device>;
