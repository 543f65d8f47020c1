import type { Windows } from '../inventory/windows.js';
import { windowAt, type WindowState } from '../planning/gates/maintenance-window.js';

/** Whether the maintenance windows are open now: asked in an activity, since the time zone database differs from machine to machine. */
export async function lookAtWindow({ windows }: { readonly windows: Windows }): Promise<WindowState> {
  return Promise.resolve(windowAt(windows, Date.now()));
}
