import { readFile } from 'node:fs/promises';
import type { World } from '../../lab/world.js';
import { hypervisorOf } from '../../lab/put-back/replace-machines.js';

/** Names of the templates Slipway's Terraform has replaced, in their order. */
export async function templatesMade(world: World): Promise<string[]> {
  const { log, slipway, templates } = hypervisorOf(world);
  const lines = (await readFile(log, 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { by: string; event: string; method: string; template?: number });
  return lines
    .filter(({ by, event, method }) => by === slipway && event === 'answered' && method === 'POST')
    .flatMap(({ template }) => templates.find(({ id }) => id === template)?.name ?? []);
}
