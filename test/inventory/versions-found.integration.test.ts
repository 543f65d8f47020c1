import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { execFileSync } from 'node:child_process';
import os from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { allMatches } from '../../src/inventory/bounded-pattern.js';
import { loadInventory, mistakeLine, parseInventory, readInventory } from '../../src/inventory/load.js';
import { changedText } from './an-inventory.js';

type Source = { file: string; variable: string } | { file: string; pattern: string };

const terraform = `# talos_version = "v1.0.0" was what we had
variable "talos_version" {
  description = "What the nodes { run"
  type        = string # default = "v1.0.1"
  validation {
    condition     = can(regex("^v", var.talos_version))
    error_message = "It begins with a v."
  }
  default = "v1.12.6"
}

variable "kubernetes_version" {
  default     = "1.35.0"
}
`;

function found(talos: unknown, text: string | undefined, kubernetes: unknown = 'v1.35.0') {
  const yaml = changedText((draft) => draft.setIn(['versions'], { talos, kubernetes }));
  return parseInventory(yaml, 'slipway.yaml', () =>
    text === undefined ? { unreadable: 'ENOENT: no such file' } : { text },
  );
}

/** All mistakes, one per line; empty if there are none. */
function mistakes(talos: unknown, text: string | undefined): string {
  const loaded = found(talos, text);
  return loaded.ok ? '' : loaded.mistakes.map(mistakeLine).join('\n');
}

function talosOf(source: Source, text: string): string {
  const loaded = found(source, text);
  if (!loaded.ok) throw new Error(loaded.mistakes.map(mistakeLine).join('\n'));
  return loaded.inventory.versions.talos;
}

const variable = { file: 'variables.tf', variable: 'talos_version' };

