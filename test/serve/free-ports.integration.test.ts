import { createServer, type Server } from 'node:net';
import path from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { freePort } from '../../lab/free-port.js';
import { assertPortsFree } from '../../src/serve/free-ports.js';

const ip = '127.0.0.1';
const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** A listener on a port that the system chooses. */
async function listen(host: string): Promise<number> {
  const server = createServer();
  servers.push(server);
  await new Promise<void>((resolve) => server.listen({ host, port: 0 }, resolve));
  const address = server.address();
  return typeof address === 'object' ? (address?.port ?? 0) : 0;
}

test('free ports are accepted', async () => {
  const ports = { port: await freePort(), uiPort: await freePort() };
  await expect(assertPortsFree({ ip, ...ports })).resolves.toBeUndefined();
});

test.each(['127.0.0.1', '::', '0.0.0.0'])('a port taken on %s is refused, with who took it', async (host) => {
  const port = await listen(host);
  const node = path.basename(process.execPath);
  await expect(assertPortsFree({ ip, port, uiPort: await freePort() })).rejects.toMatchObject({
    message: `Port ${port} of 127.0.0.1, for Temporal, is taken by ${node} (pid ${process.pid}).`,
    hint: expect.stringMatching(
      new RegExp(`kill ${process.pid}\n.*slipway serve --port ${port + 100} --ui-port \\d+$`),
    ),
  });
});

test('so is one for the Web UI', async () => {
  const uiPort = await listen(ip);
  await expect(assertPortsFree({ ip, port: await freePort(), uiPort })).rejects.toThrow(
    `Port ${uiPort} of 127.0.0.1, for its Web UI, is taken by`,
  );
});
