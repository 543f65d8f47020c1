import { connect as connectHttp2, type ClientHttp2Session } from 'node:http2';
import { isIP } from 'node:net';
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from 'node:tls';
import type { TalosKeys } from '../credential-certificates.js';
import { apiAddress } from './api-address.js';

/** A connection to a Talos API. */
export interface TalosSession {
  readonly session: ClientHttp2Session;
  /** Resolves once the server has accepted our certificate. @throws Error of the network or of TLS */
  readonly accepted: Promise<void>;
}

/**
 * Connects as talosctl does: mutual TLS, HTTP/2. The server must show a certificate of the talosconfig's CA that is valid for the endpoint.
 * Destroying the session ends it at any moment, also while it connects.
 */
export function openSession(endpoint: string, { ca, certificate, key }: TalosKeys): TalosSession {
  return open(endpoint, { ...(ca === '' ? {} : { ca }), cert: certificate, key });
}

/** An unauthenticated connection: neither side has proven its identity. */
export interface UnverifiedSession extends TalosSession {
  /** The server's certificate, DER. Empty before the connection is open. */
  readonly certificate: () => Buffer;
}

/**
 * Connects to a machine in maintenance mode, as `talosctl --insecure` does: its certificate is self-signed, and the client shows none.
 * Received data is no secret and unauthenticated: no secret is sent over it.
 */
export function openUnverified(endpoint: string): UnverifiedSession {
  // A machine without a configuration has no certificate that could be verified.
  const { socket, ...session } = open(endpoint, { rejectUnauthorized: false });
  return { ...session, certificate: () => socket.getPeerCertificate().raw ?? Buffer.alloc(0) };
}

function open(endpoint: string, identity: ConnectionOptions): TalosSession & { readonly socket: TLSSocket } {
  const { hostname, port, origin } = new URL(`https://${apiAddress(endpoint)}`);
  const host = hostname.replaceAll(/^\[|\]$/g, '');
  const socket = connectTls({
    host,
    port: Number(port),
    // An IP address is no valid server name (RFC 6066, section 3).
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...identity,
    ALPNProtocols: ['h2'],
    minVersion: 'TLSv1.3',
  });
  const session = connectHttp2(origin, { createConnection: () => socket });
  const accepted = new Promise<void>((resolve, reject) => {
    // With TLS 1.3 a server checks our certificate after the handshake; its first frame means that it accepted it.
    session.once('remoteSettings', () => resolve());
    // A rejection is an error of the socket, which the session does not pass on.
    socket.once('error', (error: Error) => {
      reject(error);
      session.destroy(error);
    });
    session.on('error', reject);
    session.once('close', () => reject(new Error('it closed the connection')));
  });
  // Callers that wait for the connection get this error; without callers it is ignored.
  accepted.catch(() => undefined);
  return { session, accepted, socket };
}
