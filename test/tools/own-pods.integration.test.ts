import { once } from 'node:events';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createClusterCertificates, kubeconfig } from '../../lab/certificates.js';
import { kubernetesApi, type KubernetesApi } from '../../src/tools/kubernetes-api.js';
import { Refusal } from '../../src/tools/refusal.js';

const certificates = createClusterCertificates({
  machines: [],
  vip: { address: '127.0.0.9', loopback: '127.0.0.9' },
  apiServer: '127.0.0.1',
});
const pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'slipway-gpu', namespace: 'probes', uid: 'the-uid' },
  spec: { containers: [{ name: 'probe', image: 'cuda' }] },
};

/** An API server with the given answers, which records its requests. */
let server: Server;
let api: KubernetesApi;
let answer: { status: number; body: object };
let asked: { method: string; url: string; body: unknown }[] = [];

beforeAll(async () => {
  const { apiServer, authority } = certificates.kubernetes;
  server = createServer({ cert: apiServer.certificate, key: apiServer.key }, (request, response) => {
    let text = '';
    request.on('data', (piece: Buffer) => (text += piece.toString('utf8')));
    request.on('end', () => {
      const body: unknown = text === '' ? undefined : JSON.parse(text);
      asked.push({ method: request.method ?? '', url: request.url ?? '', body });
      response.writeHead(answer.status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(answer.body));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const text = kubeconfig('prox-ops', {
    ca: authority.certificate,
    client: certificates.kubernetes.client('slipway', []),
    server: 'https://10.20.67.100:6443',
    user: 'slipway',
  });
  api = kubernetesApi(text, [{ node: 'ctrl-1', server: `https://127.0.0.1:${port}` }]);
});

beforeEach(() => {
  asked = [];
});

afterAll(() => {
  api.close();
  server.closeAllConnections();
  server.close();
});

function says(status: number, reason: string, message: string): void {
  answer = {
    status,
    body: { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason, message, code: status },
  };
}

describe('a Pod of its own', () => {
  it('is created in its namespace, and read there', async () => {
    answer = { status: 201, body: pod };
    expect(await api.ownPods.create(pod)).toMatchObject({
      kind: 'made',
      pod: { metadata: { uid: 'the-uid' } },
    });
    answer = { status: 200, body: pod };
    expect(await api.ownPods.read('probes', 'slipway-gpu')).toMatchObject({ metadata: { uid: 'the-uid' } });
    expect(asked.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'POST /api/v1/namespaces/probes/pods',
      'GET /api/v1/namespaces/probes/pods/slipway-gpu',
    ]);
  });

  it('is not created twice: an existing one is reported', async () => {
    says(409, 'AlreadyExists', 'pods "slipway-gpu" already exists');
    expect(await api.ownPods.create(pod)).toEqual({ kind: 'exists' });
  });

  it.each([
    [403, 'Forbidden', 'violates PodSecurity "baseline:latest": host namespaces (hostNetwork=true)'],
    [404, 'NotFound', 'namespaces "probes" not found'],
    [422, 'Invalid', 'spec.containers[0].image: Required value'],
  ])('is refused with %i in the words of Kubernetes', async (status, reason, message) => {
    says(status, reason, message);
    expect(await api.ownPods.create(pod)).toEqual({ kind: 'refused', why: message });
  });

  it('is not created where the user is unknown, or the server fails', async () => {
    says(401, 'Unauthorized', 'Unauthorized');
    await expect(api.ownPods.create(pod)).rejects.toBeInstanceOf(Refusal);
    says(500, 'InternalError', 'etcd is away');
    await expect(api.ownPods.create(pod)).rejects.toThrow('etcd is away');
  });

  it('is deleted by its uid, so that no other of its name goes', async () => {
    answer = { status: 200, body: pod };
    await api.ownPods.remove(pod);
    expect(asked).toEqual([
      {
        method: 'DELETE',
        url: '/api/v1/namespaces/probes/pods/slipway-gpu',
        body: expect.objectContaining({ preconditions: { uid: 'the-uid' } }),
      },
    ]);
  });

  it.each([
    [404, 'NotFound'],
    [409, 'Conflict'],
  ])('is gone where deleting it is answered with %i', async (status, reason) => {
    says(status, reason, 'not that one');
    await expect(api.ownPods.remove(pod)).resolves.toBeUndefined();
  });

  it('is found by its label, in its namespace alone', async () => {
    answer = { status: 200, body: { kind: 'PodList', apiVersion: 'v1', metadata: {}, items: [pod] } };
    expect(await api.ownPods.list('probes', 'slipway.dev/probe')).toHaveLength(1);
    expect(asked[0]?.url).toBe('/api/v1/namespaces/probes/pods?labelSelector=slipway.dev%2Fprobe');
  });
});
