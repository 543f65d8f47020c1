import { z } from 'zod';

/** Talos and Kubernetes versions as their tags are written: `v1.12.6`. Pre-releases are written out too. Every sentence repeats them. */
export const version = z
  .string()
  .max(60)
  .regex(/^v\d+\.\d+\.\d+(-[0-9A-Za-z.]+)?$/, 'a version is written v1.12.6');

/** A file beside slipway.yaml, in the same repository: never one of the machine that happens to read it. */
const file = z.string().max(255).regex(/^[^/]/, 'a file is named from the folder of slipway.yaml on');

/** The longest pattern; those of Renovate's presets have a third of it. Characters. */
const patternMax = 600;

/**
 * Where a version stands that is written elsewhere already. Found is exactly one, with or without its `v`.
 */
export const VersionSource = z.union(
  [
    z.strictObject({
      file,
      /** Of Terraform: `talos_version = "1.12.6"`, or the default of `variable "talos_version" { … }`. */
      variable: z.string().regex(/^[A-Za-z_][A-Za-z0-9_-]{0,99}$/, 'a variable is named like talos_version'),
    }),
    z.strictObject({
      file,
      /** A regular expression as Renovate's regex managers have it: RE2, the version in a group `currentValue`. */
      pattern: z.string().min(1).max(patternMax),
    }),
  ],
  {
    error:
      'a version is written v1.12.6, or found: { file: PATH, variable: NAME } or ' +
      "{ file: PATH, pattern: '…(?<currentValue>…)…' }, the path from the folder of slipway.yaml on",
  },
);
export type VersionSource = z.infer<typeof VersionSource>;

/** `versions` as a person may write it. What is read of it has the versions themselves. */
export const WrittenVersions = z.strictObject({
  talos: z.union([version, VersionSource]),
  kubernetes: z.union([version, VersionSource]),
});
