import { verify } from '@octokit/webhooks-methods';

/** A repository and the secrets of its webhooks: one, or two during a rotation. */
export interface SignedRepository {
  readonly name: string;
  readonly secrets: readonly string[];
}

/** The form of `X-Hub-Signature-256`. */
const form = /^sha256=[0-9a-f]{64}$/;

/** Whether a header can be a signature at all; the older `X-Hub-Signature` (SHA-1) never is. */
export function isSignature(header: unknown): header is string {
  return typeof header === 'string' && form.test(header);
}

/**
 * The names, in small letters, of the repositories whose secret signed these bytes; none: the signature is invalid.
 *
 * The body is not parsed before, so its repository is unknown: every secret is tried, each in constant time. The repository in the body
 * must then be one of these: the secret of one repository opens no other.
 */
export async function signedBy(
  repositories: readonly SignedRepository[],
  body: Buffer,
  signature: string,
): Promise<ReadonlySet<string>> {
  const names = new Set<string>();
  const payload = utf8(body);
  if (payload === undefined || payload === '') return names;
  const fits = new Map<string, boolean>();
  for (const { name, secrets } of repositories) {
    for (const secret of secrets) {
      // Often one secret serves many repositories: five megabytes are hashed once for it.
      const fit = fits.get(secret) ?? (await verify(secret, payload, signature));
      fits.set(secret, fit);
      if (fit) names.add(name.toLowerCase());
    }
  }
  return names;
}

/** Text that encodes to the same bytes; undefined: the bytes are no UTF-8, which JSON always is. */
function utf8(body: Buffer): string | undefined {
  const payload = body.toString('utf8');
  return Buffer.from(payload, 'utf8').equals(body) ? payload : undefined;
}