describe('a version in another file', () => {
  test('is the default of a variable of Terraform, beside other variables, comments and blocks', () => {
    const loaded = found(variable, terraform, { file: 'variables.tf', variable: 'kubernetes_version' });
    expect(loaded).toMatchObject({
      ok: true,
      inventory: { versions: { talos: 'v1.12.6', kubernetes: 'v1.35.0' } },
      files: ['variables.tf'],
    });
  });

  test.each([
    ['an assignment', 'talos_version = "1.12.6"\n', 'v1.12.6'],
    ['an assignment with its v, in a block', 'locals {\n\ttalos_version   =   "v1.12.6"\n}', 'v1.12.6'],
    ['a pre-release', 'talos_version = "1.13.0-beta.1"', 'v1.13.0-beta.1'],
    ['the same twice', 'talos_version = "1.12.6"\ntalos_version = "v1.12.6"', 'v1.12.6'],
    ['lines that end as on Windows', 'a = 1\r\ntalos_version = "1.12.6"\r\n', 'v1.12.6'],
    ['a block on one line', 'variable "talos_version" { default = "1.12.6" }', 'v1.12.6'],
    ['beside longer names', 'my_talos_version = "1.1.1"\ntalos_version = "1.12.6"\n', 'v1.12.6'],
    ['before the default of the next', `${terraform}variable "x" { default = "1.0.0" }`, 'v1.12.6'],
  ])('is found as %s', (_name, text, version) => {
    expect(talosOf(variable, text)).toBe(version);
  });

  test.each([
    [
      "Renovate's own",
      String.raw`talos_version\s*=\s*"(?<currentValue>.*?)"`,
      'x\ntalos_version = "v1.12.6"',
    ],
    ['the older way to name a group', 'talos: v(?P<currentValue>[0-9.]+)', 'talos: v1.12.6'],
    [
      'one with other groups',
      String.raw`# renovate: datasource=(?<datasource>\S+)\nTALOS=(?<currentValue>\S+)`,
      '# renovate: datasource=github-releases\nTALOS=1.12.6',
    ],
  ])('is found by a pattern: %s', (_name, pattern, text) => {
    expect(talosOf({ file: 'x', pattern }, text)).toBe('v1.12.6');
  });

  test.each<[string, unknown, string | undefined, RegExp]>([
    [
      'a file that is not there',
      variable,
      undefined,
      /versions\.talos: variables\.tf cannot be read, ENOENT/,
    ],
    ['no match', variable, 'other = "1.12.6"', /talos_version has no match in variables\.tf/],
    ['a variable without a default', variable, 'variable "talos_version" {}\n', /no match/],
    ['a comment alone', variable, '# talos_version = "1.12.6"', /no match/],
    [
      'a default of the next variable',
      variable,
      'variable "talos_version" {\n}\nvariable "x" {\n default = "1.2.3"\n}',
      /no match/,
    ],
    [
      'two versions',
      variable,
      'talos_version = "1.12.6"\n\ntalos_version = "1.12.7"',
      /2 versions where the variable talos_version leads: v1\.12\.6 in line 1, v1\.12\.7 in line 3, nobody/,
    ],
    ['a reference', variable, 'talos_version = "${var.x}"', /line 1 of variables\.tf.*has no version/],
    ['two numbers', variable, 'talos_version = "1.12"', /has no version/],
    ['a pattern without its group', { file: 'x', pattern: '1' }, '1', /no group \(\?<currentValue>…\)/],
    ['a pattern that is none', { file: 'x', pattern: '(?<currentValue>' }, '1', /RE2.*does not know it/],
    ['a look ahead', { file: 'x', pattern: '(?<currentValue>a)(?=b)' }, 'ab', /RE2.*does not know it/],
    [
      'a path of the machine',
      { file: '/etc/passwd', variable: 'x' },
      '',
      /versions\.talos\.file: "\/etc\/passwd" does not fit/,
    ],
    ['both ways at once', { ...variable, pattern: 'x' }, '', /a version is written v1\.12\.6, or found/],
    ['neither', { file: 'x' }, '', /a version is written v1\.12\.6, or found/],
    ['a mistyped setting', { file: 'x', varible: 'y' }, '', /a version is written v1\.12\.6, or found/],
    ['a name that is none', { file: 'x', variable: 'a.*' }, '', /versions\.talos.* does not fit/],
    ['nothing', null, '', /versions\.talos/],
    ['a list', [variable], '', /versions\.talos: a list of 1 does not fit/],
  ])('is a mistake with what to do: %s', (_name, source, text, words) => {
    const lines = mistakes(source, text);
    expect(lines).toMatch(words);
    expect(lines.split('\n')).toHaveLength(1);
    expect(lines).toMatch(/^slipway\.yaml:\d+ versions\.talos/);
  });

  test('is reported together with other mistakes', () => {
    const yaml = changedText((draft) => {
      draft.setIn(['versions'], { talos: variable, kubernetes: '1.35.0' });
      draft.deleteIn(['snapshot']);
    });
    const loaded = parseInventory(yaml, 'slipway.yaml', () => ({ text: '' }));
    expect(loaded).toMatchObject({
      ok: false,
      mistakes: [
        { path: 'slipway.yaml:1 snapshot' },
        { path: 'slipway.yaml:3 versions.talos' },
        { path: 'slipway.yaml:6 versions.kubernetes' },
      ],
    });
  });

  test('is not searched without a reader', () => {
    const yaml = changedText((draft) => draft.setIn(['versions', 'talos'], variable));
    const loaded = parseInventory(yaml, 'slipway.yaml');
    expect(loaded).toMatchObject({ ok: false, mistakes: [{ what: 'variables.tf cannot be read' }] });
  });

  test('never quotes another text that a pattern matches', () => {
    for (const pattern of ['(?<currentValue>.+)', '(?<currentValue>hunter2.*)'])
      expect(mistakes({ file: 'secrets', pattern }, 'password: hunter2-in-clear')).not.toContain('hunter2-');
  });
});

