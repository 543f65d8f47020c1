import type { TalosKeys } from './credential-certificates.js';
import { openSession } from './talos-api/open-session.js';

/**
 * Connects to a control plane's own Talos API as talosctl does and waits for its first frame, which comes once it has accepted our
 * certificate. Sends no request. Returns the duration in milliseconds.
 *
 * @param address where to connect; the server's certificate must be valid for it.
 * @throws Error of the network or of TLS.
 */
export async function talosAnswers(address: string, keys: TalosKeys, signal: AbortSignal): Promise<number> {
  const began = performance.now();
  const { session, accepted } = openSession(address, keys);
  try {
    await Promise.race([
      accepted,
      new Promise<never>((_, reject) => {
        signal.addEventListener('abort', () => reject(new Error('no answer in time')), { once: true });
      }),
    ]);
    return performance.now() - began;
  } finally {
    session.destroy();
  }
}
