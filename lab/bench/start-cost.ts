import type { LabDescription } from '../lab-description.js';
import { talosctl } from '../../src/tools/talosctl.js';
import { toolPath } from '../../src/tools/tool-path.js';
import { childrenCpuMs } from './process-usage.js';

/** What starting talosctl once, for the quickest of questions, costs on this machine now. Milliseconds. */
export interface StartCost {
  /** From the call to its answer, of each start. */
  readonly wall: readonly number[];
  /** Processor time, on average. */
  readonly cpu: number;
}

const times = 20;

/** Starts talosctl again and again, one at a time, as Slipway starts it. */
export async function startCost(lab: LabDescription, minor: string): Promise<StartCost> {
  const [through, about] = lab.machines;
  if (!through || !about) throw new Error('the lab has too few machines to ask one through another');
  const client = talosctl(await toolPath('talosctl', minor), lab.talosconfig.reader);
  const target = { node: about.address, endpoint: through.loopback };
  const wall: number[] = [];
  const before = childrenCpuMs(process.pid);
  for (let time = 0; time < times; time += 1) {
    const began = performance.now();
    // oxlint-disable-next-line no-await-in-loop -- one at a time is the point
    await client.version(target);
    wall.push(performance.now() - began);
  }
  return { wall, cpu: (childrenCpuMs(process.pid) - before) / times };
}
