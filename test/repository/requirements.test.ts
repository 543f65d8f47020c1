import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { parseDuration } from '../../src/inventory/duration.js';
import { parseInventory } from '../../src/inventory/load.js';
import { describe as sentenceOf } from '../../src/planning/reasons/describe.js';
import { allReasons } from '../../src/planning/reasons/all-reasons.js';
import { projectRoot } from '../../src/tools/project-root.js';
import { goodText } from '../inventory/an-inventory.js';
import { everyReason } from '../planning/reasons/every-reason.js';

/** Text of the pages by their path from the root, the first one with the contents. */
type Pages = ReadonlyMap<string, string>;
/** A file of the project; undefined: there is none. */
type Read = (file: string) => string | undefined;

const index = 'docs/requirements.md';
const folder = 'docs/requirements';

const read: Read = (file) => {
  const full = path.join(projectRoot, file);
  return existsSync(full) ? readFileSync(full, 'utf8') : undefined;
};

const pages: Pages = new Map(
  [index, ...readdirSync(path.join(projectRoot, folder)).map((file) => `${folder}/${file}`)].map((file) => [
    file,
    read(file) ?? '',
  ]),
);

/** One line of a table, whose first cell is an id: `FR5-2`. */
interface Row {
  readonly id: string;
  readonly page: string;
  /** The nearest heading above it. */
  readonly chapter: string;
  readonly cells: readonly string[];
}

const idPattern = /^[A-Z]+\d*-\d+$/;

function rowsOf(pagesRead: Pages): Row[] {
  return [...pagesRead].flatMap(([page, text]) => {
    let chapter = '';
    return tableLines(text).flatMap(({ heading, cells }): Row[] => {
      chapter = heading ?? chapter;
      const [id = '', ...rest] = cells;
      return idPattern.test(id) ? [{ id, page, chapter, cells: rest }] : [];
    });
  });
}

function tableLines(
  text: string,
): { readonly heading: string | undefined; readonly cells: readonly string[] }[] {
  return text.split('\n').map((line) => ({
    heading: /^#+ (.*)$/.exec(line)?.[1],
    cells: line.startsWith('| ')
      ? line
          .split('|')
          .slice(1, -1)
          .map((cell) => cell.trim())
      : [],
  }));
}

/** A test as a page names it: file, title, and the case of a title that stands for many. */
interface Reference {
  readonly file: string;
  readonly title: string;
  readonly cases: readonly string[];
}

const referencePattern = /`(test\/[^`]+)`((?: › "[^"]+")+)/g;

function referencesIn(text: string): Reference[] {
  return [...text.matchAll(referencePattern)].map(([, file = '', quoted = '']) => {
    const [title = '', ...cases] = [...quoted.matchAll(/"([^"]+)"/g)].map(([, words = '']) => words);
    return { file, title, cases };
  });
}

/** A comment, a pattern or a text of TypeScript; the second group is what stands in the quotes. */
const tokens =
  /\/\/[^\n]*|\/\*[\s\S]*?\*\/|(?<=[(,=:[!&|?{};>]\s*)\/(?![/*])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[a-z]*|(['"`])((?:\\[\s\S]|(?!\1)[^\\])*)\1/g;
