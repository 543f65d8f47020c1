import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { startTemporal } from '../../lab/temporal.js';

/** One Temporal for all scenarios of a test run; each has its own namespace. */
export default async function setUp(): Promise<void> {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'slipway-temporal-'));
  const temporal = await startTemporal({ directory });
  process.env['SLIPWAY_TEST_TEMPORAL'] = temporal.address;
  (globalThis as { slipwayTemporal?: () => Promise<void> }).slipwayTemporal = async () => {
    await temporal.stop();
    await rm(directory, { recursive: true, force: true });
  };
}
