import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { askForImage, factoryVersions } from '../../src/tools/image-factory.js';

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
  it.each(answers)('takes a %s with %j for what it is', async (status, headers, expected) => {
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
