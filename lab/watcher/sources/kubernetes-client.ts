import { readFileSync } from 'node:fs';
import { X509Certificate } from 'node:crypto';
import { Agent, request } from 'node:https';
import type { IncomingMessage } from 'node:http';

/** An API server and its client's credential: PEM texts of a kubeconfig. */
export interface KubernetesAccess {
  readonly server: string;
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
}

const ANSWER_WITHIN = 5_000;

/**
 * The first cluster and user of a kubeconfig with embedded certificates. Reads just the four fields it needs, because the watcher shares no
 * parser with other code.
 */
export function kubernetesAccess(file: string): KubernetesAccess {
  const words = readFileSync(file, 'utf8');
  const field = (name: string): string => {
    // A value may stand on the next line, folded or not.
    const match = new RegExp(`["']?${name}["']?:\\s*(?:[>|][+-]?\\s+)?["']?([^\\s"']+)`).exec(words);
    if (match?.[1] === undefined)
      throw new Error(`${file} has no ${name}: the watcher needs a kubeconfig with certificates in it.`);
    return match[1];
  };
  const pem = (name: string): string => Buffer.from(field(name), 'base64').toString('utf8');
  return {
    server: field('server'),
    ca: pem('certificate-authority-data'),
    certificate: pem('client-certificate-data'),
    key: pem('client-key-data'),
  };
}

/** The user of a client certificate: its common name. */
export function userOf({ certificate }: KubernetesAccess): string {
  const subject = new X509Certificate(certificate).subject;
  const name = /^CN=(.*)$/m.exec(subject)?.[1];
  if (name === undefined)
    throw new Error(`The client certificate names no user: ${subject.replaceAll('\n', ', ')}`);
  return name;
}

/** Reads from the Kubernetes API; never writes. */
export class KubernetesClient {
  readonly #agent: Agent;

  constructor(readonly access: KubernetesAccess) {
    const { ca, certificate, key } = access;
    this.#agent = new Agent({ keepAlive: true, ca, cert: certificate, key });
  }

  async get(path: string): Promise<unknown> {
    const answer = await this.#send(path, AbortSignal.timeout(ANSWER_WITHIN));
    let words = '';
    for await (const chunk of answer.setEncoding('utf8')) words += String(chunk);
    return JSON.parse(words);
  }

  /** A stream of JSON values, one per line; ends when the server ends it, throws when it breaks. */
  async *lines(path: string, signal: AbortSignal): AsyncGenerator {
    const answer = await this.#send(path, signal);
    let rest = '';
    for await (const chunk of answer.setEncoding('utf8')) {
      const parts = (rest + String(chunk)).split('\n');
      rest = parts.pop() ?? '';
      for (const part of parts) if (part !== '') yield JSON.parse(part);
    }
  }

  close(): void {
    this.#agent.destroy();
  }

  #send(path: string, signal: AbortSignal): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const asked = request(new URL(path, this.access.server), {
        agent: this.#agent,
        // The certificate names addresses; there is no host name to send.
        servername: '',
        signal,
        headers: { accept: 'application/json', 'user-agent': 'slipway-lab-watcher' },
      });
      asked.once('error', reject);
      asked.once('response', (answer) => {
        if (answer.statusCode === 200) return resolve(answer);
        answer.resume();
        return reject(new Error(`GET ${path}: ${answer.statusCode}`));
      });
      asked.end();
    });
  }
}
