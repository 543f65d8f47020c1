import { createServer } from 'node:net';
import { portOwner } from './port-owner.js';
import { ServeRefused } from './serve-refused.js';

/** The addresses that Temporal will listen on. */
export interface Listening {
  readonly ip: string;
  readonly port: number;
  readonly uiPort: number;
}

/** What to type when a port is not available: other ports, both together, 1000 apart. */
const further = 100;

/**
 * Makes sure that Temporal's ports are free, before anything starts.
 *
 * @throws ServeRefused naming the process that listens, if visible, and what to type.
 */
export async function assertPortsFree({ ip, port, uiPort }: Listening): Promise<void> {
  for (const [what, wanted] of [
    ['Temporal', port],
    ['its Web UI', uiPort],
  ] as const) {
    const code = await whyNotFree(ip, wanted);
    if (code === undefined) continue;
    const others = `slipway serve --port ${port + further} --ui-port ${uiPort + further}`;
    if (code !== 'EADDRINUSE') {
      throw new ServeRefused(
        `Port ${wanted} of ${ip}, for ${what}, cannot be used (${code}).`,
        `Take others: ${others}`,
      );
    }
    const owner = portOwner(wanted);
    const by = owner
      ? `${owner.program} (pid ${owner.pid})`
      : 'a process this user may not see (sudo ss -ltnp)';
    throw new ServeRefused(
      `Port ${wanted} of ${ip}, for ${what}, is taken by ${by}.`,
      [
        ...(owner ? [`To stop that: kill ${owner.pid}`] : []),
        `To leave it there and take other ports: ${others}`,
        ...(owner?.program === 'temporal'
          ? ['To use that Temporal, start a worker alone: node dist/programs/worker.js']
          : []),
      ].join('\n'),
    );
  }
}

function whyNotFree(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}
