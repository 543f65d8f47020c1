import { connect } from 'node:http2';
import type { TalosKeys } from './credential-certificates.js';

/** The port of every Talos API. */
const port = 50_000;

/**
 * Connects to a control plane's own Talos API as talosctl does (mutual TLS, HTTP/2) and waits for its first word, which
 * comes once it has accepted our certificate. Asks nothing. Answers how long that took, in milliseconds.
 *
 * @param address where to connect; the server's certificate must be good for it.
 * @throws Error of the network or of TLS.
 */
export async function talosAnswers(address: string, keys: TalosKeys, signal: AbortSignal): Promise<number> {
  const began = performance.now();
  const host = address.includes(':') ? `[${address}]` : address;
  const session = connect(`https://${host}:${port}`, {
    ca: keys.ca,
    cert: keys.certificate,
    // Talos names the kind of key in the PEM's label, which OpenSSL does not know.
    key: keys.key.replaceAll('ED25519 PRIVATE KEY', 'PRIVATE KEY'),
    ALPNProtocols: ['h2'],
  });
  try {
    await new Promise<void>((resolve, reject) => {
      session.once('remoteSettings', () => resolve());
      session.once('error', reject);
      session.once('close', () => reject(new Error('it closed the connection')));
      signal.addEventListener('abort', () => reject(new Error('no answer in time')), { once: true });
    });
    return performance.now() - began;
  } finally {
    session.on('error', () => undefined);
    session.destroy();
  }
}