describe('a hostile pattern or file does not block', () => {
  const long = 'a'.repeat(200 * 1024);
  test.each<[string, string, string]>([
    ['nested repeats, which others take for ever over', '(?<currentValue>(a+)+)b', long],
    ['repeats of repeats', '(?<currentValue>((a{100}){100}){10})', long],
    ['a thousand states', '(?<currentValue>(a?){500}(a){500})c', long],
    ['alternatives that read to the end each time', '(?<currentValue>a.*b|a)', long],
    ['a match at each character', '(?<currentValue>a?)', long],
    ['many branches', `(?<currentValue>${Array.from({ length: 90 }, () => 'a.*b').join('|')})`, long],
    ['a word of every letter', String.raw`(?<currentValue>(\pL|\pN|\w){200}b)`, long],
  ])('%s', (_name, pattern, text) => {
    const begin = performance.now();
    expect(mistakes({ file: 'x', pattern }, text)).toMatch(/versions\.talos/);
    // Backtracking would practically never end; the limit allows for a busy machine.
    expect(performance.now() - begin).toBeLessThan(20_000);
  });

  test.each<[string, string, string, RegExp]>([
    ['more matches than anybody means', '(?<currentValue>a)', 'a'.repeat(51), /more than 50 times/],
    ['more work than a look is worth', '(?<currentValue>(a?){500})', long, /too many parts/],
    ['a repeat too large for any engine', '(?<currentValue>a{5000})', 'a', /RE2.*does not know it/],
  ])('%s is stopped with an error', (_name, pattern, text, why) => {
    expect(allMatches(pattern, text)).toEqual({ ok: false, why: expect.stringMatching(why) });
  });

  test('a search that takes too long is stopped', () => {
    let clock = 0;
    const slow = (): number => (clock += 1500);
    expect(allMatches('(?<currentValue>a)', 'a', slow)).toMatchObject({ ok: true });
    expect(allMatches('(?<currentValue>a)', 'aaaa', slow)).toMatchObject({
      ok: false,
      why: expect.stringContaining('too long to find'),
    });
  });

  test('a variable in a file made of opening braces', () => {
    for (const text of [
      'variable "talos_version" {'.repeat(9000),
      `variable "talos_version" {${'{'.repeat(2e5)}`,
    ])
      expect(mistakes(variable, text)).toMatch(/no match/);
  });
});

describe('files beside slipway.yaml', () => {
  let folder = '';
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function inventoryIn(name: string, talos: unknown): Promise<string> {
    folder = await mkdtemp(path.join(os.tmpdir(), 'slipway-versions-'));
    const file = path.join(folder, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(
      file,
      changedText((draft) => draft.setIn(['versions', 'talos'], talos)),
    );
    return file;
  }

  test('are read relative to its folder, whatever the working directory', async () => {
    const file = await inventoryIn('clusters/a/slipway.yaml', {
      file: '../../terraform/variables.tf',
      variable: 'talos_version',
    });
    await mkdir(path.join(folder, 'terraform'));
    await writeFile(path.join(folder, 'terraform/variables.tf'), terraform);
    const loaded = await loadInventory(file);
    expect(loaded).toMatchObject({
      ok: true,
      inventory: { versions: { talos: 'v1.12.6' } },
      files: ['../../terraform/variables.tf'],
    });
  });

  test.each<[string, (file: string) => unknown, string]>([
    [
      'version where the file is too large',
      (file) => writeFile(file, 'x'.repeat(300 * 1024)),
      'larger than 256 KiB',
    ],
    ['version where it is a folder', (file) => mkdir(file), 'no regular file'],
    [
      'version where it is a pipe nobody writes to',
      (file) => execFileSync('mkfifo', [file]),
      'no regular file',
    ],
    ['version where it is not there', () => undefined, 'ENOENT'],
  ])('have no %s', async (_name, make, why) => {
    const file = await inventoryIn('slipway.yaml', variable);
    await make(path.join(folder, 'variables.tf'));
    expect(await loadInventory(file)).toMatchObject({
      ok: false,
      mistakes: [{ what: 'variables.tf cannot be read', why: expect.stringContaining(why) }],
    });
  });

  test('come from the given reader, each once', async () => {
    const asked: string[] = [];
    const text = changedText((draft) =>
      draft.setIn(['versions'], {
        talos: variable,
        kubernetes: { ...variable, variable: 'kubernetes_version' },
      }),
    );
    const loaded = await readInventory(text, 'slipway.yaml at 1a2b3c4', async (name) => {
      asked.push(name);
      return { text: terraform };
    });
    expect(loaded).toMatchObject({ ok: true, inventory: { versions: { kubernetes: 'v1.35.0' } } });
    expect(asked).toEqual(['variables.tf']);
  });
});
