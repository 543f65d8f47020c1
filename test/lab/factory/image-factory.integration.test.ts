import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { proxOpsSmall } from '../../../lab/clusters/prox-ops-small.js';
import { ImageFactory } from '../../../lab/factory/image-factory.js';
import { emptySchematic, schematicId } from '../../../lab/factory/schematics.js';
import { FaultPlan } from '../../../lab/faults/fault-plan.js';
import { askForImage, factoryVersions } from '../../../src/tools/image-factory.js';
import { limits } from '../../limits.js';

const { id: worker, extensions } = proxOpsSmall.schematics.worker;
const dial = { 'factory.talos.dev': 'http://127.0.0.1:18080' };

describe('the simulated Image Factory', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'slipway-factory-'));
  const faults = new FaultPlan();
  const factory = new ImageFactory({
    host: '127.0.0.1',
    port: 18080,
    name: 'factory.talos.dev',
    schematics: { [worker]: extensions },
    posted: ['customization: { systemExtensions: { officialExtensions: [siderolabs/tailscale] } }'],
    built: [],
    faults,
    speed: 50,
    log: path.join(folder, 'factory.jsonl'),
  });
  beforeAll(() => factory.start());
  afterAll(async () => {
    await factory.stop();
    rmSync(folder, { recursive: true });
  });

  const ask = (image: string): ReturnType<typeof askForImage> =>
    askForImage(image, dial, AbortSignal.timeout(limits.wait));
  const get = (where: string, init?: RequestInit): Promise<Response> => fetch(`${factory.url}${where}`, init);

  it.each([
    ['builds an installer it knows', `nocloud-installer/${worker}:v1.12.6`, { kind: 'there' }],
    ['has the installer of old', `installer/${emptySchematic}:v1.13.9`, { kind: 'there' }],
    ['knows no other version', `nocloud-installer/${worker}:v1.12.12`, { kind: 'missing', status: 404 }],
    [
      'knows no other schematic',
      `nocloud-installer/${'0'.repeat(64)}:v1.12.6`,
      { kind: 'missing', status: 404 },
    ],
  ])('%s', async (_what, image, answer) => {
    expect(await ask(`factory.talos.dev/${image}`)).toEqual(answer);
  });

  it('lists the versions it can build', async () => {
    const versions = await factoryVersions('factory.talos.dev', dial);
    expect(versions).toMatchObject({
      kind: 'answered',
      value: expect.arrayContaining([
        'v1.10.9',
        'v1.11.2',
        'v1.11.6',
        'v1.12.1',
        'v1.12.11',
        'v1.13.0',
        'v1.13.9',
      ]),
    });
  });

  it('shows machines the content of an image', async () => {
    const reference = `factory.talos.dev/nocloud-installer/${worker}:v1.12.2`;
    expect(await factory.exists(reference)).toEqual({ version: 'v1.12.2', schematic: worker, extensions });
    for (const other of [
      'factory.talos.dev/installer:v1.12.2',
      reference.replace('factory.talos.dev', 'ghcr.io'),
      'x',
    ]) {
      expect(await factory.exists(other)).toBeUndefined();
    }
  });

  it.each([
    ['factory-404', { kind: 'missing', status: 404 }],
    ['factory-429', { kind: 'later', why: 'factory.talos.dev answered 429', retryAfterMs: 1000 }],
    ['factory-slow', { kind: 'there' }],
  ])('shows the fault %s once', async (name, answer) => {
    faults.arm({ name });
    const image = `factory.talos.dev/nocloud-installer/${worker}:v1.12.3`;
    expect([await ask(image), await ask(image)]).toEqual([answer, { kind: 'there' }]);
  });

  it('gives the same schematic the same id, and the empty one the id it has everywhere', async () => {
    const post = async (body: string): Promise<unknown> =>
      (await get('/schematics', { method: 'POST', body })).json();
    expect(await post('customization: {}')).toMatchObject({ id: emptySchematic });
    const own = 'customization: { systemExtensions: { officialExtensions: [siderolabs/i915] } }';
    const { id } = (await post(own)) as { id: string };
    expect(await post(own)).toMatchObject({ id });
    expect(await (await get(`/schematics/${id}`)).text()).toContain('siderolabs/i915');
    expect(await factory.exists(`factory.talos.dev/metal-installer/${id}:v1.12.0`)).toMatchObject({
      extensions: ['siderolabs/i915'],
    });
  });

  it('knows what was posted before it began, by the id of its content', async () => {
    const systemExtensions = { officialExtensions: ['siderolabs/tailscale'] };
    const id = schematicId({ customization: { systemExtensions } });
    expect(await (await get(`/schematics/${id}`)).text()).toContain('- siderolabs/tailscale');
    expect(await ask(`factory.talos.dev/metal-installer/${id}:v1.11.2`)).toEqual({ kind: 'there' });
  });

  it.each([
    ['a schematic with a field it does not know', 'POST', '/schematics', 400],
    ['a schematic it never saw', 'GET', `/schematics/${'1'.repeat(64)}`, 404],
    ['extensions of an unknown version', 'GET', '/version/v1.2.3/extensions/official', 404],
    ['what it does not simulate', 'GET', '/image/x', 404],
  ])('refuses %s', async (_what, method, where, status) => {
    const body = method === 'POST' ? { body: 'overlay: {}' } : {};
    expect((await get(where, { method, ...body })).status).toBe(status);
  });

  it('logs every request and every pull', () => {
    const lines = readFileSync(path.join(folder, 'factory.jsonl'), 'utf8').trim().split('\n');
    const seen = lines.map((line) => JSON.parse(line) as { method: string; path: string; status: number });
    expect(seen).toContainEqual(expect.objectContaining({ method: 'GET', path: '/versions', status: 200 }));
    expect(seen).toContainEqual(
      expect.objectContaining({
        method: 'PULL',
        path: `/v2/nocloud-installer/${worker}/manifests/v1.12.2`,
        status: 200,
      }),
    );
  });
});

describe('the id of a schematic', () => {
  // The first four are cases of the Image Factory's own tests, the others ids its service gave; the last one was made
  // with the YAML library the factory uses.
  it.each([
    [{}, emptySchematic],
    [
      { extraKernelArgs: ['noapic', 'nolapic'] },
      '9cba8e32753f91a16c1837ab8abf356af021706ef284aef07380780177d9a06c',
    ],
    [
      { meta: [{ key: 10, value: 'foo' }] },
      'd308a2a5ee2277bed5fbaa104fcbc8d59122abfa737df987a95b4ca763459a7f',
    ],
    [
      { secureboot: { includeWellKnownCertificates: true } },
      'fa8e05f142a851d3ee568eb0a8e5841eaf6b0ebc8df9a63df16ac5ed2c04f3e6',
    ],
    [{ extraKernelArgs: [], systemExtensions: {} }, emptySchematic],
    [
      { systemExtensions: { officialExtensions: ['siderolabs/qemu-guest-agent'] } },
      'ce4c980550dd2ab1b17bbf2b08801c7eb59418eafe8f279833297925d67c7515',
    ],
    [
      {
        systemExtensions: { officialExtensions: ['siderolabs/a'] },
        meta: [{ key: 10, value: 'addresses:\n- address: 10.0.0.11/16\n' }],
      },
      '07b4737c16a2db2e3d79613920a399d95d9fb3b858627da9ff66f72d20981acc',
    ],
  ])('%j is what the factory makes of it', (customization, id) => {
    expect(schematicId({ customization })).toBe(id);
  });
});
