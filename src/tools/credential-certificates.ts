import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import type { CredentialReference, KubernetesReference } from '../inventory/credential.js';
import { loadKubeconfig } from './credential-kubeconfig.js';
import { unreadable } from './credentials.js';
import { isRecord } from './record.js';

/** The validity of a credential. */
export interface Validity {
  readonly from: Date;
  readonly until: Date;
}

/** The fields of a client certificate that Slipway reads. */
export interface ClientCertificate extends Validity {
  /** Common name: a Kubernetes user. */
  readonly user: string;
  /** Roles of a Talos client (`os:reader`), groups of a Kubernetes user (`system:masters`). */
  readonly organizations: readonly string[];
}

/** What the current context of a talosconfig holds, all PEM, as OpenSSL reads it. */
export interface TalosKeys {
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
}

/**
 * The keys of a talosconfig's current context; empty texts for what it does not hold.
 *
 * @throws Refusal `credential-unreadable` when it is no talosconfig; its text is not repeated.
 */
export function talosKeys(which: string, reference: CredentialReference, talosconfig: string): TalosKeys {
  let parsed: unknown;
  try {
    parsed = parse(talosconfig);
  } catch {
    // The parser's own message would repeat the line.
    throw unreadable(which, reference, 'it is no YAML');
  }
  const contexts = isRecord(parsed) && isRecord(parsed['contexts']) ? parsed['contexts'] : {};
  const context = isRecord(parsed) ? contexts[String(parsed['context'])] : undefined;
  if (!isRecord(context)) throw unreadable(which, reference, 'its current context is not in it');
  const pem = (field: string): string => {
    const value = context[field];
    return typeof value === 'string' ? Buffer.from(value, 'base64').toString('utf8') : '';
  };
  // Talos names the key type in the PEM label, which OpenSSL does not know.
  const key = pem('key').replaceAll('ED25519 PRIVATE KEY', 'PRIVATE KEY');
  return { ca: pem('ca'), certificate: pem('crt'), key };
}

/** The client certificate of a talosconfig. @throws Refusal `credential-unreadable` */
export function talosCertificate(
  which: string,
  reference: CredentialReference,
  talosconfig: string,
): ClientCertificate {
  return certificate(which, reference, talosKeys(which, reference, talosconfig).certificate);
}

/**
 * The client certificate of a kubeconfig; undefined for one with a token, which has none.
 *
 * @throws Refusal `credential-unreadable`
 */
export function kubeconfigCertificate(
  reference: KubernetesReference,
  kubeconfig: string,
): ClientCertificate | undefined {
  const user = loadKubeconfig(kubeconfig).getCurrentUser();
  if (user?.certData) {
    return certificate('kubeconfig', reference, Buffer.from(user.certData, 'base64').toString('utf8'));
  }
  if (!user?.certFile) return undefined;
  let text = '';
  try {
    text = readFileSync(user.certFile, 'utf8');
  } catch {
    throw unreadable('kubeconfig', reference, `the certificate it names, ${user.certFile}, cannot be read`);
  }
  return certificate('kubeconfig', reference, text);
}

/** When a JSON web token was issued and when it expires (RFC 7519 `iat`, `exp`); undefined for a missing claim. */
export function tokenValidity(token: string): Validity | undefined {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
    if (!isRecord(claims) || typeof claims['exp'] !== 'number' || typeof claims['iat'] !== 'number')
      return undefined;
    return { from: new Date(claims['iat'] * 1000), until: new Date(claims['exp'] * 1000) };
  } catch {
    return undefined;
  }
}

function certificate(which: string, reference: KubernetesReference, pem: string): ClientCertificate {
  try {
    const { validFrom, validTo, subject } = new X509Certificate(pem);
    const named = (field: string): string[] =>
      subject
        .split('\n')
        .filter((line) => line.startsWith(`${field}=`))
        .map((line) => line.slice(field.length + 1));
    return {
      from: new Date(validFrom),
      until: new Date(validTo),
      user: named('CN')[0] ?? '',
      organizations: named('O'),
    };
  } catch {
    throw unreadable(which, reference, 'its client certificate cannot be read');
  }
}
