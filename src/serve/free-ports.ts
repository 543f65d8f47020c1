import { createServer } from 'node:net';
import { portOwner } from './port-owner.js';
import { ServeRefused } from './serve-refused.js';

/** Where Temporal is to listen. */
export interface Listening {
  readonly ip: string;
  readonly port: number;
  readonly uiPort: number;
}

/** What to type when a port cannot be had: other ports, both at once, a thousand apart. */
const further = 100;

/**
 * Makes sure that Temporal can listen where it is to, before anything starts.
 *
 * @throws ServeRefused naming who listens there, as far as can be seen, and what to type.
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
