import { once } from 'node:events';
import type { Socket } from 'node:net';
import { createServer, type Server as TlsServer, type TLSSocket } from 'node:tls';
import {
  Server as GrpcServer,
  ServerCredentials,
  status,
  type ConnectionInjector,
  type ServerUnaryCall,
  type ServerWritableStream,
  type sendUnaryData,
} from '@grpc/grpc-js';
import { createAuthority } from '../certificate-authority.js';
import type { IssuedCertificate } from '../certificates.js';
import { reasonOf } from '../machines/interruptible.js';
import type { ApiMode, Machine, MachineApi } from '../machines/machine.js';
import { identify, refusedByFault, type ClientIdentity } from './client-identity.js';
import { handlers, notSimulated, notSimulatedStreams } from './handlers.js';
import { logged, streamAnswer, unaryAnswer, type ArrivedRequest, type Target } from './machine-answers.js';
import { failedAnswer, failedStreamMessage, namedAnswer, namedStreamMessage } from './merged-answer.js';
import type { RequestLog } from './request-log.js';
import { checkMaintenanceRoute, routeOf } from './request-routing.js';
import { TalosError, asTalosError, notTrusted, unreachable } from './talos-error.js';

/** Port of every machine's Talos API. */
export const TALOS_API_PORT = 50_000;

const LARGEST_MESSAGE = 32 * 1024 * 1024;

/** What a machine's Talos API needs besides the machine. */
export interface TalosApiOptions {
  readonly certificate: IssuedCertificate;
  /** PEM of the authority whose client certificates are accepted. */
  readonly clientAuthority: string;
  readonly log: RequestLog;
  /** The machine of a request, when its own API is open; undefined: it is unreachable. */
  readonly find: (target: string) => Target | 'not trusted' | undefined;
  /** Counts the requests of the whole lab. */
  readonly nextRequestId: () => number;
}

/**
 * The Talos API of one machine: gRPC behind mutual TLS on `<loopback>:50000`. It forwards requests to other machines as the proxy on a real
 * control plane does. Closed, it leaves nothing behind; opened again, it is new.
 */
