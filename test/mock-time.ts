import { mock } from 'node:test';
import { setImmediate } from 'node:timers/promises';

/**
 * Lets the clock stand still until `passTime` moves it. jest-light-runner's fake timers cannot wait for promises between two timers;
 * Node's own can. Undo it with `freeTime`.
 * @param timers What stands still beside `Date`.
 */
export function stopTime(...timers: readonly ('setTimeout' | 'setInterval')[]): void {
  mock.timers.enable({ apis: [...timers, 'Date'], now: Date.now() });
}

/** Moves the clock on, and lets everything happen that comes due by then, in its order. */
export async function passTime(ms: number): Promise<void> {
  await setImmediate();
  for (let passed = 0; passed < ms; passed += 1) {
    mock.timers.tick(1);
    // oxlint-disable-next-line no-await-in-loop -- what came due may set the next timer
    await setImmediate();
  }
}

/** Lets the clock run again. */
export function freeTime(): void {
  mock.timers.reset();
}
