import { addressesIn } from '../../planning/node/node-address.js';
import { declaredCluster } from '../declared-cluster.js';
import { runChecks } from '../doctor/check.js';
import { checksOf } from '../doctor/checks.js';
import { doctorText, tally } from '../doctor/doctor-text.js';
import { looksOf } from '../doctor/looks.js';
import { exitCodes, type ExitCode } from '../mistakes.js';
import { print, printJson, screen } from '../terminal.js';

export interface DoctorOptions {
  readonly file: string;
  /** The positional form of `file`. */
  readonly inventory?: string;
  readonly taskQueue: string;
  readonly json?: boolean;
}

/** Checks everything that an upgrade of a cluster depends on, in parallel, and prints what to type. Changes nothing. */
export async function doctor({ file, inventory, taskQueue, json }: DoctorOptions): Promise<ExitCode> {
  const declared = await declaredCluster(inventory ?? file);
  const { cluster } = declared.inventory;
  const began = performance.now();
  const observed = looksOf(declared, taskQueue);
  try {
    await observed.ways();
    const findings = await runChecks(checksOf(observed), {
      cluster,
      address: addressesIn(declared.inventory.nodes),
    });
    const tookMs = performance.now() - began;
    const counts = tally(findings);
    if (json) printJson({ ok: counts.fail === 0, cluster, counts, findings });
    else print(doctorText(cluster, findings, { tookMs, width: screen().width }));
    return counts.fail === 0 ? exitCodes.ok : exitCodes.refused;
  } finally {
    await observed.close();
    leaveSoon();
  }
}

/** Connections to unreachable endpoints may stay half open for two minutes; the command does not wait for them. */
function leaveSoon(): void {
  setTimeout(() => process.exit(), 1_000).unref();
}
