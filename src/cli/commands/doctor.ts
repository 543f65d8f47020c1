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
  /** The same as `file`. */
  readonly inventory?: string;
  readonly taskQueue: string;
  readonly json?: boolean;
}

/** Checks everything an upgrade of a cluster rests on, all at once, and says what to type. Changes nothing. */
export async function doctor({ file, inventory, taskQueue, json }: DoctorOptions): Promise<ExitCode> {
  const declared = await declaredCluster(inventory ?? file);
  const { cluster } = declared.inventory;
  const began = performance.now();
  const looks = looksOf(declared, taskQueue);
  try {
    await looks.ways();
    const findings = await runChecks(checksOf(looks), {
      cluster,
      address: addressesIn(declared.inventory.nodes),
    });
    const tookMs = performance.now() - began;
    const counts = tally(findings);
    if (json) printJson({ ok: counts.fail === 0, cluster, counts, findings });
    else print(doctorText(cluster, findings, { tookMs, width: screen().width }));
    return counts.fail === 0 ? exitCodes.ok : exitCodes.refused;
  } finally {
    await looks.close();
    leaveSoon();
  }
}

/** Connections to what never answers may stay half open for two minutes; nobody waits for them. */
function leaveSoon(): void {
  setTimeout(() => process.exit(), 1_000).unref();
}
