import { readFileSync } from 'node:fs';
import type { WatchedHypervisor, WatchedLab } from '../lab-directory.js';

/** A secret, and every form of it that must not appear. */
export interface Secret {
  /** Its name for people. */
  readonly name: string;
  readonly forms: readonly string[];
}

/** Shorter ones would be found by chance. */
const SHORTEST = 12;

/** The secrets of a lab: keys in talosconfigs and kubeconfigs, the age identity, and planted ones. */
export function secretsOf(lab: WatchedLab, planted: readonly string[]): Secret[] {
  const keyIn = (file: string, field: string, name: string): Secret[] => {
    const value = new RegExp(`["']?\\b${field}["']?:\\s*(?:[>|][+-]?\\s+)?["']?([A-Za-z0-9+/=]+)`).exec(
      readFileSync(file, 'utf8'),
    )?.[1];
    return value === undefined ? [] : [secretOfPem(name, Buffer.from(value, 'base64').toString('utf8'))];
  };
  const identity = lab.ageIdentity === undefined ? undefined : readFileSync(lab.ageIdentity, 'utf8');
  const age = identity === undefined ? undefined : /AGE-SECRET-KEY-[A-Z0-9-]+/.exec(identity)?.[0];
  return [
    ...keyIn(lab.talosconfig.reader, 'key', "the key of the reader's talosconfig"),
    ...keyIn(lab.talosconfig.admin, 'key', "the key of the admin's talosconfig"),
    ...keyIn(lab.kubeconfig.slipway, 'client-key-data', "the key of Slipway's kubeconfig"),
    ...keyIn(lab.kubeconfig.admin, 'client-key-data', "the key of the admin's kubeconfig"),
    ...(age === undefined ? [] : [secretOf('the age identity', age)]),
    ...(lab.hypervisor === undefined ? [] : secretsOfReplacements(lab.hypervisor)),
    ...planted.map((secret, index) => secretOf(`planted secret ${index + 1}`, secret)),
  ];
}

/** The secrets of a replacement: tokens of the hypervisor, and all secrets in machine configurations. */
function secretsOfReplacements({ tokens, machineConfigurations }: WatchedHypervisor): Secret[] {
  const ofTokens = tokens.map((file) => {
    const [name = '', secret = ''] = readFileSync(file, 'utf8').trim().split('=');
    return secretOf(`the hypervisor's token ${name}`, secret);
  });
  const values = new Map<string, string>();
  for (const file of machineConfigurations) {
    // Keys of authorities and service accounts, join tokens, and the encryption key of secrets in etcd.
    const found = readFileSync(file, 'utf8').matchAll(
      /^\s*(?:- )?(key|token|secret|\w+Secret):\s*["']?([^\s"']+)/gm,
    );
    for (const [, field = '', value = ''] of found) values.set(value, field);
  }
  const ofConfigurations = [...values]
    .filter(([value]) => value.length >= SHORTEST)
    .map(([value, field], index) => {
      const name = `${field} ${index + 1} of the machine configurations`;
      const pem = Buffer.from(value, 'base64').toString('utf8');
      return pem.startsWith('-----BEGIN') ? secretOfPem(name, pem) : secretOf(name, value);
    });
  return [...ofTokens, ...ofConfigurations];
}

/** Plain, JSON-escaped, and in base64 at any offset of a longer text. */
export function secretOf(name: string, secret: string): Secret {
  if (secret.length < SHORTEST)
    throw new Error(`${name} has ${secret.length} characters; fewer than ${SHORTEST} are found by chance.`);
  const plain = [secret, JSON.stringify(secret).slice(1, -1)];
  return { name, forms: [...new Set([...plain, ...base64Forms(secret)])] };
}

/**
 * A private key: a line of its body identifies it, whatever surrounds it. The first two lines hold the private part; later ones may be
 * public, as with elliptic curves.
 */
export function secretOfPem(name: string, pem: string): Secret {
  const body = pem.split('\n').filter((line) => line.length >= SHORTEST && !line.startsWith('-----'));
  const secrets = (body.length > 0 ? body.slice(0, 2) : [pem]).map((line) => secretOf(name, line));
  return { name, forms: [...new Set(secrets.flatMap(({ forms }) => forms))] };
}

/** Names of the secrets in a text. */
export function secretsIn(words: string, secrets: readonly Secret[]): string[] {
  return secrets.filter(({ forms }) => forms.some((form) => words.includes(form))).map(({ name }) => name);
}

/**
 * Base64 encodes three bytes at a time, so a text inside a longer one looks different at each of three offsets. Characters at the edges
 * depend on the neighbours and are left out.
 */
function base64Forms(secret: string): string[] {
  const bytes = Buffer.from(secret, 'utf8');
  return [0, 1, 2].flatMap((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString('base64')
      .replaceAll('=', '');
    const first = offset === 0 ? 0 : offset + 1;
    const whole = (offset + bytes.length) % 3 === 0 ? encoded.length : encoded.length - 1;
    const form = encoded.slice(first, whole);
    return [form, form.replaceAll('+', '-').replaceAll('/', '_')];
  });
}
