import { once } from 'node:events';
import { connect, createServer, type Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ApiFront } from '../../../lab/kubernetes/api-front.js';
import { VirtualAddress } from '../../../lab/kubernetes/virtual-address.js';

const listen = { host: '127.0.0.1', port: 18_443 };
const target = { host: '127.0.0.1', port: 18_444 };

describe('the address that moves between control planes', () => {
  let server: Server;
  let address: VirtualAddress;

  const start = (stays?: (holder: string) => boolean): void => {
    const log = { write: () => undefined, close: () => undefined };
    address = new VirtualAddress(new ApiFront('vip', listen, target, log), 20, stays);
  };
  beforeEach(async () => {
    server = createServer((socket) => socket.end());
    server.listen(target);
    await once(server, 'listening');
  });
  afterEach(async () => {
    await address.close();
    server.close();
  });

  it('answers with its holder, and with the next control plane some time after its holder’s death', async () => {
    start();
    await address.up('ctrl-1');
    await address.up('ctrl-2');
    expect([address.holder, await answers()]).toEqual(['ctrl-1', true]);
    await address.down('ctrl-1');
    expect([address.holder, await answers()]).toEqual([undefined, false]);
    while (address.holder === undefined) await sleep(5);
    while (!(await answers())) await sleep(5);
    expect(address.holder).toBe('ctrl-2');
    await address.up('ctrl-1');
    expect(address.holder).toBe('ctrl-2');
  });

  it('stays dead with its holder where it does not move, and comes back with it', async () => {
    start((holder) => holder === 'ctrl-1');
    await address.up('ctrl-1');
    await address.up('ctrl-2');
    await address.down('ctrl-1');
    await sleep(3 * address.moveMs);
    expect([address.holder, await answers()]).toEqual(['ctrl-1', false]);
    await address.up('ctrl-2');
    expect(await answers()).toBe(false);
    await address.up('ctrl-1');
    expect([address.holder, await answers()]).toEqual(['ctrl-1', true]);
  });
});

async function answers(): Promise<boolean> {
  const socket = connect(listen);
  return new Promise((resolve) => {
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
  }).then((is) => {
    socket.destroy();
    return is as boolean;
  });
}
