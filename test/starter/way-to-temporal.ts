import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A connection to Temporal that a test may cut. */
export interface Way {
  readonly address: string;
  close(): void;
}

/** Whether nothing passes any more from this piece on. */
export type WayEnds = (from: 'starter' | 'temporal', piece: Buffer) => boolean | Promise<boolean>;

/**
 * A proxy to Temporal that lets nothing through any more once `ends` says so, in either direction: it is asked before each piece is
 * forwarded.
 */
export async function wayToTemporal(temporal: string, ends: WayEnds): Promise<Way> {
  const [host = '', port = ''] = temporal.split(':');
  const sockets: Socket[] = [];
  let ended = false;
  const server = createServer((near) => {
    const far = connect(Number(port), host);
    sockets.push(near, far);
    const handOn = (from: 'starter' | 'temporal', source: Socket, target: Socket): void => {
      let before = Promise.resolve();
      source.on('error', () => undefined);
      source.on('data', (piece) => {
        before = before.then(async () => {
          ended ||= await ends(from, piece);
          if (!ended) target.write(piece);
        });
      });
      source.on('close', () => void before.then(() => target.destroy()));
    };
    handOn('starter', near, far);
    handOn('temporal', far, near);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
