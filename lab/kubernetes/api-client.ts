import { readFileSync } from 'node:fs';
import https from 'node:https';
import type { IncomingMessage } from 'node:http';
import { parse } from 'yaml';

/** An API server and a client certificate, all PEM. */
export interface ApiAccess {
  /** `https://127.77.0.1:6443` */
  readonly server: string;
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
}

/** An error answer, with the API server's message. */
export class ApiError extends Error {
  constructor(
    readonly method: string,
    readonly path: string,
    /** HTTP status: 404, 409, 429, … */
    readonly status: number,
    /** Kubernetes' reason: `NotFound`, `Conflict`, `TooManyRequests`, … */
    readonly reason: string,
    message: string,
  ) {
    super(`${method} ${path}: ${status} ${reason}: ${message}`);
    this.name = 'ApiError';
  }
}

/** The content type of a PATCH. */
export const patchTypes = {
  strategic: 'application/strategic-merge-patch+json',
  merge: 'application/merge-patch+json',
  json: 'application/json-patch+json',
  apply: 'application/apply-patch+yaml',
} as const;

interface RequestOptions {
  readonly body?: unknown;
  readonly contentType?: string;
  readonly timeoutMs?: number;
}

const DEFAULT_TIMEOUT_MS = 10_000;

/**
 * A small client of the Kubernetes API on kept connections. `@kubernetes/client-node` opens a TLS connection for each request, which is
 * expensive for six kubelets in one process; the requests here are few and explicit.
 */
export class ApiClient {
  readonly #agent: https.Agent;
  readonly #server: URL;
  readonly #open = new Set<IncomingMessage>();

  constructor(access: ApiAccess) {
    this.#server = new URL(access.server);
    this.#agent = new https.Agent({
      keepAlive: true,
      maxSockets: 4,
      ca: access.ca,
      cert: access.certificate,
      key: access.key,
    });
  }

  get<T>(path: string, timeoutMs?: number): Promise<T> {
    return this.#request<T>('GET', path, timeoutMs === undefined ? {} : { timeoutMs });
  }

  create<T>(path: string, body: unknown): Promise<T> {
    return this.#request<T>('POST', path, { body });
  }

  replace<T>(path: string, body: unknown): Promise<T> {
    return this.#request<T>('PUT', path, { body });
  }

  patch<T>(path: string, body: unknown, type: keyof typeof patchTypes = 'strategic'): Promise<T> {
    return this.#request<T>('PATCH', path, { body, contentType: patchTypes[type] });
  }

  delete<T>(path: string, body?: unknown): Promise<T> {
    return this.#request<T>('DELETE', path, { body });
  }

  /** GET of a non-JSON answer, like /readyz. */
  async text(path: string, timeoutMs?: number): Promise<string> {
    return readAll(await this.#send('GET', path, timeoutMs === undefined ? {} : { timeoutMs }));
  }

  /**
   * Reads a stream of JSON lines until it ends or breaks, or `signal` aborts.
   *
   * @throws ApiError when the server rejects it; an Error when the connection breaks
   */
  async lines(path: string, signal: AbortSignal, onLine: (line: unknown) => void): Promise<void> {
    const answer = await this.#send('GET', path, { timeoutMs: 0 }, signal);
    this.#open.add(answer);
    const stop = (): void => void answer.destroy();
    signal.addEventListener('abort', stop, { once: true });
    try {
      let rest = '';
      for await (const chunk of answer.setEncoding('utf8')) {
        const parts = (rest + String(chunk)).split('\n');
        rest = parts.pop() ?? '';
        for (const part of parts) if (part !== '' && !signal.aborted) onLine(JSON.parse(part));
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      signal.removeEventListener('abort', stop);
      this.#open.delete(answer);
    }
  }

  /** Closes every connection; requests in progress fail. */
  close(): void {
    for (const answer of this.#open) answer.destroy();
    this.#agent.destroy();
  }

  async #request<T>(method: string, path: string, options: RequestOptions): Promise<T> {
    const answer = await this.#send(method, path, options);
    return JSON.parse(await readAll(answer)) as T;
  }

  #send(
    method: string,
    path: string,
    options: RequestOptions,
    signal?: AbortSignal,
  ): Promise<IncomingMessage> {
    const body = options.body === undefined ? undefined : JSON.stringify(options.body);
    const timeout = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    return new Promise((resolve, reject) => {
      const request = https.request({
        host: this.#server.hostname,
        port: this.#server.port,
        servername: '',
        method,
        path,
        agent: this.#agent,
        ...(timeout > 0 ? { timeout } : {}),
        ...(signal ? { signal } : {}),
        headers: {
          accept: 'application/json',
          'user-agent': 'slipway-lab',
          ...(body === undefined
            ? {}
            : {
                'content-type': options.contentType ?? 'application/json',
                'content-length': Buffer.byteLength(body),
              }),
        },
      });
      request.once('timeout', () =>
        request.destroy(new Error(`${method} ${path}: no answer in ${timeout} ms`)),
      );
      request.once('error', reject);
      request.once('response', (answer) => {
        if ((answer.statusCode ?? 500) < 300) resolve(answer);
        else void refusal(method, path, answer).then(reject, reject);
      });
      request.end(body);
    });
  }
}

/** The access data of a kubeconfig file with embedded certificates: its first cluster and user. */
export function accessOf(kubeconfigFile: string): ApiAccess {
  const config = parse(readFileSync(kubeconfigFile, 'utf8')) as {
    clusters: [{ cluster: { server: string; 'certificate-authority-data': string } }];
    users: [{ user: { 'client-certificate-data': string; 'client-key-data': string } }];
  };
  const { cluster } = config.clusters[0];
  const { user } = config.users[0];
  const decoded = (base64: string): string => Buffer.from(base64, 'base64').toString('utf8');
  return {
    server: cluster.server,
    ca: decoded(cluster['certificate-authority-data']),
    certificate: decoded(user['client-certificate-data']),
    key: decoded(user['client-key-data']),
  };
}

/** True when the error says that the object does not exist. */
export function isNotFound(error: unknown): boolean {
  return error instanceof ApiError && error.status === 404;
}

/** True when another client created or changed the object first. */
export function isConflict(error: unknown): boolean {
  return error instanceof ApiError && error.status === 409;
}

async function readAll(answer: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of answer.setEncoding('utf8')) text += String(chunk);
  return text;
}

async function refusal(method: string, path: string, answer: IncomingMessage): Promise<ApiError> {
  const text = await readAll(answer);
  let status: { reason?: string; message?: string } = {};
  try {
    status = JSON.parse(text) as typeof status;
  } catch {
    // Not a Status object: plain text of a proxy or the health check.
  }
  const code = answer.statusCode ?? 0;
  return new ApiError(
    method,
    path,
    code,
    status.reason ?? answer.statusMessage ?? '',
    status.message ?? text.trim(),
  );
}
