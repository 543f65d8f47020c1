import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { expiredYesterday } from '../../../lab/certificates.js';
import { throughOthers, whyNot } from '../../../src/tools/observe-cluster.js';
import { projectRoot } from '../../../src/tools/project-root.js';
import { foreignCertificates, startMachines, type TestMachines } from './talos-machines.js';

let machines: TestMachines;
/** Accepts connections and never responds. */
let silent: Server;
const held = new Set<Socket>();

beforeAll(async () => {
  machines = await startMachines();
  silent = createServer((socket) => held.add(socket.on('error', () => undefined))).listen(0, '127.0.0.1');
  await once(silent, 'listening');
});

afterAll(async () => {
  for (const socket of held) socket.destroy();
  silent.close();
  await machines.stop();
});

const silence = (): string => `127.0.0.1:${(silent.address() as AddressInfo).port}`;

async function failureOf(look: Promise<unknown>): Promise<Error & Record<string, unknown>> {
  return look.then(
    () => Promise.reject(new Error('it was answered')),
    (error: Error & Record<string, unknown>) => error,
  );
}

describe('a look', () => {
  test('asks for one node through one endpoint, as the role of its certificate', async () => {
    await machines.looks().services(machines.target('k8s-ctrl-1', 'k8s-ctrl-2'));
    expect(machines.requests.at(-1)).toMatchObject({
      endpoint: 'k8s-ctrl-1',
      node: 'k8s-ctrl-2',
      method: 'machine.MachineService/ServiceList',
      roles: ['os:reader'],
      client: 'slipway',
    });
  });

  test('goes through no proxy, whatever the environment names', async () => {
    const names = ['https_proxy', 'http_proxy', 'grpc_proxy'];
    for (const name of names) process.env[name] = `http://${machines.nobody}:1`;
    try {
      expect(await machines.looks().version(machines.target('k8s-ctrl-1', 'k8s-ctrl-2'))).toBe('v1.12.1');
    } finally {
      for (const name of names) delete process.env[name];
    }
  });

  test('prints no warning about an address that is no server name', async () => {
    const warnings: Error[] = [];
    const warned = (warning: Error): void => void warnings.push(warning);
    process.on('warning', warned);
    await machines.looks().version(machines.target('k8s-ctrl-1', 'k8s-ctrl-2'));
    process.off('warning', warned);
    expect(warnings).toEqual([]);
  });

  test('is not started once it is too late', async () => {
    const before = machines.requests.length;
    const target = machines.target('k8s-ctrl-1', 'k8s-ctrl-2');
    const error = await failureOf(machines.looks().version(target, { startBefore: Date.now() - 1 }));
    expect(error).toMatchObject({ status: 10 });
    expect(machines.requests).toHaveLength(before);
  });
});

describe('an endpoint that is down', () => {
  test('fails at once, with address and reason, and another endpoint is tried', async () => {
    const looks = machines.looks();
    const open = machines.target('k8s-ctrl-1', 'k8s-ctrl-2');
    const closed = { ...open, endpoint: machines.nobody };
    const error = await failureOf(looks.services(closed));
    expect(error.message).toBe(
      `the Talos API of 10.20.67.2 through ${machines.nobody}, ServiceList: no connection to ${machines.nobody}:50000: connection refused`,
    );
    expect(error).toMatchObject({ status: 14, timedOut: false, wayIsClosed: true });
    expect(await throughOthers([closed, open], (target) => looks.version(target))).toBe('v1.12.1');
  });

  test.each([
    ['nowhere.invalid', 'no connection to nowhere.invalid:50000: there is no such host'],
    ['::1', 'no connection to [::1]:50000: connection refused'],
  ])('has its own error for an address: %s', async (endpoint, says) => {
    const error = await failureOf(machines.looks().version({ node: '10.20.67.2', endpoint }));
    expect(error).toMatchObject({ wayIsClosed: true, why: says });
  });

  test('is one that does not answer in time', async () => {
    const target = { node: '10.20.67.2', endpoint: silence() };
    const error = await failureOf(machines.looks().version(target, { timeoutMs: 600 }));
    expect(error).toMatchObject({ timedOut: true, wayIsClosed: true, cancelled: false });
    expect(whyNot(error)).toBe('no answer within 1 s');
  });

  test('works again with its machine, for the same client', async () => {
    const looks = machines.looks();
    const target = machines.target('k8s-ctrl-3', 'k8s-ctrl-1');
    const way = machines.machine('k8s-ctrl-3');
    expect(await looks.version(target)).toBe('v1.12.1');
    await way.powerOff();
    expect(await failureOf(looks.version(target))).toMatchObject({ wayIsClosed: true });
    await way.powerOn();
    expect(await looks.version(target)).toBe('v1.12.1');
  });
});

