import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { parseInventory } from '../../src/inventory/load.js';
import { kinds } from '../../src/planning/messages/kinds.js';
import { renderMessage } from '../../src/planning/messages/render.js';
import { projectRoot } from '../../src/tools/project-root.js';
import { goodText } from '../inventory/an-inventory.js';
import { everyMessage } from '../planning/messages/every-message.js';

const page = readFileSync(path.join(projectRoot, 'docs/notifications.md'), 'utf8');
const blocks = (language: string): string[] =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, 'gm'))].map(([, text = '']) => text);

describe('docs/notifications.md', () => {
  test('has snippets of slipway.yaml for each service', () => {
    const services = blocks('yaml').flatMap((text) =>
      (parse(text) as { notify: object[] }).notify.flatMap(Object.keys),
    );
    expect(services).toEqual(expect.arrayContaining(['discord', 'ntfy', 'slack', 'webhook', 'tell']));
  });

  test.each(blocks('yaml'))('has a valid snippet of slipway.yaml: %s', (text) => {
    const loaded = parseInventory(
      JSON.stringify({ ...(parse(goodText()) as object), ...(parse(text) as object) }),
      'slipway.yaml',
    );
    expect(loaded.ok ? [] : loaded.mistakes).toEqual([]);
  });

  test('describes every message type as the table does', () => {
    const rows = Object.entries(kinds).map(
      ([kind, { severity, when }]) => `| \`${kind}\` | ${severity} | ${when} |`,
    );
    const [, table = ''] = page.split('|---|---|---|\n');
    expect(table.split('\n').slice(0, rows.length)).toEqual(rows);
  });

  test('shows the JSON of a webhook with the fields it has', () => {
    const [shown] = blocks('json').map((text) => JSON.parse(text) as Record<string, object>);
    const sent = renderMessage(everyMessage.halt).webhook;
    expect(Object.keys(shown ?? {})).toEqual(Object.keys(sent));
    expect(Object.keys(shown?.['data'] ?? {})).toEqual(Object.keys(sent.data));
  });
});
