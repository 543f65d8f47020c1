import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { loadInventory, mistakeLine, parseInventory } from '../../src/inventory/load.js';
import { projectRoot } from '../../src/tools/project-root.js';
import { changedText, goodText, mistakesOf } from './an-inventory.js';

const example = path.join(projectRoot, 'examples/prox-ops/slipway.yaml');

describe('the prox-ops example', () => {
  test('loads without a mistake, with its fifteen nodes', async () => {
    const loaded = await loadInventory(example);
    if (!loaded.ok) throw new Error(loaded.mistakes.map(mistakeLine).join('\n'));
    const { nodes, versions, roles } = loaded.inventory;
    expect(nodes.filter((node) => node.role === 'control-plane')).toHaveLength(3);
    expect(nodes.filter((node) => node.role === 'worker')).toHaveLength(12);
    expect(nodes.map((node) => node.address)).toEqual(
      Array.from({ length: 15 }, (_, index) => `10.20.67.${index + 1}`),
    );
    expect(nodes.map((node) => node.vm)).toEqual(Array.from({ length: 15 }, (_, index) => 8001 + index));
    expect(nodes.filter((node) => node.gpu).map((node) => node.name)).toEqual(['k8s-work-4', 'k8s-work-14']);
    expect(versions).toEqual({ talos: 'v1.11.3', kubernetes: 'v1.34.1' });
    expect(roles.worker?.nics).toEqual(['untagged', 62, 81]);
    expect(new Set(nodes.map((node) => node.host)).size).toBe(4);
  });
});

describe('an inventory', () => {
  test('has a default for every setting that allows one', () => {
    const loaded = parseInventory(goodText(), 'slipway.yaml');
    expect(loaded).toMatchObject({
      ok: true,
      inventory: {
        image: { factory: 'factory.talos.dev', platform: 'nocloud', secureBoot: false },
        upgrade: { order: 'control-planes-first', workers: { canary: 1, batch: 1 }, drain: { attempts: 3 } },
        limits: {
          drain: 300_000,
          drainSlice: 60_000,
          ready: 600_000,
          etcdStable: 120_000,
          soakCanary: 300_000,
        },
        gates: { criticalNamespaces: ['kube-system', 'flux-system', 'rook-ceph'] },
        snapshot: { maxAge: 3_600_000 },
      },
    });
  });

  test('reports the mistakes of schema and rules together, by line, each with what to do', () => {
    const text = changedText((draft) => {
      draft.setIn(['versions', 'talos'], '1.12.6');
      draft.setIn(['nodes', 1, 'address'], '10.0.0.1');
      draft.setIn(['limits'], { drainSlice: '90s' });
      draft.setIn(['snapshott'], {});
      draft.deleteIn(['snapshot']);
    });
    const mistakes = mistakesOf(text);
    expect(mistakes.map((mistake) => mistake.path)).toEqual([
      'slipway.yaml:1 snapshot',
      'slipway.yaml:2 versions.talos',
      expect.stringMatching(/^slipway\.yaml:\d+ nodes\[1\]\.address$/),
      expect.stringMatching(/^slipway\.yaml:\d+ limits\.drainSlice$/),
      expect.stringMatching(/^slipway\.yaml:\d+ snapshott$/),
    ]);
    for (const mistake of mistakes) {
      expect(mistakeLine(mistake)).toBe(`${mistake.path}: ${mistake.what}, ${mistake.why}, ${mistake.fix}`);
      expect(mistake.fix.length).toBeGreaterThan(5);
    }
    expect(mistakes.at(-1)?.fix).toContain('did you mean snapshot?');
  });

  test.each<[string, string, RegExp]>([
    ['an empty file', '', /it is empty/],
    ['a comment alone', '# nothing', /it is empty/],
    ['a list', '- a', /no map of settings/],
    ['a word', 'hello', /no map of settings/],
    ['broken YAML', 'cluster: [', /cannot be understood/],
    ['a key twice', `${goodText()}cluster: other\n`, /^slipway.yaml:\d+: Map keys must be unique/],
    ['a second document', `${goodText()}---\ncluster: b\n`, /multiple documents/],
    ['a tag of a programming language', 'cluster: !!js/function "x"', /Unresolved tag/],
    ['more than 1 MiB', `${goodText()}# ${'x'.repeat(1024 * 1024)}`, /larger than 1 MiB/],
    ['a bomb of aliases', bomb(), /alias/],
  ])('refuses %s', (_name, text, words) => {
    expect(mistakesOf(text).map(mistakeLine).join('\n')).toMatch(words);
  });

  test('never quotes a value in the place of a credential', () => {
    const text = changedText((draft) => {
      draft.setIn(['access', 'talos', 'admin'], 'hunter2-in-clear');
      draft.setIn(['access', 'kubernetes'], { file: 'a', token: 'hunter2-in-clear' });
      draft.setIn(
        ['notify'],
        [{ discord: { webhook: 'https://discord.com/api/webhooks/1/hunter2-in-clear' } }],
      );
    });
    const lines = mistakesOf(text).map(mistakeLine).join('\n');
    expect(lines).toMatch(/access\.talos\.admin/);
    expect(lines).toMatch(/access\.kubernetes/);
    expect(lines).toMatch(/notify\[0\]/);
    expect(lines).not.toContain('hunter2');
  });

  test('takes webhooks by reference', () => {
    const text = changedText((draft) => {
      draft.setIn(
        ['notify'],
        [{ discord: { webhook: { env: 'DISCORD' } } }, { ntfy: { webhook: { file: 'ntfy-url' } } }],
      );
    });
    expect(mistakesOf(text)).toEqual([]);
  });

  test('that cannot be read is a mistake with what to do, not a stack', async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'slipway-inventory-'));
    try {
      const loaded = await loadInventory(path.join(folder, 'slipway.yaml'));
      expect(loaded).toMatchObject({
        ok: false,
        mistakes: [{ what: 'it cannot be read', why: expect.stringContaining('ENOENT') }],
      });
      const large = path.join(folder, 'large.yaml');
      await writeFile(large, 'x'.repeat(3 * 1024 * 1024));
      expect(await loadInventory(large)).toMatchObject({
        ok: false,
        mistakes: [{ what: 'it is larger than 1 MiB' }],
      });
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

function bomb(): string {
  const rows = ['a: &a0 [x, x, x, x, x, x, x, x, x, x]'];
  for (let level = 1; level < 9; level += 1) {
    rows.push(`b${level}: &a${level} [${Array.from({ length: 10 }, () => `*a${level - 1}`).join(', ')}]`);
  }
  return rows.join('\n');
}
