import type { World } from '../../lab/world.js';

/** Waits until a run waits for a person to decide about a node. */
export async function halted(world: World, name: string): Promise<void> {
  await world.until(`the run waits for a decision about ${name}`, async () =>
    (await world.slipway('status')).stdout.includes(`slipway retry ${name} `),
  );
}
