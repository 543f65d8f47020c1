import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse, stringify } from 'yaml';
import { readEvent } from '../../src/starter/read-event.js';
import { loadSettings, parseStarterSettings } from '../../src/starter/load-settings.js';
import { projectRoot } from '../../src/tools/project-root.js';
import { aRepository } from '../starter/a-starter.js';

const page = (name: string): string => readFileSync(path.join(projectRoot, 'docs', name), 'utf8');
const blocks = (name: string): string[] =>
  [...page(name).matchAll(/^```yaml\n(?<text>.*?)^```/gms)].map(({ groups }) => groups?.['text'] ?? '');

/** A block that shows one setting, or one more repository, put where it belongs. */
function whole(block: string): string {
  const shown: unknown = parse(block);
  if (Array.isArray(shown)) return stringify({ repositories: shown });
  const fields = shown as Record<string, unknown>;
  if ('repositories' in fields) return block;
  const { name, url, secrets, access, clusters } = aRepository();
  return stringify({ repositories: [{ name, url, secrets, access, clusters, ...fields }] });
}

describe('the pages about the starter', () => {
  const starterBlocks = ['github.md', 'polling.md'].flatMap((name) =>
    blocks(name)
      .filter((block) => !block.startsWith('on:'))
      .map((block) => [name, block] as const),
  );

  test.each(starterBlocks)('%s shows settings that are read: %s', (name, block) => {
    const loaded = parseStarterSettings(whole(block), name);
    expect(loaded).toMatchObject({ ok: true });
  });

  test('name the events that are read', () => {
    const { why } = readEvent('gollum', {}, aRepository()) as { why: string };
    const shown = { push: 'Pushes', pull_request: 'Pull requests', issue_comment: 'Issue comments' };
    for (const [event, words] of Object.entries(shown)) {
      expect(why).toContain(event);
      expect(page('github.md')).toContain(`**${words}**`);
    }
  });

  test('the example is read, too', async () => {
    const file = path.join(projectRoot, 'examples', 'prox-ops', 'starter.yaml');
    expect(await loadSettings(file)).toMatchObject({ ok: true });
  });
});
