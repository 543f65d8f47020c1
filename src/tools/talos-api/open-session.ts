import { connect as connectHttp2, type ClientHttp2Session } from 'node:http2';
import { isIP } from 'node:net';
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from 'node:tls';
import type { TalosKeys } from '../credential-certificates.js';
import { apiAddress } from './api-address.js';

/** A connection to a Talos API. */
export interface TalosSession {
  readonly session: ClientHttp2Session;
  /** Once the server has accepted our certificate. @throws Error of the network or of TLS */
  readonly accepted: Promise<void>;
}

/**
 * Connects as talosctl does: mutual TLS, HTTP/2. The server must show a certificate of the talosconfig's CA that is good for
 * the endpoint. Destroying the session ends it at any moment, also while it connects.
 */
export function openSession(endpoint: string, { ca, certificate, key }: TalosKeys): TalosSession {
  return open(endpoint, { ...(ca === '' ? {} : { ca }), cert: certificate, key });
}

/** A connection to whoever answers: nobody has shown anybody who he is. */
export interface UnverifiedSession extends TalosSession {
  /** The server's certificate, DER. Empty before there is a connection. */
  readonly certificate: () => Buffer;
}

/**
 * Connects to a machine in maintenance mode, as `talosctl --insecure` does: its certificate is its own, and we show none. What
 * is heard there is no secret, and who says it is not known: no secret is sent over it.
 */
export function openUnverified(endpoint: string): UnverifiedSession {
  // A machine without a configuration has no certificate anybody could check.
  const { socket, ...session } = open(endpoint, { rejectUnauthorized: false });
  return { ...session, certificate: () => socket.getPeerCertificate().raw ?? Buffer.alloc(0) };
}

function open(endpoint: string, identity: ConnectionOptions): TalosSession & { readonly socket: TLSSocket } {
  const { hostname, port, origin } = new URL(`https://${apiAddress(endpoint)}`);
  const host = hostname.replaceAll(/^\[|\]$/g, '');
  const socket = connectTls({
    host,
    port: Number(port),
    // An address is no server name (RFC 6066, section 3).
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...identity,
    ALPNProtocols: ['h2'],
    minVersion: 'TLSv1.3',
  });
  const session = connectHttp2(origin, { createConnection: () => socket });
  const accepted = new Promise<void>((resolve, reject) => {
    // With TLS 1.3 a server looks at our certificate after the handshake; its first word means that it took it.
    session.once('remoteSettings', () => resolve());
    // Its refusal is an error of the socket, which the session does not pass on.
    socket.once('error', (error: Error) => {
      reject(error);
      session.destroy(error);
    });
    session.on('error', reject);
    session.once('close', () => reject(new Error('it closed the connection')));
  });
  // Whoever waits for it hears of it; nobody may be waiting any more.
  accepted.catch(() => undefined);
  return { session, accepted, socket };
}
