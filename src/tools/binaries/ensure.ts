import { Downloads } from './download.js';
import { findBinary, placesOf } from './find-binary.js';
import type { Pin } from './pin.js';
import { pins } from './pins.js';
import { ProgressReport } from './progress.js';
import type { ResolvedBinary } from './resolve-binary.js';
import { resolveBinary } from './resolve-binary.js';
import { askedVersion, isVersioned, pinNamed, setupName } from './wanted.js';

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
export async function ensureBinaries(asked: readonly Pin[], signal?: AbortSignal): Promise<void> {
  const places = placesOf();
  const wanted = pins.filter((pin) => asked.includes(pin));
  const findings = await Promise.all(
    wanted.map(async (pin) => ({ pin, ...(await findBinary(pin, places)) })),
  );
  for (const { found } of findings) if (found?.note !== undefined) process.stderr.write(`${found.note}.\n`);

  const missing = findings.filter(({ found }) => found === undefined).map(({ pin }) => pin);
  if (missing.length === 0) return;
  const report = new ProgressReport(missing, {
    isTTY: process.stderr.isTTY,
    write: (text) => void process.stderr.write(text),
  });
  process.stderr.write(
    `${missing.length} of ${wanted.length} programs are not here: ${missing.map(setupName).join(', ')}.\n`,
  );
  const downloads = new Downloads(process.env['SLIPWAY_RELEASES']);
  try {
    for (const pin of missing) {
      const version = isVersioned(pin.name) ? { version: askedVersion(pin) } : {};
      const options = {
        places,
        downloads,
        onProgress: report.onEvent,
        ...version,
        ...(signal ? { signal } : {}),
      };
      const resolved = await resolveBinary(pin.name, options);
      report.done(pin, `${SOURCES[resolved.source]}: ${resolved.path}`);
    }
  } finally {
    report.stop();
  }
}

/**
 * `node ensure.js temporal talosctl talosctl-1.13 …`, the set-up's way in; without names all. Says on stderr what it
 * does.
 */
async function main(names: readonly string[]): Promise<number> {
  const unknown = names.filter((name) => pinNamed(name) === undefined);
  if (unknown.length > 0) {
    const all = pins.map(setupName).join(', ');
    process.stderr.write(`${unknown.join(', ')}: no such program. There are ${all}.\n`);
    return 2;
  }
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  try {
    const asked = names.length === 0 ? pins : names.flatMap((name) => pinNamed(name) ?? []);
    await ensureBinaries(asked, stop.signal);
    return 0;
  } catch (error) {
    // Who stopped us, or the set-up that started us, knows already.
    if (!stop.signal.aborted) process.stderr.write(`${(error as Error).message}\n`);
    return stop.signal.aborted ? 130 : 1;
  }
}

if (process.argv[1] === import.meta.filename) process.exitCode = await main(process.argv.slice(2));
