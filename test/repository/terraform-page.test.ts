import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { parseDuration } from '../../src/inventory/duration.js';
import { parseInventory } from '../../src/inventory/load.js';
import { limitDefaults } from '../../src/inventory/schema.js';
import { Terraform } from '../../src/inventory/terraform.js';
import { describe as sentenceOf } from '../../src/planning/reasons/describe.js';
import { projectRoot } from '../../src/tools/project-root.js';
import { goodText } from '../inventory/an-inventory.js';
import { everyTerraformReason } from '../planning/terraform/every-terraform-reason.js';

const read = (name: string): string => readFileSync(path.join(projectRoot, name), 'utf8');
const page = read('docs/terraform.md');

const snippets = [...page.matchAll(/^```yaml\n([^]*?)^```$/gm)].map(([, text = '']) => text);

/** The lines of the table under a heading line, each as its cells. */
function table(header: string): string[][] {
  const [, after = ''] = page.split(`${header}\n`);
  const lines = after.split('\n');
  const end = lines.findIndex((line) => !line.startsWith('|'));
  const rows = lines.slice(1, end === -1 ? undefined : end);
  return rows.map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll(/^`|`$/g, '')),
  );
}

/** A cluster that lacks what the page is about, with whatever a snippet says in its place. */
function withSnippet(text: string): string {
  const good = parse(goodText()) as { roles: Record<string, object> };
  const made = { terraform: 'module.nodes["{node}"]', configuration: { by: 'terraform' } };
  const roles = Object.fromEntries(
    Object.entries(good.roles).map(([name, role]) => [name, { ...role, ...made }]),
  );
  const terraform = { version: '1.11.4', variables: { talos: 'talos_version' } };
  return JSON.stringify({ ...good, roles, terraform, ...(parse(text) as object) });
}

describe('docs/terraform.md', () => {
  test('has snippets of slipway.yaml', () => expect(snippets.length).toBeGreaterThan(4));

  test.each(snippets)('has a valid snippet of slipway.yaml: %s', (text) => {
    const loaded = parseInventory(withSnippet(text), 'slipway.yaml');
    expect(loaded.ok ? [] : loaded.mistakes).toEqual([]);
  });

  test('a snippet that is wrong would be noticed', () => {
    const wrong = withSnippet('terraform: { version: 1.11.4, variables: { talos: x }, backends: [] }');
    expect(parseInventory(wrong, 'slipway.yaml').ok).toBe(false);
  });

  test('has a line and an example for every setting', () => {
    const settings = Object.keys(Terraform.shape);
    expect(table('| setting | what it is |').map(([name]) => name)).toEqual(settings);
    const all = snippets.map((text) => parse(text) as { terraform?: object });
    for (const name of settings) expect(all.some(({ terraform = {} }) => name in terraform)).toBe(true);
  });

  test.each(table('| limit | default | what it is |'))('gives %s its default, %s', (name = '', text = '') => {
    expect(limitDefaults[name as keyof typeof limitDefaults]).toBe(parseDuration(text));
  });

  test('quotes sentences as Slipway says them', () => {
    const rows = table('| reason | sentence | what to do |');
    expect(rows.length).toBeGreaterThan(20);
    for (const [kind = '', sentence] of rows)
      expect([kind, sentence]).toEqual([
        kind,
        sentenceOf(everyTerraformReason[kind as keyof typeof everyTerraformReason]),
      ]);
  });

  test('is found from where a person begins, and says how far it was tried', () => {
    expect(read('README.md')).toContain('](docs/terraform.md)');
    expect(read('docs/install.md')).toContain('](terraform.md)');
    expect(page).toContain('**How far it was tried:**');
  });
});
