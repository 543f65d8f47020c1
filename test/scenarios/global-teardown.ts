import type { TemporalAlone } from '../../lab/temporal-alone.js';

/** Ends what `global-setup` started; both run in jest's own process. */
export default async function tearDown(): Promise<void> {
  await (globalThis as { slipwayTemporal?: TemporalAlone }).slipwayTemporal?.stop();
}
