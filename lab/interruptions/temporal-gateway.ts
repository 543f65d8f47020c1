import {
  connect,
  constants,
  createServer,
  type ClientHttp2Session,
  type Http2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import {
  emptyAnswer,
  failureInstead,
  messageIn,
  readerOfGiven,
  readerOfTold,
  type GivenActivity,
  type Told,
} from './activity-messages.js';

/** One message about an activity between worker and Temporal. */
export interface Passing extends Omit<GivenActivity, 'token'> {
  /** `given`: the worker is about to receive it. The others: Temporal is about to receive that from the worker. */
  readonly kind: 'given' | Told;
}

/**
 * Called for each message, which passes only after the answer. `lost`: it never arrives. A worker whose answer is lost gets a success, as
 * if Temporal had lost it afterwards. `failed`, for an answer only: Temporal receives a failure instead.
 *
 * @param token the activity's task token, in base64.
 */
export type Guard = (passing: Passing, token: string) => Promise<Fate>;
export type Fate = 'on' | 'lost' | 'failed';

const host = '127.0.0.1';

/**
 * A proxy between a worker and its Temporal, so that a test can act exactly before an activity begins, and exactly when it has ended and
 * Temporal does not know.
 */
export class TemporalGateway {
  guard: Guard = () => Promise.resolve('on');
  readonly #temporal: string;
  readonly #server: Http2Server;
  readonly #sessions = new Set<ServerHttp2Session>();
  readonly #given = new Map<string, GivenActivity>();

  private constructor(temporal: string) {
    this.#temporal = temporal;
    this.#server = createServer();
    this.#server.on('session', (session) => this.#open(session));
  }

  /** @param temporal `127.0.0.1:7233` */
  static async start(temporal: string): Promise<TemporalGateway> {
    const gateway = new TemporalGateway(temporal);
    await new Promise<void>((resolve, reject) => {
      gateway.#server.once('error', reject);
      gateway.#server.listen({ host, port: 0, exclusive: true }, resolve);
    });
    return gateway;
  }

  /** Temporal's address for the worker. */
  get address(): string {
    return `${host}:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    for (const session of this.#sessions) session.destroy();
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
  }

  /** Each connection has its own upstream connections: a worker that dies cancels its waiting calls. */
  #open(session: ServerHttp2Session): void {
    const upstream = new Upstream(`http://${this.#temporal}`);
    this.#sessions.add(session);
    // The worker may be killed at any time.
    session.on('error', () => undefined);
    session.on('close', () => {
      this.#sessions.delete(session);
      upstream.destroy();
    });
    session.on('stream', (stream, headers) => {
      this.#handOn(stream, headers, upstream).catch(() => stream.close(constants.NGHTTP2_CANCEL));
    });
  }

  async #handOn(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, upstream: Upstream): Promise<void> {
    stream.on('error', () => undefined);
    const call = headers[':path'] ?? '';
    const reader = readerOfTold(call);
    const request = reader ? await wholeOf(stream) : undefined;
    const fate = reader && request ? await this.#pass(reader.told, reader.token(messageIn(request))) : 'on';
    if (fate === 'lost') {
      acknowledge(stream);
      return;
    }
    const instead = request && fate === 'failed' ? failureInstead(request) : undefined;
    // A message that is parsed here must not use an unknown compression.
    const { 'grpc-accept-encoding': _compressed, ...asked } = headers;
    const onward = upstream.request(instead ? { ...withoutLength(asked), ':path': instead.call } : asked);
    onward.on('error', () => stream.close(constants.NGHTTP2_CANCEL));
    stream.on('close', () => onward.close(constants.NGHTTP2_CANCEL));
    if (request) onward.end(instead?.frame ?? request);
    else stream.pipe(onward);
    await this.#handBack(stream, onward, call);
  }

  async #handBack(
    stream: ServerHttp2Stream,
    onward: ReturnType<ClientHttp2Session['request']>,
    call: string,
  ): Promise<void> {
    let trailers: IncomingHttpHeaders = {};
    onward.on('trailers', (last: IncomingHttpHeaders) => {
      trailers = last;
    });
    const [headers, flags] = await new Promise<[IncomingHttpHeaders, number]>((resolve, reject) => {
      onward.on('response', (...answer) => resolve(answer));
      onward.on('close', () => reject(new Error('it was closed before it was answered')));
    });
    if (stream.destroyed) return;
    if ((flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0) {
      stream.respond(headers, { endStream: true });
      return;
    }
    const given = readerOfGiven(call);
    const answer = given ? await wholeOf(onward) : undefined;
    if (given && answer?.length && (await this.#give(given(messageIn(answer)))) === 'lost') {
      stream.close(constants.NGHTTP2_CANCEL);
      return;
    }
    if (stream.destroyed) return;
    stream.respond(headers, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers(trailers));
    if (answer) stream.end(answer);
    else onward.pipe(stream);
  }

  async #give(activities: readonly GivenActivity[]): Promise<'on' | 'lost'> {
    for (const one of activities) this.#given.set(one.token, one);
    const fates = await Promise.all(activities.map((one) => this.guard(passing('given', one), one.token)));
    return fates.includes('lost') ? 'lost' : 'on';
  }

  async #pass(kind: Told, token: string): Promise<Fate> {
    const activity = this.#given.get(token);
    return activity ? this.guard(passing(kind, activity), token) : 'on';
  }
}

/** The connection to Temporal. Temporal closes each connection gracefully after some minutes; later requests use a new one. */
class Upstream {
  readonly #all = new Set<ClientHttp2Session>();
  #current: ClientHttp2Session | undefined;

  constructor(private readonly url: string) {}

  request(headers: IncomingHttpHeaders): ReturnType<ClientHttp2Session['request']> {
    return (this.#current ??= this.#connect()).request(headers);
  }

  destroy(): void {
    for (const one of this.#all) one.destroy();
  }

  #connect(): ClientHttp2Session {
    const session = connect(this.url);
    this.#all.add(session);
    const retire = (): void => {
      if (this.#current === session) this.#current = undefined;
    };
    session.on('error', retire);
    session.on('goaway', retire);
    session.on('close', () => {
      retire();
      this.#all.delete(session);
    });
    return session;
  }
}

function withoutLength({ 'content-length': _length, ...headers }: IncomingHttpHeaders): IncomingHttpHeaders {
  return headers;
}

function passing(kind: Passing['kind'], { workflowId, activity, attempt }: GivenActivity): Passing {
  return { kind, workflowId, activity, attempt };
}

async function wholeOf(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of stream) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** The answer of a Temporal that accepted it. */
function acknowledge(stream: ServerHttp2Stream): void {
  if (stream.destroyed) return;
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
  stream.end(emptyAnswer);
}