describe('a node that is down behind its endpoint', () => {
  test('is no endpoint failure: no other endpoint is tried', async () => {
    const looks = machines.looks();
    const node = machines.machine('k8s-ctrl-3');
    await node.powerOff();
    try {
      const ways = ['k8s-ctrl-1', 'k8s-ctrl-2'].map((way) => machines.target(way, 'k8s-ctrl-3'));
      const asked: string[] = [];
      const error = await failureOf(
        throughOthers(ways, (target) => {
          asked.push(target.endpoint);
          return looks.services(target);
        }),
      );
      expect(asked).toEqual([ways[0]?.endpoint]);
      expect(error).toMatchObject({ status: 14, wayIsClosed: false });
      expect(whyNot(error)).toContain('dial tcp 10.20.67.3:50000: connect: connection refused');
    } finally {
      await node.powerOn();
    }
  });
});

describe('a credential that is rejected', () => {
  const foreign = () => foreignCertificates(machines.machines.map(({ definition }) => definition));
  const cases = [
    {
      what: 'ended',
      keys: () => machines.keys({ validity: expiredYesterday() }),
      why: 'tls: expired certificate',
    },
    {
      what: 'of another CA',
      keys: () => machines.keys({ client: foreign() }),
      why: 'tls: unknown certificate authority',
    },
    {
      what: 'for another cluster',
      keys: () => machines.keys({ ca: foreign() }),
      why: 'x509: certificate signed by unknown authority',
    },
  ];

  test.each(cases)('is refused: it is $what', async ({ keys, why }) => {
    const target = machines.target('k8s-ctrl-1', 'k8s-ctrl-2');
    const own = keys();
    const error = await failureOf(machines.looks(own).version(target));
    expect(error['reason']).toEqual({
      kind: 'credential-rejected',
      which: 'talosconfig (reader)',
      endpoint: target.endpoint,
      why,
    });
    const told = JSON.stringify([error, error.message, error.stack, error.cause, String(error.cause)]);
    for (const secret of [own.key, own.certificate])
      for (const line of secret.trim().split('\n')) expect(told).not.toContain(line);
  });

  test('is refused where its role may not read', async () => {
    const error = await failureOf(machines.looks().bootId(machines.target('k8s-ctrl-1', 'k8s-ctrl-2')));
    expect(error['reason']).toMatchObject({ kind: 'credential-rejected', why: 'not authorized' });
  });

  test('is not reported where another machine than the dialled one responds', async () => {
    // The certificate is signed by the right CA and valid for other addresses.
    const { endpoint, node } = machines.target('k8s-ctrl-1', 'k8s-ctrl-2');
    const elsewhere = createServer((socket) => socket.destroy());
    elsewhere.listen(50_000, machines.nobody);
    await once(elsewhere, 'listening');
    try {
      const error = await failureOf(machines.looks().version({ node, endpoint: machines.nobody }));
      expect(error).toMatchObject({ status: 14, wayIsClosed: true });
      expect(endpoint).not.toBe(machines.nobody);
    } finally {
      elsewhere.close();
    }
  });
});

describe('an end', () => {
  test('comes when the caller aborts, and differs from a failure', async () => {
    const abort = new AbortController();
    const target = { node: '10.20.67.2', endpoint: silence() };
    const look = machines.looks().version(target, { signal: abort.signal });
    abort.abort();
    expect(await failureOf(look)).toMatchObject({ status: 1, cancelled: true });
  });

  test('comes before the start where the caller had aborted', async () => {
    const before = machines.requests.length;
    const target = machines.target('k8s-ctrl-1', 'k8s-ctrl-2');
    const look = machines.looks().version(target, { signal: AbortSignal.abort() });
    expect(await failureOf(look)).toMatchObject({ cancelled: true });
    expect(machines.requests).toHaveLength(before);
  });

  test('ends all reads when the client is closed, and none starts afterwards', async () => {
    const looks = machines.looks();
    const waiting = looks.version({ node: '10.20.67.2', endpoint: silence() });
    looks.close();
    expect(await failureOf(waiting)).toMatchObject({ cancelled: true });
    const later = looks.version(machines.target('k8s-ctrl-1', 'k8s-ctrl-2'));
    expect(await failureOf(later)).toMatchObject({ cancelled: true });
  });

  test('of a process is not delayed by open or failed connections', async () => {
    const { endpoint, node } = machines.target('k8s-ctrl-1', 'k8s-ctrl-2');
    const script = `
      const { talosLooks } = await import(process.argv[1]);
      const looks = talosLooks(${JSON.stringify(machines.keys())});
      const version = await looks.version(${JSON.stringify({ node, endpoint })});
      looks.version(${JSON.stringify({ node, endpoint: silence() })}, { timeoutMs: 3_600_000 }).catch(() => undefined);
      looks.close();
      console.log(version);`;
    const file = path.join(projectRoot, 'dist/src/tools/talos-api/talos-looks.js');
    const { stdout } = await promisify(execFile)(process.execPath, [
      '--input-type=module',
      '-e',
      script,
      file,
    ]);
    expect(stdout).toBe('v1.12.1\n');
  });
});
