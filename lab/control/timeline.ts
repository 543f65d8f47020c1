import { existsSync, readFileSync } from 'node:fs';
import type { LabDescription } from '../lab-description.js';

/** One line of a lab's timeline. */
export interface TimelineEntry {
  readonly time: string;
  /** Which log it comes from. */
  readonly log: 'machines' | 'requests' | 'factory';
  readonly [detail: string]: unknown;
}

/** The logs of machines, Talos APIs and factory, in order of time. */
export function readTimeline(logs: LabDescription['logs']): readonly TimelineEntry[] {
  const entries = (['machines', 'requests', 'factory'] as const).flatMap((log) =>
    linesOf(logs[log]).map((line) => ({ log, ...(JSON.parse(line) as { time: string }) })),
  );
  return entries.toSorted((a, b) => a.time.localeCompare(b.time));
}

function linesOf(file: string): string[] {
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : [];
}
