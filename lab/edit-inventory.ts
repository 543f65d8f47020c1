import { readFile, writeFile } from 'node:fs/promises';
import { isMap, parseDocument } from 'yaml';
import type { World } from './world.js';

/** Sets one value of the lab's copy of slipway.yaml, as a person with an editor would: `['upgrade', 'workers', 'batch'], 2`. */
export async function setInInventory(world: World, where: readonly string[], value: unknown): Promise<void> {
  const file = world.lab.inventory;
  const document = parseDocument(await readFile(file, 'utf8'));
  const parent = document.getIn(where.slice(0, -1));
  if (where.length > 1 && parent !== undefined && !isMap(parent))
    throw new Error(`${where.join('.')} of slipway.yaml is inside something that is no mapping`);
  document.setIn(where, document.createNode(value));
  await writeFile(file, document.toString());
}
