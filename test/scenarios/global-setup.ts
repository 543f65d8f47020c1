import { LabPool } from '../../lab/pool/lab-pool.js';
import { startTemporalAlone, type TemporalAlone } from '../../lab/temporal-alone.js';

/** What all scenarios of a test run share; jest's own process keeps it. */
export interface Shared {
  slipwayTemporal?: TemporalAlone;
  slipwayLabs?: LabPool;
}

/** One Temporal for all scenarios of a test run, in which each has its own namespace, and a pool of labs they lease. */
export default async function setUp(): Promise<void> {
  const shared = globalThis as Shared;
  shared.slipwayTemporal = await startTemporalAlone();
  shared.slipwayLabs = await LabPool.start();
  process.env['SLIPWAY_TEST_TEMPORAL'] = shared.slipwayTemporal.server.description.address;
  process.env['SLIPWAY_TEST_LABS'] = shared.slipwayLabs.address;
}
