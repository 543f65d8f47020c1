import { inventoryJsonSchema } from './json-schema.js';
import type { DocumentPath } from './mistake.js';

/** The allowed settings at a path of the inventory, or of another file by its JSON Schema; empty where several shapes are allowed. */
export function settingsAt(path: DocumentPath, whole: unknown = inventoryJsonSchema()): string[] {
  let schema: unknown = whole;
  for (const part of path)
    schema = typeof part === 'number' ? field(schema, 'items') : field(field(schema, 'properties'), part);
  return Object.keys(record(field(schema, 'properties')));
}

function field(value: unknown, name: string): unknown {
  return record(value)[name];
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
