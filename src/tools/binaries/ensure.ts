import { Downloads } from './download.js';
import { findBinary, placesOf } from './find-binary.js';
import type { BinaryName } from './pins.js';
import { isBinaryName, pins } from './pins.js';
import { ProgressReport } from './progress.js';
import type { ResolvedBinary } from './resolve-binary.js';
import { resolveBinary } from './resolve-binary.js';

const SOURCES: Readonly<Record<ResolvedBinary['source'], string>> = {
  explicit: 'named by you',
  path: 'found on PATH',
  cache: 'got by another set-up',
  download: 'downloaded and checked',
  build: 'built from source',
};

/**
 * Makes sure that programs are here, downloading or building what is not, and shows how far it is.
 * The order is the table's: building in that order shares most.
 * @throws BinaryMissing for the first that no source gives; those before it stay.
 */
export async function ensureBinaries(names: readonly BinaryName[], signal?: AbortSignal): Promise<void> {
  const places = placesOf();
  const wanted = pins.filter((pin) => names.includes(pin.name));
  const findings = await Promise.all(
    wanted.map(async (pin) => ({ pin, ...(await findBinary(pin, places)) })),
  );
  for (const { found } of findings) if (found?.note !== undefined) process.stderr.write(`${found.note}.\n`);

  const missing = findings.filter(({ found }) => found === undefined).map(({ pin }) => pin.name);
  if (missing.length === 0) return;
  const report = new ProgressReport(missing, {
    isTTY: process.stderr.isTTY,
    write: (text) => void process.stderr.write(text),
  });
  process.stderr.write(
    `${missing.length} of ${wanted.length} programs are not here: ${missing.join(', ')}.\n`,
  );
  const downloads = new Downloads(process.env['SLIPWAY_RELEASES']);
  try {
    for (const name of missing) {
      const options = { places, downloads, onProgress: report.onEvent, ...(signal ? { signal } : {}) };
      const resolved = await resolveBinary(name, options);
      report.done(name, `${SOURCES[resolved.source]}: ${resolved.path}`);
    }
  } finally {
    report.stop();
  }
}

/** `node ensure.js temporal talosctl …`, the set-up's way in; without names all. Says on stderr what it does. */
async function main(names: readonly string[]): Promise<number> {
  const unknown = names.filter((name) => !isBinaryName(name));
  if (unknown.length > 0) {
    const all = pins.map(({ name }) => name).join(', ');
    process.stderr.write(`${unknown.join(', ')}: no such program. There are ${all}.\n`);
    return 2;
  }
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  try {
    await ensureBinaries(
      names.length === 0 ? pins.map(({ name }) => name) : names.filter(isBinaryName),
      stop.signal,
    );
    return 0;
  } catch (error) {
    // Who stopped us, or the set-up that started us, knows already.
    if (!stop.signal.aborted) process.stderr.write(`${(error as Error).message}\n`);
    return stop.signal.aborted ? 130 : 1;
  }
}

if (process.argv[1] === import.meta.filename) process.exitCode = await main(process.argv.slice(2));
