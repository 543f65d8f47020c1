import type { OutgoingHttpHeaders } from 'node:http';
import { Agent, request, type RequestOptions } from 'node:https';
import { loadKubeconfig } from './credential-kubeconfig.js';

/** An API server's answer. */
export interface KubernetesAnswer {
  readonly status: number;
  readonly body: string;
  /** From connecting to the last byte, in milliseconds. */
  readonly tookMs: number;
  /** The server's clock, to the second; undefined when the answer has no date. */
  readonly date: Date | undefined;
  /** Our own clock halfway through the request, in milliseconds since the epoch. */
  readonly halfWay: number;
}

/** One API server, with requests one after the other over the same connections. */
export interface KubernetesEndpoint {
  get(path: string, signal: AbortSignal): Promise<KubernetesAnswer>;
  post(path: string, body: object, signal: AbortSignal): Promise<KubernetesAnswer>;
  close(): void;
}

/** A larger answer is not valid here. */
const bytesMax = 1024 * 1024;
const connectionsMax = 4;

/**
 * A connection to one control plane's API server, for checks of the connection itself and of our own permissions there.
 *
 * @param kubeconfig its text; its server is not used.
 * @param server `https://10.20.67.1:6443`
 */
export async function kubernetesEndpoint(kubeconfig: string, server: string): Promise<KubernetesEndpoint> {
  const options: RequestOptions = {};
  await loadKubeconfig(kubeconfig).applyToHTTPSOptions(options);
  const { ca, cert, key, rejectUnauthorized, servername, headers, auth } = options;
  const given = { ca, cert, key, rejectUnauthorized, servername };
  const agent = new Agent({
    keepAlive: true,
    maxSockets: connectionsMax,
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
  });
  const send = (
    method: string,
    path: string,
    signal: AbortSignal,
    body?: string,
  ): Promise<KubernetesAnswer> => {
    const began = Date.now();
    return new Promise((resolve, reject) => {
      const sent = request(
        `${server}${path}`,
        {
          agent,
          method,
          signal,
          headers: {
            ...(headers as OutgoingHttpHeaders),
            accept: 'application/json',
            'content-type': 'application/json',
          },
          ...(auth ? { auth } : {}),
        },
        (response) => {
          let text = '';
          response.setEncoding('utf8');
          response.on('data', (piece: string) => {
            text += piece;
            if (text.length > bytesMax)
              response.destroy(new Error(`it answered more than ${bytesMax} bytes`));
          });
          response.on('error', reject);
          response.on('end', () => {
            const ended = Date.now();
            const date = new Date(response.headers.date ?? '');
            resolve({
              status: response.statusCode ?? 0,
              body: text,
              tookMs: ended - began,
              date: Number.isNaN(date.getTime()) ? undefined : date,
              halfWay: (began + ended) / 2,
            });
          });
        },
      );
      sent.on('error', reject);
      sent.end(body);
    });
  };
  return {
    get: (path, signal) => send('GET', path, signal),
    post: (path, body, signal) => send('POST', path, signal, JSON.stringify(body)),
    close: () => agent.destroy(),
  };
}