export class TalosApi implements MachineApi {
  readonly #machine: Machine;
  readonly #options: TalosApiOptions;
  readonly #grpc = new GrpcServer({
    'grpc.max_receive_message_length': LARGEST_MESSAGE,
    'grpc.max_send_message_length': LARGEST_MESSAGE,
    'grpc.enable_channelz': 0,
  });
  readonly #injector: ConnectionInjector;
  readonly #clients = new Map<string, { socket: Socket; identity: ClientIdentity }>();
  readonly #sockets = new Set<Socket>();
  #listener: TlsServer | undefined;
  #mode: ApiMode = 'secured';
  #closed = new AbortController();

  constructor(machine: Machine, options: TalosApiOptions) {
    this.#machine = machine;
    this.#options = options;
    this.#closed.abort();
    for (const [path, handler] of Object.entries(handlers)) {
      if ('unary' in handler) this.#serveUnary(path);
      else this.#serveStream(path);
    }
    for (const path of notSimulated) this.#serveUnary(path);
    for (const path of notSimulatedStreams) this.#serveStream(path);
    this.#injector = this.#grpc.createConnectionInjector(ServerCredentials.createInsecure());
  }

  /** The entry point for other machines' forwarded requests; undefined while it is closed. They do not trust it in other modes. */
  get target(): Target | 'not trusted' | undefined {
    if (this.#closed.signal.aborted) return undefined;
    return this.#mode === 'secured' ? this.#itself() : 'not trusted';
  }

  async open(mode: ApiMode): Promise<void> {
    if (this.#listener !== undefined) return;
    this.#mode = mode;
    const { certificate, clientAuthority } = this.#credentials(mode);
    const listener = createServer({
      cert: certificate.certificate,
      key: certificate.key.replaceAll('ED25519 PRIVATE KEY', 'PRIVATE KEY'),
      ca: clientAuthority,
      requestCert: mode !== 'maintenance',
      rejectUnauthorized: false,
      ALPNProtocols: ['h2'],
      minVersion: 'TLSv1.3',
    });
    listener.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    listener.on('secureConnection', (socket) => this.#connected(socket));
    const { name, definition } = this.#machine;
    listener.listen(TALOS_API_PORT, definition.loopback);
    try {
      await once(listener, 'listening');
    } catch (error) {
      const where = `${definition.loopback}:${TALOS_API_PORT}`;
      throw new Error(`The Talos API of ${name} cannot listen on ${where}: ${reasonOf(error)}`, {
        cause: error,
      });
    }
    this.#listener = listener;
    this.#closed = new AbortController();
  }

  async close(): Promise<void> {
    const listener = this.#listener;
    if (listener === undefined) return;
    this.#listener = undefined;
    this.#closed.abort();
    const closed = once(listener, 'close');
    listener.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  /** Outside of its cluster a machine generates an authority, which no client knows. */
  #credentials(mode: ApiMode): Pick<TalosApiOptions, 'certificate' | 'clientAuthority'> {
    if (mode === 'secured') return this.#options;
    const { name, definition } = this.#machine;
    const authority = createAuthority('ed25519', { organization: 'talos' });
    const names = [definition.address, definition.loopback];
    return {
      certificate: authority.issue({ usage: 'server', commonName: name, names }),
      clientAuthority: authority.certificate,
    };
  }

  #connected(socket: TLSSocket): void {
    const peer = `${socket.remoteAddress}:${socket.remotePort}`;
    const identity = this.#mode === 'maintenance' ? { roles: ['os:reader'] } : identify(socket);
    this.#clients.set(peer, { socket, identity });
    socket.once('close', () => this.#clients.delete(peer));
    socket.on('error', () => {
      // A client that disconnects during a call is no error of the machine.
    });
    this.#injector.injectConnection(socket);
  }

  #serveUnary(path: string): void {
    const handle = (call: ServerUnaryCall<Buffer, Buffer>, answer: sendUnaryData<Buffer>): void => {
      this.#unary(path, call).then(
        (bytes) => answer(null, bytes),
        (error: unknown) => answer(asStatus(error)),
      );
    };
    this.#grpc.register<Buffer, Buffer>(path, handle, same, same, 'unary');
  }

  #serveStream(path: string): void {
    const handle = (call: ServerWritableStream<Buffer, Buffer>): void => {
      this.#stream(path, call).then(
        () => call.end(),
        (error: unknown) => call.emit('error', asStatus(error)),
      );
    };
    this.#grpc.register<Buffer, Buffer>(path, handle, same, same, 'serverStream');
  }

  async #unary(path: string, call: ServerUnaryCall<Buffer, Buffer>): Promise<Buffer> {
    const request = this.#arrived(path, call);
    const route = await this.#routed(request, call);
    if (route.to === 'itself') return unaryAnswer(request, this.#itself(), this.#options.log);
    if (route.to === 'one') return this.#passOn(request, route.target);
    const answers = await Promise.all(
      route.targets.map((target) =>
        this.#passOn(request, target).then(
          (bytes) => namedAnswer(bytes, target),
          (error: unknown) => failedAnswer(asTalosError(error), target),
        ),
      ),
    );
    return Buffer.concat(answers);
  }

  async #passOn(request: ArrivedRequest, name: string): Promise<Buffer> {
    const target = this.#options.find(name);
    if (typeof target === 'object') return unaryAnswer(request, target, this.#options.log);
    return logged(request, name, this.#options.log, () => Promise.reject(whyNot(target, name)));
  }

  async #stream(path: string, call: ServerWritableStream<Buffer, Buffer>): Promise<void> {
    const request = this.#arrived(path, call);
    const route = await this.#routed(request, call);
    const { log } = this.#options;
    if (route.to === 'itself')
      return copy(streamAnswer(request, this.#itself(), log), call, request.clientGone);
    if (route.to === 'one') return copy(this.#streamFrom(request, route.target), call, request.clientGone);
    await Promise.all(
      route.targets.map((target) => copy(this.#namedStream(request, target), call, request.clientGone)),
    );
  }

  async *#streamFrom(request: ArrivedRequest, name: string): AsyncGenerator<Buffer> {
    const target = this.#options.find(name);
    if (typeof target === 'object') yield* streamAnswer(request, target, this.#options.log);
    else await logged(request, name, this.#options.log, () => Promise.reject(whyNot(target, name)));
  }

  async *#namedStream(request: ArrivedRequest, name: string): AsyncGenerator<Buffer> {
    try {
      for await (const message of this.#streamFrom(request, name)) yield namedStreamMessage(message, name);
    } catch (error) {
      yield failedStreamMessage(asTalosError(error), name);
    }
  }

  #arrived(
    path: string,
    call: ServerUnaryCall<Buffer, Buffer> | ServerWritableStream<Buffer, Buffer>,
  ): ArrivedRequest {
    const client = this.#clients.get(call.getPeer());
    const gone = new AbortController();
    call.on('cancelled', () => gone.abort());
    return {
      id: this.#options.nextRequestId(),
      path,
      bytes: call.request,
      dialled: this.#machine,
      roles: client !== undefined && 'roles' in client.identity ? client.identity.roles : [],
      client: String(call.metadata.get('user-agent')[0] ?? ''),
      clientGone: gone.signal,
      breakConnection: () => client?.socket.destroy(),
    };
  }

  /** The target of the request. A rejection at this point is logged for the dialled machine. */
  #routed(
    request: ArrivedRequest,
    call: ServerUnaryCall<Buffer, Buffer> | ServerWritableStream<Buffer, Buffer>,
  ): ReturnType<typeof routeOf> | Promise<never> {
    try {
      const identity = this.#clients.get(call.getPeer())?.identity;
      if (identity === undefined) throw new TalosError(status.UNAVAILABLE, 'the connection is gone');
      if ('refusal' in identity) throw identity.refusal;
      if (this.#mode === 'maintenance') {
        checkMaintenanceRoute(call.metadata, this.#machine);
        return { to: 'itself' };
      }
      const refusal = refusedByFault(this.#machine.faults, this.#machine.name);
      if (refusal !== undefined) throw refusal;
      return routeOf(call.metadata, request.path, this.#machine);
    } catch (error) {
      return logged(request, this.#machine.name, this.#options.log, () => Promise.reject(error as Error));
    }
  }

  #itself(): Target {
    const inMaintenance = this.#mode === 'maintenance';
    return { machine: this.#machine, closed: this.#closed.signal, inMaintenance };
  }
}

function whyNot(target: 'not trusted' | undefined, name: string): TalosError {
  return target === undefined ? unreachable(name) : notTrusted();
}

/** Writes a stream as fast as the client reads it; stops when the client has disconnected. */
async function copy(
  messages: AsyncGenerator<Buffer>,
  call: ServerWritableStream<Buffer, Buffer>,
  gone: AbortSignal,
): Promise<void> {
  for await (const message of messages) {
    if (gone.aborted) return;
    if (!call.write(message)) await once(call, 'drain', { signal: gone }).catch(() => undefined);
  }
}

/** Requests and responses pass the gRPC server as raw bytes: a proxy inserts names into bytes. */
function same(bytes: Buffer): Buffer {
  return bytes;
}

function asStatus(error: unknown): { code: status; details: string } {
  const { code, message } = asTalosError(error);
  return { code, details: message };
}
