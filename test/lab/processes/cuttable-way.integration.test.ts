import net from 'node:net';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, expect, test } from '@jest/globals';
import { CuttableWay } from '../../../lab/processes/cuttable-way.js';

const ends: { close(): unknown }[] = [];

afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end.close();
});

/** A proxy to an echo server, and the data that came back so far. */
async function wayToAnEcho(): Promise<{ way: CuttableWay; call: () => Promise<Call> }> {
  const sockets = new Set<net.Socket>();
  const echo = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.pipe(socket);
  });
  echo.listen(0, '127.0.0.1');
  await once(echo, 'listening');
  const way = await CuttableWay.open(`127.0.0.1:${(echo.address() as net.AddressInfo).port}`);
  ends.push({ close: () => (echo.close(), [...sockets].forEach((one) => one.destroy())) }, way);
  const call = async (): Promise<Call> => {
    const { hostname: host, port } = new URL(`tcp://${way.address}`);
    const socket = net.connect({ host, port: Number(port) });
    await once(socket, 'connect');
    ends.push({ close: () => socket.destroy() });
    let heard = '';
    socket.on('data', (chunk) => (heard += String(chunk)));
    const hears = async (words: string): Promise<void> => {
      for (;;) {
        if (heard === words) return;
        await pause(10);
      }
    };
    return { say: (words) => void socket.write(words), heard: () => heard, hears };
  };
  return { way, call };
}

interface Call {
  say(words: string): void;
  heard(): string;
  hears(words: string): Promise<void>;
}

test('data sent while the proxy is cut arrives when it is restored, and clients get no error', async () => {
  const { way, call } = await wayToAnEcho();
  const one = await call();
  one.say('a');
  await one.hears('a');
  way.cut();
  one.say('b');
  const late = await call();
  late.say('c');
  await pause(300);
  expect([one.heard(), late.heard()]).toEqual(['a', '']);
  way.mend();
  await one.hears('ab');
  await late.hears('c');
  one.say('d');
  await one.hears('abd');
});
