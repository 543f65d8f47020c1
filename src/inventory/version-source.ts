import { z } from 'zod';

/** Talos and Kubernetes versions, written like their tags: `v1.12.6`, also pre-releases. Messages quote them, so the length is bounded. */
export const version = z
  .string()
  .max(60)
  .regex(/^v\d+\.\d+\.\d+(-[0-9A-Za-z.]+)?$/, 'a version is written v1.12.6');

/** A file in the repository of slipway.yaml, never one elsewhere on the machine that reads it. */
const file = z.string().max(255).regex(/^[^/]/, 'a file is named from the folder of slipway.yaml on');

/** Maximum length of a pattern in characters, three times the longest of Renovate's presets. */
const patternMax = 600;

/**
 * The place of a version that another file already declares. Exactly one version must be found, with or without its `v`.
 */
export const VersionSource = z.union(
  [
    z.strictObject({
      file,
      /** A Terraform variable: `talos_version = "1.12.6"`, or the default of `variable "talos_version" { … }`. */
      variable: z.string().regex(/^[A-Za-z_][A-Za-z0-9_-]{0,99}$/, 'a variable is named like talos_version'),
    }),
    z.strictObject({
      file,
      /** A regular expression as in Renovate's regex managers: RE2, with the version in the group `currentValue`. */
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

/** `versions` as a person may write it. Loading replaces sources by the versions they contain. */
export const WrittenVersions = z.strictObject({
  talos: z.union([version, VersionSource]),
  kubernetes: z.union([version, VersionSource]),
});
