import { z } from 'zod';

/** The name of an environment variable. */
const variable = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'an environment variable is named like TALOSCONFIG');

const encoding = z.enum(['plain', 'base64']).default('plain');

/** A reference to a credential: in a file, in an environment variable, or printed by a program. */
const credentialKinds = [
  z.strictObject({ file: z.string().min(1) }),
  z.strictObject({ env: variable, encoding }),
  z.strictObject({
    /** Program and arguments, run without a shell; a program with a slash is relative to the folder of slipway.yaml. */
    exec: z.array(z.string().min(1).max(4096)).min(1).max(64),
    /** Variables of the worker's environment that the program gets, besides PATH, HOME, LANG and TMPDIR. */
    env: z.array(variable).max(32).default([]),
    encoding,
  }),
] as const;

/**
 * A reference to a credential, never the credential itself. The worker reads it in the step that needs it.
 * Relative paths start at the folder of slipway.yaml.
 */
export const CredentialReference = z.union(credentialKinds, {
  error:
    'a credential is named by reference: { file: PATH }, { env: NAME } (with encoding: base64 where it is) or ' +
    '{ exec: [PROGRAM, ARGUMENT, …], env: [NAME, …] }',
});
export type CredentialReference = z.infer<typeof CredentialReference>;

/** A credential for the Kubernetes API, for which a pod can also use its own service account. */
export const KubernetesReference = z.union(
  [...credentialKinds, z.strictObject({ inCluster: z.literal(true) })],
  {
    error:
      'a kubeconfig is named by reference: { file: PATH }, { env: NAME } (with encoding: base64 where it is), ' +
      '{ exec: [PROGRAM, ARGUMENT, …], env: [NAME, …] }, or { inCluster: true } for the service account of the pod',
  },
);
export type KubernetesReference = z.infer<typeof KubernetesReference>;
