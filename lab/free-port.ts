import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** What the system gives to outgoing connections begins above: a port that is free now is not taken by one of those meanwhile. */
const ownPorts = { from: 20_000, to: 32_000 };
const triesMax = 20;

/** A port nobody listens on: the usual one, or where that is taken any other. For programs that must be given one. */
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
