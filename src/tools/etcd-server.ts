import { request } from 'node:http';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { CommandFailed, runCommand } from './run-command.js';

/** What a running etcd reports of its data. */
export interface EtcdContent {
  readonly revision: number;
  /** The number of keys at that revision. */
  readonly keys: number;
}

/** Replaying a large write-ahead log takes a while; a restored database has an empty one. */
const startMs = 60_000;
const askMs = 30_000;
/** The longest path of a socket that Linux accepts. */
const socketPathMax = 107;

/**
 * Starts a full etcd on restored data, reads its status, and stops it.
 *
 * It listens on sockets in `folder` only and on no port: without certificates, every user of this machine could read all Secrets of the
 * cluster from a port on loopback. Both sockets are named relative to the folder, which is private.
 *
 * @param data the restored data folder.
 * @param folder a private (0700) folder.
 */
export async function contentOfFullEtcd(
  etcd: string,
  data: string,
  folder: string,
  signal: AbortSignal,
): Promise<EtcdContent> {
  const socket = path.join(folder, 'client.sock');
  if (Buffer.byteLength(socket) > socketPathMax)
    throw new Error(`${folder} is too long a path for a socket; name a shorter one with TMPDIR`);
  const stop = new AbortController();
  const ended = runCommand({
    command: etcd,
    args: [
      `--data-dir=${data}`,
      '--listen-client-urls=unix://client.sock',
      '--listen-peer-urls=unix://peer.sock',
      '--advertise-client-urls=http://localhost:2379',
      // It only reads: a database at its quota works as any other.
      '--quota-backend-bytes=-1',
      '--unsafe-no-fsync',
      '--log-level=error',
    ],
    cwd: folder,
    timeoutMs: startMs + askMs,
    signal: AbortSignal.any([signal, stop.signal]),
  });
  try {
    const asked = firstAnswer(socket, ended);
    const failed = ended.then((): never => {
      throw new Error('etcd ended automatically');
    });
    return await Promise.race([asked, failed]);
  } finally {
    stop.abort();
    await ended.catch((error: unknown) => {
      if (!(error instanceof CommandFailed)) throw error;
    });
  }
}

/** Retries until etcd serves: without a leader it does not answer a read. */
async function firstAnswer(socket: string, process: Promise<unknown>): Promise<EtcdContent> {
  let gone = false;
  process.catch(() => undefined).finally(() => (gone = true));
  const end = Date.now() + startMs;
  for (;;) {
    try {
      const { header, count } = rangeSchema.parse(await ask(socket, '/v3/kv/range', allKeys));
      return { revision: header.revision, keys: count };
    } catch (error) {
      if (gone || Date.now() > end) throw error;
      await sleep(100);
    }
  }
}

const nul = Buffer.from([0]).toString('base64');
const allKeys = { key: nul, range_end: nul, count_only: true };

/** The gateway writes 64-bit numbers as text, and omits zeros. */
const rangeSchema = z.object({
  header: z.object({ revision: z.coerce.number() }),
  count: z.coerce.number().default(0),
});

/** One call of etcd's own HTTP gateway. */
function ask(socketPath: string, where: string, body: object): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const sent = request(
      { socketPath, path: where, method: 'POST', timeout: askMs, agent: false },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (piece: string) => (text += piece));
        response.on('error', reject);
        response.on('end', () => {
          if (response.statusCode === 200) resolve(JSON.parse(text));
          else reject(new Error(`etcd answered ${response.statusCode} to ${where}`));
        });
      },
    );
    sent.on('timeout', () =>
      sent.destroy(new Error(`etcd did not answer ${where} within ${askMs / 1000} s`)),
    );
    sent.on('error', reject);
    sent.end(JSON.stringify(body));
  });
}
