import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { execa } from 'execa';
import { dieWithLab } from './die-with-lab.js';

/** A CGI program (RFC 3875) that answers a request. */
export interface CgiProgram {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** The connection breaks after this many bytes of the answer's body. */
  readonly cutAfter?: number;
}

const HEAD_BYTES_MOST = 64 * 1024;

/**
 * Runs a program for a request: the request's body is its stdin, its stdout is the answer's head and body. It ends with the request, and
 * dies with this process.
 *
 * @returns status of the answer; undefined where there was none (the client disconnected, the program wrote nothing, or it was cut).
 */
export async function answerByProgram(
  program: CgiProgram,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<number | undefined> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const { command, args } = dieWithLab(program.command, program.args);
  const child = execa(command, args, {
    env: program.env,
    extendEnv: false,
    reject: false,
    buffer: false,
    stdin: 'pipe',
    stderr: 'ignore',
    timeout: program.timeoutMs,
    cancelSignal: gone.signal,
  });
  // A program that does not need the whole body may close its stdin.
  const sent = pipeline(request, child.stdin).catch(() => undefined);
  const status = await passOn(child.stdout, response, program.cutAfter).catch(() => undefined);
  if (status === undefined) response.destroy();
  await Promise.all([sent, child]);
  return status;
}

async function passOn(
  output: AsyncIterable<unknown>,
  response: ServerResponse,
  cutAfter: number | undefined,
): Promise<number | undefined> {
  let head: Buffer | undefined = Buffer.alloc(0);
  let bytes = 0;
  for await (const chunk of output) {
    let body = chunk as Buffer;
    if (head) {
      head = Buffer.concat([head, body]);
      const { end, start } = endOfHead(head);
      if (end < 0) {
        if (head.length > HEAD_BYTES_MOST) return undefined;
        continue;
      }
      const { status, headers } = parsedHead(head.subarray(0, end).toString('latin1'));
      response.writeHead(status, headers);
      body = head.subarray(start);
      head = undefined;
    }
    bytes += body.length;
    if (cutAfter !== undefined && bytes > cutAfter) {
      await written(response, body.subarray(0, Math.max(0, body.length - (bytes - cutAfter))));
      return undefined;
    }
    await written(response, body);
  }
  if (head) return undefined;
  response.end();
  return response.statusCode;
}

function written(response: ServerResponse, body: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    response.write(body, (error) => (error ? reject(error) : resolve()));
  });
}

/** A head ends with an empty line; programs write LF as often as CRLF. */
function endOfHead(text: Buffer): { end: number; start: number } {
  const crlf = text.indexOf('\r\n\r\n');
  const lf = text.indexOf('\n\n');
  if (crlf >= 0 && (lf < 0 || crlf < lf)) return { end: crlf, start: crlf + 4 };
  return { end: lf, start: lf + 2 };
}

function parsedHead(head: string): { status: number; headers: Record<string, string> } {
  const headers: Record<string, string> = {};
  for (const line of head.split(/\r?\n/)) {
    const colon = line.indexOf(':');
    if (colon > 0) headers[line.slice(0, colon).trim().toLowerCase()] = line.slice(colon + 1).trim();
  }
  const { status = '200', ...others } = headers;
  return { status: Number.parseInt(status, 10), headers: others };
}
