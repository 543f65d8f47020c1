import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** The system assigns ephemeral ports above this one: a port that is free now is not used by an outgoing connection meanwhile. */
const ownPorts = { from: 20_000, to: 32_000 };
const triesMax = 20;

/** A free port: the preferred one, or any other where that is in use. For programs that need a port number. */
export async function freePort(host = '127.0.0.1', usual?: number): Promise<number> {
  for (let tries = 0; tries < triesMax; tries += 1) {
    const port = tries === 0 && usual !== undefined ? usual : randomInt(ownPorts.from, ownPorts.to);
    if (await isFree(host, port)) return port;
  }
  throw new Error(`No free port on ${host}.`);
}

async function isFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
