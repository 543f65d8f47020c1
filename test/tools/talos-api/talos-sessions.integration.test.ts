import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createSecureServer, type Http2SecureServer, type Http2Session } from 'node:http2';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import {
  createClusterCertificates,
  expiredYesterday,
  talosconfig,
  type Validity,
} from '../../../lab/certificates.js';
import { talosKeys, type TalosKeys } from '../../../src/tools/credential-certificates.js';
import { projectRoot } from '../../../src/tools/project-root.js';
import { TalosConnections } from '../../../src/tools/talos-api/talos-connections.js';
import { TalosSessions } from '../../../src/tools/talos-api/talos-sessions.js';

const certificates = createClusterCertificates({
  machines: [],
  vip: { address: '127.0.0.9', loopback: '127.0.0.9' },
  apiServer: '127.0.0.1',
});
const list = '/machine.MachineService/ServiceList';
/** A gRPC message without bytes: an empty list. */
const emptyMessage = Buffer.alloc(5);

/** Answers every call, and records its connection. */
let server: Http2SecureServer;
const calls: Http2Session[] = [];
let breaks: (session: Http2Session) => boolean = () => false;
const sessions = new Set<TalosSessions>();

beforeAll(async () => {
  const { certificate, key } = certificates.kubernetes.apiServer;
  const { authority } = certificates.talos;
  server = createSecureServer({ cert: certificate, key, ca: authority.certificate, requestCert: true });
  server.on('stream', (stream) => {
    const { session } = stream;
    if (!session) return;
    calls.push(session);
    if (breaks(session)) return session.destroy();
    stream.respond({ 'content-type': 'application/grpc' }, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
    stream.end(emptyMessage);
  });
  server.on('sessionError', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterEach(() => {
  for (const one of sessions) one.close();
  sessions.clear();
  calls.length = 0;
  breaks = () => false;
});

afterAll(() => {
  server.close();
});

const target = () => ({
  node: '10.20.67.1',
  endpoint: `127.0.0.1:${(server.address() as AddressInfo).port}`,
});
const shared = (): TalosSessions => {
  const made = new TalosSessions();
  sessions.add(made);
  return made;
};

function keys(validity?: Validity): TalosKeys {
  const text = talosconfig('prox-ops', {
    ca: certificates.kubernetes.authority.certificate,
    client: certificates.talos.client(['os:reader'], validity),
    endpoints: [],
  });
  return talosKeys('talosconfig (reader)', { file: 'reader' }, text);
}

/** One step: it opens, calls, closes. */
async function step(own: TalosKeys, sharing: TalosSessions): Promise<readonly object[]> {
  const connections = new TalosConnections(own, sharing);
  try {
    return await connections.call(list, {}, target());
  } finally {
    connections.close();
  }
}

describe('a shared connection', () => {
  test('is reused by one step after the other', async () => {
    const [sharing, own] = [shared(), keys()];
    for (let count = 0; count < 3; count += 1)
      // oxlint-disable-next-line no-await-in-loop -- one step after the other
      expect(await step(own, sharing)).toEqual([{ messages: [] }]);
    expect(calls).toHaveLength(3);
    expect(new Set(calls).size).toBe(1);
  });

  test('belongs to one credential: a rotated one opens another', async () => {
    const sharing = shared();
    await step(keys(), sharing);
    await step(keys(), sharing);
    expect(new Set(calls).size).toBe(2);
  });

  test('that broke unnoticed is replaced, and the call succeeds', async () => {
    const [sharing, own] = [shared(), keys()];
    await step(own, sharing);
    const [first] = calls;
    breaks = (session) => session === first;
    expect(await step(own, sharing)).toEqual([{ messages: [] }]);
    expect(calls.map((session) => session === first)).toEqual([true, true, false]);
  });

  test('that breaks again fails: there is no endless retry', async () => {
    const [sharing, own] = [shared(), keys()];
    await step(own, sharing);
    breaks = () => true;
    await expect(step(own, sharing)).rejects.toMatchObject({ wayIsClosed: true });
    expect(calls).toHaveLength(3);
  });

  test('that was just opened is not retried', async () => {
    breaks = () => true;
    await expect(step(keys(), shared())).rejects.toMatchObject({ wayIsClosed: true });
    expect(calls).toHaveLength(1);
  });

  test('does not outlive its certificate', () => {
    const sharing = shared();
    const ended = keys(expiredYesterday());
    const one = sharing.take(target().endpoint, ended);
    sharing.release(one);
    expect(sharing.take(target().endpoint, ended).session).not.toBe(one.session);
    expect(one.session.destroyed).toBe(true);
    const good = keys();
    const another = sharing.take(target().endpoint, good);
    sharing.release(another);
    expect(sharing.take(target().endpoint, good).session).toBe(another.session);
  });

  test('does not keep its process alive', async () => {
    const script = `
      const { TalosConnections } = await import(process.argv[1]);
      const { TalosSessions } = await import(process.argv[2]);
      const connections = new TalosConnections(${JSON.stringify(keys())}, new TalosSessions());
      const answers = await connections.call('${list}', {}, ${JSON.stringify(target())});
      connections.close();
      console.log(JSON.stringify(answers));`;
    const modules = ['talos-connections', 'talos-sessions'].map((name) =>
      path.join(projectRoot, `dist/src/tools/talos-api/${name}.js`),
    );
    // An idle connection is kept longer than that.
    const limit = { timeout: 25_000 };
    const args = ['--input-type=module', '-e', script, ...modules];
    const { stdout } = await promisify(execFile)(process.execPath, args, limit);
    expect(stdout).toBe('[{"messages":[]}]\n');
  });
});
