import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { askForImage, factoryVersions, schematicContents } from '../../src/tools/image-factory.js';

const image = 'factory.talos.dev/nocloud-installer/abc:v1.12.6';
let server: Server | undefined;

async function factory(listener: RequestListener): Promise<Record<string, string>> {
  server = createServer(listener);
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  return { 'factory.talos.dev': `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

describe('askForImage', () => {
  it('asks for the manifest of the image by its own name and tag', async () => {
    const asked: string[] = [];
    const dialMap = await factory((request, response) => {
      asked.push(`${request.method} ${request.url}`);
      response.end();
    });
    expect(await askForImage(image, dialMap, new AbortController().signal)).toEqual({ kind: 'there' });
    expect(asked).toEqual(['HEAD /v2/nocloud-installer/abc/manifests/v1.12.6']);
  });

  const answers = [
    [404, {}, { kind: 'missing', status: 404 }],
    [400, {}, { kind: 'missing', status: 400 }],
    [429, { 'retry-after': '7' }, { kind: 'later', retryAfterMs: 7000 }],
    [503, { 'retry-after': '86400' }, { kind: 'later', retryAfterMs: 60_000 }],
    [500, {}, { kind: 'later', retryAfterMs: 5000 }],
  ] as const;
  it.each(answers)('interprets a %s with %j', async (status, headers, expected) => {
    const dialMap = await factory((_request, response) => response.writeHead(status, headers).end());
    expect(await askForImage(image, dialMap, new AbortController().signal)).toMatchObject(expected);
  });

  it('waits for a factory that does not answer', async () => {
    const answer = await askForImage(
      image,
      { 'factory.talos.dev': 'http://127.0.0.1:1' },
      new AbortController().signal,
    );
    expect(answer).toMatchObject({ kind: 'later' });
  });
});

describe('factoryVersions', () => {
  it('reads the list of versions', async () => {
    const dialMap = await factory((_request, response) => response.end('["v1.12.1","v1.12.6"]'));
    expect(await factoryVersions('factory.talos.dev', dialMap)).toEqual({
      kind: 'answered',
      value: ['v1.12.1', 'v1.12.6'],
    });
  });

  it.each([
    ['no JSON', '<html>'],
    ['something else', '{"a":1}'],
  ])('takes %s for no answer', async (_case, body) => {
    const dialMap = await factory((_request, response) => response.end(body));
    expect((await factoryVersions('factory.talos.dev', dialMap)).kind).toBe('unreachable');
  });
});

describe('schematicContents', () => {
  const id = 'a'.repeat(64);
  const answering = async (body: string, status = 200) => {
    const dialMap = await factory((_request, response) => response.writeHead(status).end(body));
    return schematicContents('factory.talos.dev', id, dialMap);
  };

  it('asks for the schematic by its id', async () => {
    const asked: string[] = [];
    const dialMap = await factory((request, response) => {
      asked.push(`${request.method} ${request.url}`);
      response.end('customization: {}');
    });
    await schematicContents('factory.talos.dev', id, dialMap);
    expect(asked).toEqual([`GET /schematics/${id}`]);
  });

  const extensions = ['siderolabs/iscsi-tools', 'siderolabs/qemu-guest-agent'];
  const official = `systemExtensions:\n    officialExtensions:\n${extensions.map((name) => `        - ${name}\n`).join('')}`;
  it.each([
    ['extensions, in its order', `customization:\n    ${official.replaceAll('\n', '\n    ')}`, extensions],
    [
      'extensions beside other things',
      `overlay: {name: rpi}\ncustomization: {extraKernelArgs: [a=b], meta: [], secureboot: {}, systemExtensions: {officialExtensions: [siderolabs/iscsi-tools]}}`,
      ['siderolabs/iscsi-tools'],
    ],
    ['no extensions', 'customization:\n    systemExtensions:\n        officialExtensions: []\n', []],
    ['no list', 'customization:\n    systemExtensions: {}\n', []],
    [
      'an empty list, written as nothing',
      'customization:\n    systemExtensions:\n        officialExtensions:\n',
      [],
    ],
    ['no customization', 'customization: {}\n', []],
    ['nothing at all', '', []],
    [
      'the same as JSON',
      JSON.stringify({ customization: { systemExtensions: { officialExtensions: extensions } } }),
      extensions,
    ],
  ])('reads %s', async (_case, body, value) => {
    expect(await answering(body)).toEqual({ kind: 'answered', value });
  });

  it('reports an unknown id', async () => {
    expect(await answering('schematic not found', 404)).toEqual({ kind: 'answered', value: null });
  });

  it.each([
    ['an error', 'boom', 500, /answered 500$/],
    ['being asked too often', '', 429, /answered 429$/],
    ['a page', '<html><body>sign in</body></html>', 200, /./],
    ['no YAML', 'a: [1', 200, /./],
    [
      'a list that is none',
      'customization: {systemExtensions: {officialExtensions: yes}}',
      200,
      /officialExtensions/,
    ],
    ['too much', `# ${'x'.repeat(1024 * 1024)}`, 200, /more than 1048576 bytes$/],
  ])('takes %s for no answer', async (_case, body, status, why) => {
    expect(await answering(body, status)).toEqual({
      kind: 'unreachable',
      why: expect.stringMatching(why),
    });
  });

  it('reports an unreachable factory', async () => {
    const answer = await schematicContents('factory.talos.dev', id, {
      'factory.talos.dev': 'http://127.0.0.1:1',
    });
    expect(answer).toMatchObject({
      kind: 'unreachable',
      why: expect.stringMatching(/^factory\.talos\.dev: /),
    });
  });
});
