import { request } from 'node:http';

/** A webhook request. */
export interface Sent {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly bytesMost: number;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Closes the connection once everything is sent. */
  readonly hangUp: boolean;
}

/** Its result. */
export interface HookAnswer {
  /** `OK`, or the error. */
  readonly status: string;
  /** 0: there was no answer. */
  readonly statusCode: number;
  readonly answer: string;
}

const ANSWER_CHARACTERS_MOST = 64 * 1024;

/** Posts a delivery, once. It follows no redirect and throws no error. */
export function sendDelivery(url: string, sent: Sent): Promise<HookAnswer> {
  const bytes = Buffer.from(sent.body);
  if (bytes.length > sent.bytesMost)
    return Promise.resolve({ status: 'payload too large', statusCode: 0, answer: '' });
  const late = AbortSignal.timeout(sent.timeoutMs);
  return new Promise((resolve) => {
    const failed = (status: string): void => resolve({ status, statusCode: 0, answer: '' });
    const asking = request(
      url,
      {
        method: 'POST',
        agent: false,
        headers: { ...sent.headers, 'content-length': String(bytes.length) },
        signal: AbortSignal.any([sent.signal, late]),
      },
      (response) => {
        const statusCode = response.statusCode ?? 0;
        let answer = '';
        response.setEncoding('utf8');
        response.on('data', (text: string) => {
          answer = (answer + text).slice(0, ANSWER_CHARACTERS_MOST);
        });
        response.once('error', () => failed('connection lost'));
        response.once('end', () => {
          const fine = statusCode >= 200 && statusCode < 300;
          resolve({ status: fine ? 'OK' : `Invalid HTTP Response: ${statusCode}`, statusCode, answer });
        });
      },
    );
    asking.once('error', () => failed(late.aborted ? 'timed out' : 'failed to connect to host'));
    asking.end(bytes, () => {
      if (!sent.hangUp) return;
      failed('connection lost');
      asking.destroy();
    });
  });
}
