import { readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { projectRoot } from '../../src/tools/project-root.js';

const page = path.join(projectRoot, 'docs/performance.md');

/** The places for tables in docs/performance.md: the cost of Slipway, and the duration of its tests. */
export type TablesOf = 'bench' | 'suite';

/** Replaces the tables in docs/performance.md by those of this run. @throws Error when the page has no place for them. */
export function writePerformancePage(tables: string, of: TablesOf): void {
  writeFileSync(page, withTables(readFileSync(page, 'utf8'), tables, of));
}

/** The page with new tables between the two comments of their place. */
export function withTables(text: string, tables: string, of: TablesOf): string {
  const begin = `<!-- ${of}:begin -->`;
  const end = `<!-- ${of}:end -->`;
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from < 0 || to < from)
    throw new Error(`docs/performance.md needs a line ${begin} and, after it, a line ${end}.`);
  return `${text.slice(0, from + begin.length)}\n\n${tables.trim()}\n\n${text.slice(to)}`;
}

/**
 * The machine and the date of this measurement.
 * @param loadBefore the load before the first measurement: other work on this machine.
 */
export function measuredOn(now: Date, loadBefore: number): string {
  const cores = os.availableParallelism();
  const gib = Math.round(os.totalmem() / 1024 ** 3);
  const day = now.toISOString().slice(0, 10);
  const busy =
    loadBefore > cores
      ? `; it was busy with something else, so times are longer than Slipway makes them`
      : '';
  return `${day}, Node ${process.version}, ${cores} cores, ${gib} GiB, load ${loadBefore.toFixed(1)} before it began${busy}`;
}
