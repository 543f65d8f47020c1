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
 * Makes sure that programs are installed: downloads or builds what is missing, and shows the progress. Programs are processed in the order
 * of the pins table, because that order shares most build cache.
 * @throws BinaryMissing for the first that no source provides; those before it stay.
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

/** `node ensure.js temporal talosctl talosctl-1.13 …`, the entry point of the set-up; without names all. Reports on stderr. */
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
    // Whoever sent the signal, or the set-up that started this process, already knows.
    if (!stop.signal.aborted) process.stderr.write(`${(error as Error).message}\n`);
    return stop.signal.aborted ? 130 : 1;
  }
}

if (process.argv[1] === import.meta.filename) process.exitCode = await main(process.argv.slice(2));
