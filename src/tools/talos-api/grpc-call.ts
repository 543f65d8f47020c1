import { constants, type ClientHttp2Session, type IncomingHttpHeaders } from 'node:http2';
import { grpcStatus } from './grpc-status.js';

/** The server's answer is an error: a status that is not OK, or invalid gRPC. */
export class GrpcRefused extends Error {
  override readonly name = 'GrpcRefused';

  /**
   * @param status number of the gRPC status.
   * @param details the server's message.
   */
  constructor(
    readonly status: number,
    readonly details: string,
  ) {
    super(details);
  }
}

/** A call in progress. */
export interface GrpcCall {
  /** Its messages, once all have arrived. @throws GrpcRefused; an Error of the connection that broke */
  readonly answers: Promise<readonly Buffer[]>;
  /** Cancels the call: its answer is no longer needed. */
  cancel(): void;
}

/** The same limit as talosctl's: Talos' answers have megabytes at most. */
const largestAnswer = 32 * 1024 * 1024;

/**
 * Sends one message and reads the messages of the answer: the part of gRPC over HTTP/2 that a read needs
 * (github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md). Nothing is compressed, and nothing retried.
 *
 * @param path of the call: `/machine.MachineService/Version`.
 * @param metadata sent with it.
 */
export function grpcCall(
  session: ClientHttp2Session,
  path: string,
  message: Buffer,
  metadata: Readonly<Record<string, string>>,
): GrpcCall {
  const stream = session.request({
    ':method': 'POST',
    ':path': path,
    'content-type': 'application/grpc',
    te: 'trailers',
    'user-agent': 'slipway',
    ...metadata,
  });
  const answers = new Promise<readonly Buffer[]>((resolve, reject) => {
    const pieces: Buffer[] = [];
    let size = 0;
    // A call that is rejected at once has its status among the headers.
    let head: IncomingHttpHeaders = {};
    stream.on('response', (headers) => (head = { ...head, ...headers }));
    stream.on('trailers', (trailers: IncomingHttpHeaders) => (head = { ...head, ...trailers }));
    stream.on('data', (piece: Buffer) => {
      pieces.push(piece);
      size += piece.length;
      if (size > largestAnswer)
        stream.destroy(
          new GrpcRefused(grpcStatus.unknown, `its answer is larger than ${largestAnswer} bytes`),
        );
    });
    stream.on('error', reject);
    stream.on('close', () => {
      const answer = answered(head, Buffer.concat(pieces));
      if (answer instanceof Error) reject(answer);
      else resolve(answer);
    });
  });
  stream.end(framed(message));
  return { answers, cancel: () => stream.close(constants.NGHTTP2_CANCEL) };
}

function answered(head: IncomingHttpHeaders, body: Buffer): readonly Buffer[] | Error {
  const status = head['grpc-status'];
  if (typeof status !== 'string') {
    const http = head[':status' as string];
    if (http !== undefined && String(http) !== '200')
      return new GrpcRefused(grpcStatus.unknown, `it answers with HTTP status ${String(http)}`);
    return new Error('it broke before the answer had ended');
  }
  if (Number(status) !== grpcStatus.ok)
    return new GrpcRefused(Number(status), percentDecoded(String(head['grpc-message'] ?? '')));
  return messagesIn(body);
}

/** A message on the wire: compression flag, length, content. */
function framed(message: Buffer): Buffer {
  const prefix = Buffer.alloc(prefixLength);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}

const prefixLength = 5;

function messagesIn(body: Buffer): readonly Buffer[] | Error {
  const messages: Buffer[] = [];
  for (let at = 0; at < body.length;) {
    const length = at + prefixLength <= body.length ? body.readUInt32BE(at + 1) : Infinity;
    const end = at + prefixLength + length;
    if (body[at] !== 0 || end > body.length)
      return new GrpcRefused(grpcStatus.unknown, 'its answer is no whole message');
    messages.push(body.subarray(at + prefixLength, end));
    at = end;
  }
  return messages;
}

/** A status message is percent-encoded; invalid encoding is kept as it is. */
function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
