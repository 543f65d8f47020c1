import type { Shared } from './global-setup.js';

/** Ends what `global-setup` started; both run in jest's own process. */
export default async function tearDown(): Promise<void> {
  const { slipwayLabs, slipwayTemporal } = globalThis as Shared;
  await slipwayLabs?.stop();
  await slipwayTemporal?.stop();
}
