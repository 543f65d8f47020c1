import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { type Document, parse } from 'yaml';
import { inventoryJsonSchema, inventoryJsonSchemaText } from '../../src/inventory/json-schema.js';
import { projectRoot } from '../../src/tools/project-root.js';
import { changedText, goodText } from './an-inventory.js';

const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(inventoryJsonSchema());

describe('the JSON Schema of slipway.yaml', () => {
  test('is committed as it is generated: run node dist/src/inventory/write-schema.js', () => {
    expect(readFileSync(path.join(projectRoot, 'slipway.schema.json'), 'utf8')).toBe(
      inventoryJsonSchemaText(),
    );
  });

  test.each([
    ['the example', readFileSync(path.join(projectRoot, 'examples/prox-ops/slipway.yaml'), 'utf8')],
    ['the smallest good inventory', goodText()],
  ])('accepts %s, as an editor would', (_name, text) => {
    expect(validate(parse(text)) || validate.errors).toBe(true);
  });

  test.each<[string, (draft: Document) => void]>([
    ['a setting that does not exist', (draft) => draft.setIn(['clusters'], 1)],
    ['a version without its v', (draft) => draft.setIn(['versions', 'talos'], '1.12.6')],
    ['a credential by value', (draft) => draft.setIn(['access', 'kubernetes'], 'apiVersion: v1')],
    ['a limit that is a number', (draft) => draft.setIn(['limits'], { boot: 900 })],
  ])('refuses %s', (_name, change) => {
    expect(validate(parse(changedText(change)))).toBe(false);
  });
});
