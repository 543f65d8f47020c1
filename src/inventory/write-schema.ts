import { writeFileSync } from 'node:fs';
import { inventoryJsonSchemaText } from './json-schema.js';

/** Writes the JSON Schema that editors use. Run it from the project's root after a change of `schema.ts`. */
const file = process.argv[2] ?? 'slipway.schema.json';
writeFileSync(file, inventoryJsonSchemaText());
console.log(`wrote ${file}`);
