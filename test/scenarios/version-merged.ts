import { World } from '../../lab/world.js';

/** A minor apart. */
export const [from, to] = ['v1.12.1', 'v1.13.7'] as const;

/** A lab with a hypervisor whose machines run `from`, and whose owner has merged another version. */
export async function versionMerged(name: string, merged: string): Promise<World> {
  const world = await World.start({ name, hypervisor: true, labArgs: ['--talos', from, '--target', from] });
  await world.owner.mergeTalos(merged);
  return world;
}
