import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { createClusterCertificates, kubeconfig } from '../../lab/certificates.js';
import { readKubeconfig } from '../../src/tools/credential-kubeconfig.js';
import { kubernetesApi } from '../../src/tools/kubernetes-api.js';
import { Refusal } from '../../src/tools/refusal.js';

const certificates = createClusterCertificates({
  machines: [],
  vip: { address: '127.0.0.9', loopback: '127.0.0.9' },
  apiServer: '127.0.0.1',
});
const variables = ['KUBERNETES_SERVICE_HOST', 'KUBERNETES_SERVICE_PORT', 'SLIPWAY_SERVICE_ACCOUNT_DIR'];
const tokens: (string | undefined)[] = [];
let server: Server;
let folder: string;

/** An API server that records the client of each request. */
beforeAll(async () => {
  const { certificate, key } = certificates.kubernetes.apiServer;
  server = createServer({ cert: certificate, key }, (request, response) => {
    tokens.push(request.headers.authorization);
    response.setHeader('content-type', 'application/json');
    response.end('{"kind":"NodeList","apiVersion":"v1","metadata":{},"items":[]}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'kubeconfig-'));
  tokens.length = 0;
});

afterEach(async () => {
  for (const name of variables) delete process.env[name];
  await rm(folder, { recursive: true, force: true });
});

async function inPod(ca: string): Promise<string> {
  await writeFile(path.join(folder, 'token'), 'first-token\n');
  await writeFile(path.join(folder, 'ca.crt'), ca);
  const values = ['10.96.0.1', '443', folder];
  variables.forEach((name, index) => (process.env[name] = values[index]));
  return (await readKubeconfig({ inCluster: true }, '/nowhere')).text;
}

const endpoint = () => ({
  node: 'k8s-ctrl-1',
  server: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
});

describe('the service account of a pod', () => {
  it('connects to a control plane of the inventory with its token, and uses a rotated token', async () => {
    const api = kubernetesApi(await inPod(certificates.kubernetes.authority.certificate), [endpoint()]);
    await api.listNodes();
    await writeFile(path.join(folder, 'token'), 'second-token');
    await api.listNodes();
    expect(tokens).toEqual(['Bearer first-token', 'Bearer second-token']);
  });

  it('checks the control plane against the CA of the pod', async () => {
    const foreign = createClusterCertificates({
      machines: [],
      vip: { address: '127.0.0.9', loopback: '127.0.0.9' },
      apiServer: '127.0.0.1',
    });
    const api = kubernetesApi(await inPod(foreign.kubernetes.authority.certificate), [endpoint()]);
    await expect(api.listNodes()).rejects.toMatchObject({ reason: { kind: 'kubernetes-unreachable' } });
    expect(tokens).toEqual([]);
  });

  it('is written as kubectl reads it: the token by its file, so that no file of ours holds it', async () => {
    const text = await inPod(certificates.kubernetes.authority.certificate);
    expect(text).not.toContain('first-token');
    expect(parse(text)).toMatchObject({
      clusters: [{ cluster: { 'certificate-authority': path.join(folder, 'ca.crt') } }],
      users: [{ user: { tokenFile: path.join(folder, 'token') } }],
    });
  });

  it('is refused outside a pod, and where the token is not mounted', async () => {
    await expect(readKubeconfig({ inCluster: true }, folder)).rejects.toMatchObject({
      reason: { kind: 'credential-unreadable', why: expect.stringContaining('KUBERNETES_SERVICE_HOST') },
    });
    process.env['KUBERNETES_SERVICE_HOST'] = '10.96.0.1';
    process.env['SLIPWAY_SERVICE_ACCOUNT_DIR'] = path.join(folder, 'nowhere');
    await expect(readKubeconfig({ inCluster: true }, folder)).rejects.toMatchObject({
      reason: { kind: 'credential-unreadable', why: expect.stringContaining('ENOENT') },
    });
  });
});

describe('a kubeconfig of a file', () => {
  const good = kubeconfig('prox-ops', {
    ca: certificates.kubernetes.authority.certificate,
    client: certificates.kubernetes.client('slipway', []),
    server: 'https://10.0.0.9:6443',
    user: 'slipway',
  });
  const user = { 'client-certificate-data': 'x' };
  const bad = [
    ['is no YAML, without repeating a line of it', 'users: [ "hunter2', /no YAML/],
    ['is something else', 'hunter2', /no kubeconfig/],
    ['names no user', 'current-context: hunter2\n', /names no user/],
    ['runs a plugin', withUser({ exec: { command: 'aws', args: ['hunter2'] } }), /plugin/],
    ['has an auth provider', withUser({ 'auth-provider': { name: 'oidc', secret: 'hunter2' } }), /plugin/],
  ] as const;

  it('is taken as it is', async () => {
    await writeFile(path.join(folder, 'kubeconfig'), good);
    const read = await readKubeconfig({ file: 'kubeconfig' }, folder);
    expect(read).toEqual({ text: good, file: path.join(folder, 'kubeconfig') });
  });

  it.each(bad)('is refused when it %s', async (_case, text, why) => {
    await writeFile(path.join(folder, 'kubeconfig'), text);
    const failure = await readKubeconfig({ file: 'kubeconfig' }, folder).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(Refusal);
    expect(JSON.stringify((failure as Refusal).reason)).toMatch(why);
    expect(JSON.stringify((failure as Refusal).reason)).not.toContain('hunter2');
  });

  function withUser(more: object): string {
    return JSON.stringify({
      'current-context': 'a',
      contexts: [{ name: 'a', context: { cluster: 'a', user: 'u' } }],
      clusters: [{ name: 'a', cluster: { server: 'https://10.0.0.9:6443' } }],
      users: [{ name: 'u', user: { ...user, ...more } }],
    });
  }
});
