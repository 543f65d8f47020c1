import { generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';
import { isIP } from 'node:net';
import {
  bitString,
  contextTag,
  integer,
  objectIdentifier,
  octetString,
  sequence,
  set,
  time,
  utf8,
} from './der.js';

/** Talos uses Ed25519; Kubernetes and its clients expect elliptic curves on P-256. */
export type KeyKind = 'ed25519' | 'p256';

/** A certificate and its private key, PEM. */
export interface IssuedCertificate {
  readonly certificate: string;
  /** `ED25519 PRIVATE KEY` (PKCS #8 inside, as Talos writes it) or `EC PRIVATE KEY`. */
  readonly key: string;
}

/** The validity of a certificate. */
export interface Validity {
  readonly notBefore: Date;
  readonly notAfter: Date;
}

/** The content of a certificate. */
export interface CertificateRequest {
  readonly commonName?: string;
  /** Roles of a Talos client (`os:reader`), groups of a Kubernetes client (`system:masters`). */
  readonly organizations?: readonly string[];
  readonly usage: 'server' | 'client';
  /** Addresses and host names of a server. */
  readonly names?: readonly string[];
  /** Default: from an hour ago for a year. */
  readonly validity?: Validity;
}

/** A certificate authority kept in memory. */
export interface Authority {
  readonly certificate: string;
  readonly key: string;
  issue(request: CertificateRequest): IssuedCertificate;
}

const HOUR = 60 * 60 * 1_000;
const YEAR = 365 * 24 * HOUR;

const OID = {
  commonName: '2.5.4.3',
  organization: '2.5.4.10',
  basicConstraints: '2.5.29.19',
  keyUsage: '2.5.29.15',
  extendedKeyUsage: '2.5.29.37',
  subjectAltName: '2.5.29.17',
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
  ed25519: '1.3.101.112',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
} as const;

/** The validity of a certificate that expired yesterday, for tests of its rejection. */
export function expiredYesterday(now = Date.now()): Validity {
  return { notBefore: new Date(now - YEAR), notAfter: new Date(now - 24 * HOUR) };
}

/** Creates an authority with its own key, valid for ten years. */
export function createAuthority(
  kind: KeyKind,
  name: { commonName?: string; organization?: string },
): Authority {
  const keys = newKeys(kind);
  const subject = distinguishedName(
    name.commonName,
    name.organization === undefined ? [] : [name.organization],
  );
  const issuer = { kind, subject, key: keys.privateKey };
  const now = Date.now();
  const certificate = signedCertificate(issuer, {
    subject,
    publicKey: keys.publicKey,
    validity: { notBefore: new Date(now - HOUR), notAfter: new Date(now + 10 * YEAR) },
    extensions: [
      extension(OID.basicConstraints, sequence(Buffer.from([0x01, 0x01, 0xff])), true),
      extension(OID.keyUsage, bitString(Buffer.from([0x84]), 2), true),
    ],
  });
  return {
    certificate,
    key: privateKeyPem(kind, keys.privateKey),
    issue: (request) => issue(issuer, request),
  };
}

/** A private key for signing tokens, PEM. */
export function createSigningKey(): string {
  return privateKeyPem('p256', newKeys('p256').privateKey);
}

interface Issuer {
  readonly kind: KeyKind;
  readonly subject: Buffer;
  readonly key: KeyObject;
}

function issue(issuer: Issuer, request: CertificateRequest): IssuedCertificate {
  const keys = newKeys(issuer.kind);
  const now = Date.now();
  const names = request.names ?? [];
  const certificate = signedCertificate(issuer, {
    subject: distinguishedName(request.commonName, request.organizations ?? []),
    publicKey: keys.publicKey,
    validity: request.validity ?? { notBefore: new Date(now - HOUR), notAfter: new Date(now + YEAR) },
    extensions: [
      extension(OID.keyUsage, bitString(Buffer.from([0x80]), 7), true),
      extension(
        OID.extendedKeyUsage,
        sequence(objectIdentifier(request.usage === 'server' ? OID.serverAuth : OID.clientAuth)),
      ),
      ...(names.length === 0 ? [] : [extension(OID.subjectAltName, sequence(...names.map(generalName)))]),
    ],
  });
  return { certificate, key: privateKeyPem(issuer.kind, keys.privateKey) };
}

function signedCertificate(
  issuer: Issuer,
  content: { subject: Buffer; publicKey: KeyObject; validity: Validity; extensions: Buffer[] },
): string {
  const algorithm = sequence(objectIdentifier(issuer.kind === 'ed25519' ? OID.ed25519 : OID.ecdsaWithSha256));
  const toBeSigned = sequence(
    contextTag(0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([0x4a]), randomBytes(15)])),
    algorithm,
    issuer.subject,
    sequence(time(content.validity.notBefore), time(content.validity.notAfter)),
    content.subject,
    content.publicKey.export({ type: 'spki', format: 'der' }),
    contextTag(3, sequence(...content.extensions)),
  );
  const signature = sign(issuer.kind === 'ed25519' ? null : 'sha256', toBeSigned, issuer.key);
  return pem('CERTIFICATE', sequence(toBeSigned, algorithm, bitString(signature, 0)));
}

function newKeys(kind: KeyKind): { publicKey: KeyObject; privateKey: KeyObject } {
  return kind === 'ed25519'
    ? generateKeyPairSync('ed25519')
    : generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
}

function privateKeyPem(kind: KeyKind, key: KeyObject): string {
  if (kind === 'p256') return key.export({ type: 'sec1', format: 'pem' }).toString();
  return pem('ED25519 PRIVATE KEY', key.export({ type: 'pkcs8', format: 'der' }));
}

function pem(label: string, der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
}

/** Organizations first, as Go writes them; each in a set of its own. */
function distinguishedName(commonName: string | undefined, organizations: readonly string[]): Buffer {
  const part = (oid: string, text: string): Buffer => set(sequence(objectIdentifier(oid), utf8(text)));
  return sequence(
    ...organizations.map((organization) => part(OID.organization, organization)),
    ...(commonName === undefined ? [] : [part(OID.commonName, commonName)]),
  );
}

function extension(oid: string, value: Buffer, critical = false): Buffer {
  const flag = critical ? [Buffer.from([0x01, 0x01, 0xff])] : [];
  return sequence(objectIdentifier(oid), ...flag, octetString(value));
}

function generalName(name: string): Buffer {
  if (isIP(name) === 4) return contextTag(7, Buffer.from(name.split('.').map(Number)), 'primitive');
  if (isIP(name) === 6) throw new Error(`Certificates of the lab have IPv4 addresses only, not ${name}.`);
  return contextTag(2, Buffer.from(name, 'ascii'), 'primitive');
}
