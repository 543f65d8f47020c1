import type { Agent, IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import {
  ResponseContext,
  wrapHttpLibrary,
  type HttpLibrary,
  type RequestContext,
} from '@kubernetes/client-node';
import { BrokenSince } from './connection-life.js';
import type { KubernetesAgents } from './kubernetes-agents.js';

const unzipped = promisify(gunzip);

/**
 * HTTP for the client library, over kept connections. If one broke while idle, the request is retried once over a new connection. Every
 * request of ours may be sent twice: it reads, or writes only on top of what it read.
 */
export function kubernetesHttp(agents: KubernetesAgents): HttpLibrary {
  return wrapHttpLibrary({
    send: async (request) => {
      const attempt = async (): Promise<ResponseContext> => {
        const agent = agents.keeping(new URL(request.getUrl()).origin, request.getAgent());
        try {
          return await answerTo(request, agent);
        } catch (error) {
          agents.forget(agent);
          throw error;
        }
      };
      try {
        return await attempt().catch((error: unknown) => {
          if (error instanceof BrokenSince) return attempt();
          throw error;
        });
      } catch (error) {
        if (request.getSignal()?.aborted) throw new Error('it did not answer in time', { cause: error });
        throw error instanceof BrokenSince ? error.how : error;
      }
    },
  });
}

async function answerTo(request: RequestContext, agent: Agent | undefined): Promise<ResponseContext> {
  const signal = request.getSignal();
  const own = request.getBody();
  // The library serializes bodies for the Kubernetes API to text; form bodies are for other APIs.
  const body = typeof own === 'string' ? own : undefined;
  // Node.js sets Content-Length automatically, but not for a DELETE: the server would parse the body as another request.
  const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  const sent = httpsRequest(request.getUrl(), {
    method: request.getHttpMethod(),
    headers: { 'user-agent': 'slipway', 'accept-encoding': 'gzip', ...request.getHeaders(), ...length },
    ...(agent ? { agent } : {}),
    ...(signal ? { signal } : {}),
  });
  try {
    const { head, content } = await new Promise<{ head: IncomingMessage; content: Buffer }>(
      (resolve, reject) => {
        sent.once('error', reject);
        sent.once('response', (response) => {
          const pieces: Buffer[] = [];
          response.on('data', (piece: Buffer) => pieces.push(piece));
          response.once('error', reject);
          response.once('end', () => resolve({ head: response, content: Buffer.concat(pieces) }));
        });
        sent.end(body);
      },
    );
    const plain = head.headers['content-encoding'] === 'gzip' ? await unzipped(content) : content;
    const headers = Object.fromEntries(
      Object.entries(head.headers).map(([name, value]) => [name, [value].flat().join(', ')]),
    );
    return new ResponseContext(head.statusCode ?? 0, headers, {
      text: () => Promise.resolve(plain.toString('utf8')),
      binary: () => Promise.resolve(plain),
    });
  } catch (error) {
    const aborted = signal?.aborted === true;
    throw sent.reusedSocket && !aborted ? new BrokenSince(error) : error;
  }
}