/** A table of cases, which another file plays one by one, titles each by its name. */
const tableOfCases = /-cases[.]ts$/;
const beforeName = /\n {4}name:$/;
const beforeTitle = /(?:\b(?:describe|group|it|test)(?:\.\w+)*(?:<[^(]*>)?|\))\($/;

interface Texts {
  readonly all: ReadonlySet<string>;
  readonly titles: ReadonlySet<string>;
}

/** A cache: many lines name the same file. */
const known = new Map<string, Texts>();

/** Every text of a file of tests, and which of them are titles: the first argument of describe, it or test. */
function textsOf(code: string, before = beforeTitle): Texts {
  const found = known.get(code) ?? tokensOf(code, before);
  known.set(code, found);
  return found;
}

function tokensOf(code: string, before: RegExp): Texts {
  const all = new Set<string>();
  const titles = new Set<string>();
  for (const match of code.matchAll(tokens)) {
    const [whole, quote, inside = ''] = match;
    if (quote === undefined) continue;
    const text = inside.replaceAll(/\\(.)/g, '$1');
    all.add(text);
    const isFirst = before.test(code.slice(Math.max(0, match.index - 200), match.index).trimEnd());
    if (isFirst && /^\s*,/.test(code.slice(match.index + whole.length))) titles.add(text);
  }
  return { all, titles };
}

function referenceComplaints(row: Row, readFile: Read): string[] {
  const shown = row.cells.at(-1) ?? '';
  const references = referencesIn(shown);
  const named = shown.match(/`test\//g)?.length ?? 0;
  const untitled = named === references.length ? [] : [`${row.id}: names a test file without a title`];
  const wrong = references.flatMap(({ file, title, cases }) => {
    const code = readFile(file);
    if (code === undefined) return [`${row.id}: there is no ${file}`];
    const { all, titles } = textsOf(code, tableOfCases.test(file) ? beforeName : beforeTitle);
    if (!titles.has(title)) return [`${row.id}: ${file} has no test "${title}"`];
    return cases.filter((one) => !all.has(one)).map((one) => `${row.id}: ${file} has no case "${one}"`);
  });
  return [...untitled, ...wrong];
}

const reasonPattern = /\b(?:Instead|Outside|Not there yet \([a-z]+\)): .{20}/;

/** The text in backticks after these words is one of `allReasons`. */
const refusedPattern = /refused as `([^`]+)`/g;

function reasonComplaints(row: Row, areas: ReadonlySet<string>): string[] {
  const shown = row.cells.at(-1) ?? '';
  const words = shown.replaceAll(referencePattern, '').trim();
  const bare = referencesIn(shown).length === 0 && !reasonPattern.test(words);
  const unknownAreas = [...words.matchAll(/Not there yet(?: \(([^)]*)\))?/g)].filter(
    ([, area]) => area === undefined || !areas.has(area),
  );
  const unknownReasons = row.cells
    .flatMap((cell) => [...cell.matchAll(refusedPattern)])
    .filter(([, kind = '']) => !(kind in allReasons));
  return [
    ...(bare ? [`${row.id}: has neither a test nor a reason`] : []),
    ...unknownAreas.map(([text]) => `${row.id}: "${text}" names no area of the table`),
    ...unknownReasons.map(([text]) => `${row.id}: "${text}" names no reason`),
    ...(row.cells.length < 3 || row.cells.some((cell) => cell === '')
      ? [`${row.id}: has an empty cell`]
      : []),
  ];
}

/** Ids the contents promise, with page and chapter: `| [PRD](requirements/prd.md) | FR1 … | FR1-1 to FR1-4 |`. */
function promised(text: string): Map<string, { readonly page: string; readonly chapter: string }> {
  const ids = new Map<string, { page: string; chapter: string }>();
  for (const { cells } of tableLines(text)) {
    const [where = '', chapter = '', range = ''] = cells;
    const found = /^(?<name>[A-Z]+\d*)-1(?: to \k<name>-(?<last>\d+))?$/.exec(range);
    if (!found?.groups) continue;
    const link = /\]\((?<to>[^)]+)\)/.exec(where)?.groups?.['to'];
    const page = link === undefined ? index : `docs/${link}`;
    for (let number = 1; number <= Number(found.groups['last'] ?? 1); number += 1)
      ids.set(`${found.groups['name']}-${number}`, { page, chapter });
  }
  return ids;
}

function contentsComplaints(pagesRead: Pages): string[] {
  const expected = promised(pagesRead.get(index) ?? '');
  const rows = rowsOf(pagesRead);
  const counts = new Map<string, number>();
  for (const { id } of rows) counts.set(id, (counts.get(id) ?? 0) + 1);
  const missing = [...expected.keys()].filter((id) => !counts.has(id));
  const twice = [...counts].filter(([, count]) => count > 1);
  const elsewhere = rows.filter(({ id, page, chapter }) => {
    const place = expected.get(id);
    return place !== undefined && (place.page !== page || place.chapter !== chapter);
  });
  return [
    ...missing.map((id) => `${id}: the contents promise it, and it is missing`),
    ...rows.filter(({ id }) => !expected.has(id)).map(({ id }) => `${id}: the contents do not name it`),
    ...twice.map(([id]) => `${id}: is there twice`),
    ...elsewhere.map(({ id }) => `${id}: is not where the contents say`),
  ];
}

/** The words in the first cell of each line of the table under a heading line, without their backticks. */
function tableAfter(text: string, header: string): (readonly string[])[] {
  const [, after = ''] = text.split(header);
  const [, table = ''] = /^\n\|[-|]+\|\n((?:\|.*\n)+)/.exec(after) ?? [];
  return tableLines(table).flatMap(({ cells }) =>
    cells.length > 0 ? [cells.map((cell) => cell.replaceAll(/^`|`$/g, ''))] : [],
  );
}

const areaHeader = '| area | what is missing | what happens today |';
const sentenceHeader = '| reason | sentence |';
const settingHeader = '| setting | default | asked for |';

function complaints(pagesRead: Pages, readFile: Read = read): string[] {
  const areas = new Set(
    tableAfter(pagesRead.get(index) ?? '', areaHeader).flatMap(([area]) =>
      area === undefined ? [] : [area],
    ),
  );
  const rows = rowsOf(pagesRead);
  return [
    ...contentsComplaints(pagesRead),
    ...rows.flatMap((row) => [...referenceComplaints(row, readFile), ...reasonComplaints(row, areas)]),
  ];
}

/** The pages with one change; a change without effect is a mistake of the test. */
function changed(page: string, change: (text: string) => string): Pages {
  const before = pages.get(page) ?? '';
  const after = change(before);
  expect(after).not.toBe(before);
  return new Map([...pages, [page, after]]);
}

describe('the requirements', () => {
  test('are all there, each with a test that exists or a reason', () => {
    expect(complaints(pages)).toEqual([]);
    expect(rowsOf(pages).length).toBeGreaterThan(400);
  });

  test('quote sentences as Slipway says them', () => {
    const quoted = tableAfter(pages.get(index) ?? '', sentenceHeader);
    expect(quoted.length).toBeGreaterThan(5);
    for (const [kind = '', sentence] of quoted)
      expect([kind, sentence]).toEqual([kind, sentenceOf(everyReason[kind as keyof typeof everyReason])]);
  });

  const loaded = parseInventory(goodText(), 'slipway.yaml');
  const settings = tableAfter(pages.get(index) ?? '', settingHeader);
  test('name the settings behind their numbers', () => expect(settings.length).toBeGreaterThan(15));
  test.each(settings)('give %s its default, %s', (setting = '', text = '') => {
    const value = setting
      .split('.')
      .reduce<unknown>(
        (found, key) => (found as Readonly<Record<string, unknown>>)[key],
        loaded.ok ? loaded.inventory : {},
      );
    expect(value).toEqual(/^\d+[smh]$/.test(text) ? parseDuration(text) : parse(text));
  });

  test('speak of documents by their titles, not of files a reader does not have', () => {
    for (const [, text] of pages) expect(text).not.toMatch(/\bs[0-4]:\d|\bseeds?\b|\/work\/|\.txt\b/);
  });
});

describe('an outdated page', () => {
  const page = `${folder}/portkey.md`;
  const [row] = rowsOf(pages).filter((one) => one.page === page);
  if (!row) throw new Error(`${page} has no line`);
  const line = new RegExp(`^\\| ${row.id} \\|.*\\n`, 'm');
  const withShown = (shown: string): Pages =>
    changed(page, (text) => text.replace(line, `| ${row.id} | what | where | ${shown} |\n`));

  test.each<[string, Pages, string]>([
    [
      'that lost a line',
      changed(page, (text) => text.replace(line, '')),
      'the contents promise it, and it is missing',
    ],
    [
      'that has a line twice',
      changed(page, (text) => text.replace(line, (same) => same + same)),
      'is there twice',
    ],
    [
      'with a line nobody promised',
      changed(page, (text) => text.replace(line, (same) => same.replace(row.id, 'ZZ9-1') + same)),
      'ZZ9-1: the contents do not name it',
    ],
    [
      'with a line in another chapter',
      changed(page, (text) => text.replace(`## ${row.chapter}`, '## Something else')),
      'is not where the contents say',
    ],
    ['with nothing to show', withShown('it is fine'), 'has neither a test nor a reason'],
    ['with an empty cell', withShown(''), 'has an empty cell'],
    ['with a word instead of a reason', withShown('Instead: no.'), 'has neither a test nor a reason'],
    [
      'with an area nobody knows',
      withShown('Not there yet (moon): and nothing happens today.'),
      'names no area',
    ],
    [
      'with a refusal nobody makes',
      withShown('Instead: it is refused as `too-hard`, always.'),
      'names no reason',
    ],
    ['with a file that is gone', withShown('`test/gone.test.ts` › "x"'), 'there is no test/gone.test.ts'],
    [
      'with a file and no title',
      withShown('`test/setup/run.integration.test.ts`'),
      'names a test file without a title',
    ],
    [
      'with a title that is only a case',
      withShown('`test/inventory/rules.test.ts` › "two control planes"'),
      'has no test "two control planes"',
    ],
    [
      'with a case that is gone',
      withShown('`test/inventory/rules.test.ts` › "refuses %s" › "three moons"'),
      'has no case "three moons"',
    ],
    [
      'with what a table of cases names, and plays not',
      withShown('`test/scenarios/faults/boot-cases.ts` › "never-ready"'),
      'has no test "never-ready"',
    ],
  ])('%s fails', (_name, mutated, says) => expect(complaints(mutated).join('\n')).toContain(says));

  test('because a test was renamed fails', () => {
    const [reference] = referencesIn(row.cells.at(-1) ?? '');
    if (!reference) throw new Error(`${row.id} names no test`);
    const renamed: Read = (file) =>
      file === reference.file ? read(file)?.replace(reference.title, 'another title') : read(file);
    expect(complaints(pages, renamed)).toContain(
      `${row.id}: ${reference.file} has no test "${reference.title}"`,
    );
  });

  test('because a test was commented out fails', () => {
    const code = "// test('a title', () => {});\ntest('another', () => {});\n";
    expect([...textsOf(code).titles]).toEqual(['another']);
  });
});

const noted: readonly [string, string, readonly string[]][] = [
  ['machines of prox-ops', 'prox-ops/README.md', ['control planes 4 CPU, 16 GB', 'workers 16 CPU, 32 GB']],
  ['networks of prox-ops', 'prox-ops/README.md', ['three networks', 'virtio on vmbr1, MAC of eth0 kept']],
  ['networks of pods of prox-ops', 'prox-ops/README.md', ['`iot-vlan62` on eth1', '`dmz-vlan81` on eth2']],
  ['storage of prox-ops', 'prox-ops/README.md', ['`vms-ceph`', 'external Ceph, 17.46 TiB']],
  ['templates of prox-ops', 'prox-ops/README.md', ['9000 to 9007', '`talos-template` and `talos-node`']],
  [
    'the hypervisor of prox-ops',
    'prox-ops/README.md',
    ['10.20.66.10 to .13', 'bpg/proxmox 0.67.0', 'odin; loki'],
  ],
  [
    'the state of prox-ops',
    'prox-ops/README.md',
    ['`prox-ops-terraform-state`', '`prox-ops-terraform-locks`'],
  ],
  [
    'patches of prox-ops',
    'prox-ops/README.md',
    ['k8s-work-4/nvidia-gpu.yaml', 'k8s-work-14/nvidia-gpu.yaml'],
  ],
  ['GitOps of prox-ops', 'prox-ops/README.md', ['Flux, 27 HelmReleases, `renovate.json5`']],
  ['first nodes of prox-ops', 'prox-ops/README.md', ['k8s-work-16, or k8s-work-1 and -2']],
  ['memory of portkey', 'portkey/slipway.yaml', ['44, 27 and 27 GB', '96 %']],
  ['metal3 of portkey', 'portkey/slipway.yaml', ['name: metal3, role: worker, address: 192.168.0.14']],
];

test.each(noted)('what an example has no setting for is written beside it: %s', (_what, file, words) => {
  for (const one of words) expect(read(`examples/${file}`)).toContain(one);
});
