import { readFile } from 'node:fs/promises';
import type { OutgoingHttpHeaders } from 'node:http';
import type { RequestOptions } from 'node:https';
import path from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { parse, stringify } from 'yaml';
import type { KubernetesReference } from '../inventory/credential.js';
import { readCredential, unreadable, type Credential } from './credentials.js';
import { messageOf } from './refusal.js';
import { isRecord } from './record.js';

/** Where Kubernetes mounts a pod's service account. */
const mounted = '/var/run/secrets/kubernetes.io/serviceaccount';

const which = 'kubeconfig';

/**
 * The kubeconfig of a reference. Its server is never used: requests go to the inventory's control planes.
 *
 * In a cluster (`{ inCluster: true }`) it is built from the pod's service account. It names the files of the CA and the token, so that
 * clients see a rotated token. `SLIPWAY_SERVICE_ACCOUNT_DIR` overrides the folder that Kubernetes mounts.
 *
 * @throws Refusal `credential-unreadable`
 */
export async function readKubeconfig(reference: KubernetesReference, base: string): Promise<Credential> {
  if ('inCluster' in reference) return { text: await serviceAccount(reference), file: undefined };
  const credential = await readCredential(which, reference, base);
  const user = userOf(credential.text, (why) => {
    throw unreadable(which, reference, why);
  });
  const plugin = user['exec'] === undefined ? user['auth-provider'] : user['exec'];
  if (plugin !== undefined) {
    const why =
      'its user gets its token from a plugin, which would see the whole environment of the worker; name one with ' +
      'a certificate or a token, or let { exec: […] } in slipway.yaml print it';
    throw unreadable(which, reference, why);
  }
  return credential;
}

/**
 * A kubeconfig for the client library. kubectl reads a token from `tokenFile`; the library does not support it, so the file is read for
 * each request.
 */
export function loadKubeconfig(text: string): KubeConfig {
  const config = new KubeConfig();
  try {
    config.loadFromString(text);
  } catch {
    // The library's own message would repeat the line.
    throw new Error('the kubeconfig cannot be read: it is no YAML, or lacks what one holds');
  }
  const tokenFile = userOf(text, () => ({}))['tokenFile'];
  const user = config.getCurrentUser();
  if (typeof tokenFile !== 'string' || !user) return config;
  config.addAuthenticator({
    isAuthProvider: (candidate) => candidate.name === user.name,
    applyAuthentication: async (_user, options: RequestOptions) => {
      const token = (await readFile(tokenFile, 'utf8')).trim();
      options.headers = { ...(options.headers as OutgoingHttpHeaders), Authorization: `Bearer ${token}` };
    },
  });
  return config;
}

async function serviceAccount(reference: KubernetesReference): Promise<string> {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port = '443' } = process.env;
  if (!host) {
    const why = 'this process runs in no pod: KUBERNETES_SERVICE_HOST is not set';
    throw unreadable(which, reference, why);
  }
  const folder = process.env['SLIPWAY_SERVICE_ACCOUNT_DIR'] ?? mounted;
  const files = { token: path.join(folder, 'token'), ca: path.join(folder, 'ca.crt') };
  for (const file of Object.values(files)) {
    const text = await readFile(file, 'utf8').catch((error: unknown) => {
      throw unreadable(which, reference, messageOf(error));
    });
    if (text.trim() === '') throw unreadable(which, reference, `${file} is empty`);
  }
  const address = host.includes(':') ? `[${host}]` : host;
  const name = 'in-cluster';
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    clusters: [
      { name, cluster: { server: `https://${address}:${port}`, 'certificate-authority': files.ca } },
    ],
    users: [{ name, user: { tokenFile: files.token } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
  });
}

/** The user of the current context, as it is written. */
function userOf(
  text: string,
  refuse: (why: string) => Record<string, unknown>,
): Readonly<Record<string, unknown>> {
  let parsed: unknown;
  try {
    parsed = parse(text);
  } catch {
    // The parser's own message would repeat the line.
    return refuse('it is no YAML');
  }
  if (!isRecord(parsed)) return refuse('it is no kubeconfig');
  const named = (list: unknown, name: unknown): Record<string, unknown> | undefined =>
    Array.isArray(list) ? list.filter(isRecord).find((entry) => entry['name'] === name) : undefined;
  const context = named(parsed['contexts'], parsed['current-context'])?.['context'];
  const user = isRecord(context) ? named(parsed['users'], context['user'])?.['user'] : undefined;
  return isRecord(user) ? user : refuse('its current context names no user');
}
