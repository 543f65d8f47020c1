import { z } from 'zod';
import { WrittenInventory } from './schema.js';

/** JSON Schema of `slipway.yaml`, as a person writes it: defaults may be left out, durations are text. */
export function inventoryJsonSchema(): Record<string, unknown> {
  return {
    ...z.toJSONSchema(WrittenInventory, { io: 'input', target: 'draft-2020-12' }),
    title: 'slipway.yaml',
    description: 'One cluster, as git declares it.',
  };
}

/** The file's text. */
export function inventoryJsonSchemaText(): string {
  return `${JSON.stringify(inventoryJsonSchema(), null, 2)}\n`;
}
