import { execFile } from 'node:child_process';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import {
  createClusterCertificates,
  expiredYesterday,
  kubeconfig,
  type Validity,
} from '../../lab/certificates.js';
import { KubernetesAgents } from '../../src/tools/kubernetes-agents.js';
import { kubernetesApi, type KubernetesApi } from '../../src/tools/kubernetes-api.js';
import { projectRoot } from '../../src/tools/project-root.js';

const certificates = createClusterCertificates({
  machines: [],
  vip: { address: '127.0.0.9', loopback: '127.0.0.9' },
  apiServer: '127.0.0.1',
});
const node = { kind: 'Node', apiVersion: 'v1', metadata: { name: 'k8s-work-1' } };
const nodes = { kind: 'NodeList', apiVersion: 'v1', metadata: {}, items: [node] };

type Answer = (request: IncomingMessage, response: ServerResponse) => void;
const usual: Answer = (request, response) => {
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(request.method === 'GET' ? nodes : node));
};

/** An API server that records the connection of each request. */
let server: Server;
let answer = usual;
const requests: { method: string; socket: Socket; agent: string }[] = [];
const opened = new Set<KubernetesAgents>();

beforeAll(async () => {
  const { certificate, key } = certificates.kubernetes.apiServer;
  const { authority } = certificates.kubernetes;
  const ca = authority.certificate;
  server = createServer(
    { cert: certificate, key, ca, requestCert: true, rejectUnauthorized: false },
    (request, response) => {
      const { method = '', socket, headers } = request;
      requests.push({ method, socket, agent: headers['user-agent'] ?? '' });
      answer(request, response);
    },
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterEach(() => {
  for (const agents of opened) agents.close();
  opened.clear();
  requests.length = 0;
  answer = usual;
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const endpoint = () => ({
  node: 'k8s-ctrl-1',
  server: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
});

function credential(validity?: Validity): string {
  const { kubernetes } = certificates;
  return kubeconfig('prox-ops', {
    ca: kubernetes.authority.certificate,
    client: kubernetes.client('slipway', [], validity),
    server: 'https://10.20.67.100:6443',
    user: 'slipway',
  });
}

function sharing(): KubernetesAgents {
  const agents = new KubernetesAgents();
  opened.add(agents);
  return agents;
}

const step = (text: string, agents: KubernetesAgents): KubernetesApi =>
  kubernetesApi(text, [endpoint()], agents);
const connections = (): number => new Set(requests.map(({ socket }) => socket)).size;

describe('connections to the Kubernetes API', () => {
  it('are reused by one step after the other', async () => {
    const [agents, text] = [sharing(), credential()];
    for (let count = 0; count < 3; count += 1) {
      const api = step(text, agents);
      // oxlint-disable-next-line no-await-in-loop -- one step after the other
      expect(await api.listNodes()).toMatchObject([{ metadata: { name: 'k8s-work-1' } }]);
      api.close();
    }
    expect(requests.map(({ agent }) => agent)).toEqual(['slipway', 'slipway', 'slipway']);
    expect(connections()).toBe(1);
  });

  it('belong to one credential: a rotated one opens another', async () => {
    const agents = sharing();
    await step(credential(), agents).listNodes();
    await step(credential(), agents).listNodes();
    expect(connections()).toBe(2);
  });

  it('do not outlive their certificate', async () => {
    const [agents, ended] = [sharing(), credential(expiredYesterday())];
    await step(ended, agents).listNodes();
    await step(ended, agents).listNodes();
    expect(connections()).toBe(2);
  });

  it.each(['GET', 'PATCH'])('that broke while nobody used them cost nothing: %s', async (method) => {
    const [agents, text] = [sharing(), credential()];
    await step(text, agents).listNodes();
    const broken = requests[0]?.socket;
    answer = (request, response) => {
      if (request.socket === broken) broken.destroy();
      else usual(request, response);
    };
    const api = step(text, agents);
    if (method === 'GET') await api.listNodes();
    else await api.patchNode('k8s-work-1', [], { fieldManager: 'slipway' });
    expect(requests.map((one) => one.method)).toEqual(['GET', method, method]);
    expect(requests.map(({ socket }) => socket === broken)).toEqual([true, true, false]);
  });

  it('that break again fail: there is no endless retry', async () => {
    const [agents, text] = [sharing(), credential()];
    await step(text, agents).listNodes();
    answer = ({ socket }) => socket.destroy();
    await expect(step(text, agents).listNodes()).rejects.toMatchObject({
      reason: { kind: 'kubernetes-unreachable' },
    });
    expect(requests).toHaveLength(3);
  });

  it('without an answer time out, with an error', async () => {
    answer = () => undefined;
    await expect(step(credential(), sharing()).listNodes({ timeoutMs: 3_000 })).rejects.toMatchObject({
      reason: { kind: 'kubernetes-unreachable', why: expect.stringContaining('did not answer in time') },
    });
    expect(requests).toHaveLength(1);
  });

  it('carry what the server compresses', async () => {
    answer = (_request, response) => {
      response.setHeader('content-type', 'application/json');
      response.setHeader('content-encoding', 'gzip');
      response.end(gzipSync(JSON.stringify(nodes)));
    };
    expect(await step(credential(), sharing()).listNodes()).toHaveLength(1);
  });

  it('do not keep their process alive', async () => {
    const script = `
      const { kubernetesApi } = await import(process.argv[1]);
      const { KubernetesAgents } = await import(process.argv[2]);
      const api = kubernetesApi(${JSON.stringify(credential())}, [${JSON.stringify(endpoint())}], new KubernetesAgents());
      console.log((await api.listNodes()).length);`;
    const modules = ['kubernetes-api', 'kubernetes-agents'].map((name) =>
      path.join(projectRoot, `dist/src/tools/${name}.js`),
    );
    // An idle connection is kept longer than that.
    const args = ['--input-type=module', '-e', script, ...modules];
    const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 25_000 });
    expect(stdout).toBe('1\n');
  });
});
