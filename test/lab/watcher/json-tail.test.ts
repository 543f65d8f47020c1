import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { number } from '../../../lab/watcher/moments/payload.js';
import { JsonTail } from '../../../lab/watcher/sources/json-tail.js';

/** Keeps the number n of each line; leaves out the zeros. */
function numbers(line: unknown): number | undefined {
  const n = number(line, 'n');
  if (n === undefined) throw new Error('no n');
  return n === 0 ? undefined : n;
}

describe('reading a file of JSON lines while it grows', () => {
  let folder: string;
  let file: string;
  let tail: JsonTail<number>;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'watcher-tail-'));
    file = path.join(folder, 'log.jsonl');
    tail = new JsonTail(file, numbers);
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('takes a file that is not there yet as empty, and reads it once it is', async () => {
    await tail.read();
    await writeFile(file, '{"n":1}\n');
    await tail.read();
    expect(tail.entries).toEqual([1]);
  });

  it('reads only what is new', async () => {
    await writeFile(file, '{"n":1}\n{"n":2}\n');
    await tail.read();
    await appendFile(file, '{"n":3}\n');
    await tail.read();
    await tail.read();
    expect(tail.entries).toEqual([1, 2, 3]);
  });

  it('waits for the rest of a line, even where a character is cut in two', async () => {
    const line = Buffer.from('{"n":1,"word":"ü"}\n{"n":2}\n');
    const cut = line.indexOf(Buffer.from('ü')) + 1;
    await writeFile(file, line.subarray(0, cut));
    await tail.read();
    expect(tail.entries).toEqual([]);
    await appendFile(file, line.subarray(cut));
    await tail.read();
    expect({ entries: tail.entries, unreadable: tail.unreadable }).toEqual({
      entries: [1, 2],
      unreadable: 0,
    });
  });

  it.each([
    ['takes a last line without its newline', '{"n":1}\n{"n":2}', [1, 2]],
    ['leaves out half a line at the end', '{"n":1}\n{"n":2', [1]],
  ])('%s', async (_title, words, expected) => {
    await writeFile(file, words);
    await tail.finish();
    expect({ entries: tail.entries, unreadable: tail.unreadable }).toEqual({
      entries: expected,
      unreadable: 0,
    });
  });

  it('counts whole lines it cannot read, and goes on', async () => {
    await writeFile(file, 'not json\n{"m":1}\n\n{"n":0}\n{"n":4}\n');
    await tail.read();
    expect({ entries: tail.entries, unreadable: tail.unreadable }).toEqual({ entries: [4], unreadable: 2 });
  });

  it('reads a file larger than one piece', async () => {
    const lines = Array.from({ length: 40_000 }, (_, index) => `{"n":${index + 1}}`);
    await writeFile(file, `${lines.join('\n')}\n`);
    await tail.read();
    expect([tail.entries.length, tail.entries.at(-1)]).toEqual([40_000, 40_000]);
  });

  it('begins again with a file that was emptied', async () => {
    await writeFile(file, '{"n":1}\n{"n":2}\n');
    await tail.read();
    await writeFile(file, '{"n":7}\n');
    await tail.read();
    expect(tail.entries).toEqual([1, 2, 7]);
  });
});
