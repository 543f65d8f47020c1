import { setTimeout as pause } from 'node:timers/promises';
import { limits } from './limits.js';

const lookEveryMs = 10;

/**
 * Looks until the answer is neither undefined nor false.
 * @param what For the error: "the child ends".
 * @throws Error with `what`, when it has not come within the one limit of all waits.
 */
export async function until<T>(
  what: string,
  look: () => T | Promise<T>,
): Promise<Exclude<T, undefined | false>> {
  const end = performance.now() + limits.wait;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found as Exclude<T, undefined | false>;
    if (performance.now() > end) throw new Error(`Waited ${limits.wait / 1000} s in vain: ${what}`);
    await pause(lookEveryMs);
  }
}
