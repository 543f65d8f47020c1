import { startTemporalAlone, type TemporalAlone } from '../../lab/temporal-alone.js';

/** One Temporal for all scenarios of a test run; each has its own namespace. */
export default async function setUp(): Promise<void> {
  const temporal = await startTemporalAlone();
  process.env['SLIPWAY_TEST_TEMPORAL'] = temporal.server.description.address;
  (globalThis as { slipwayTemporal?: TemporalAlone }).slipwayTemporal = temporal;
}
