import type { TalosError } from './talos-error.js';
import { encode } from './wire.js';

/** Field 1, length-delimited: `messages` of every response, `metadata` of every message. */
const FIRST_FIELD = 0x0a;

/** The only message of a response, with the machine's name added to its metadata. */
export function namedAnswer(response: Buffer, hostname: string): Buffer {
  if (response[0] !== FIRST_FIELD) throw new Error('The response does not begin with a message.');
  const [length, offset] = readVarint(response, 1);
  const message = response.subarray(offset, offset + length);
  return messageField(Buffer.concat([message, nameField(hostname)]));
}

/** A message of a stream, with the machine's name added to its metadata. */
export function namedStreamMessage(message: Buffer, hostname: string): Buffer {
  return Buffer.concat([message, nameField(hostname)]);
}

/** A failure as a message among the answers of others. */
export function failedAnswer(error: TalosError, hostname: string): Buffer {
  return messageField(failedStreamMessage(error, hostname));
}

/** A failure as the last message of one machine in a merged stream. */
export function failedStreamMessage(error: TalosError, hostname: string): Buffer {
  const metadata = { hostname, error: error.inGo(), status: { code: error.code, message: error.message } };
  return encode('common.Empty', { metadata });
}

function nameField(hostname: string): Buffer {
  return encode('common.Empty', { metadata: { hostname } });
}

function messageField(message: Buffer): Buffer {
  return Buffer.concat([Buffer.from([FIRST_FIELD]), varint(message.length), message]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  return Buffer.from([...bytes, rest]);
}

function readVarint(bytes: Buffer, from: number): [value: number, offset: number] {
  let value = 0;
  let offset = from;
  for (let factor = 1; ; factor *= 128) {
    const byte = bytes[offset] ?? 0;
    offset += 1;
    value += (byte & 0x7f) * factor;
    if (byte < 0x80) return [value, offset];
  }
}
