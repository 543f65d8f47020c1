import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { projectRoot } from '../tools/project-root.js';
import type { Tone } from './run-standing.js';

/** A file that browsers may cache for ever: its address contains a hash of its content. */
export interface Asset {
  /** Its file name in addresses. */
  readonly name: string;
  readonly type: string;
  readonly text: string;
}

export interface Assets {
  /** By name. */
  readonly files: ReadonlyMap<string, Asset>;
  readonly styles: readonly string[];
  readonly scripts: readonly string[];
  readonly icon: (tone: Tone) => string;
}

const folder = path.join(projectRoot, 'src', 'page', 'assets');
const css = 'text/css; charset=utf-8';
const javascript = 'text/javascript; charset=utf-8';

/** Colours of the tab's icon, readable on light and dark. */
const iconColours: Readonly<Record<Tone, string>> = {
  asks: '#d98a00',
  fault: '#d2392e',
  works: '#2f7fd1',
  well: '#2b9a62',
  rests: '#7a8699',
};
const tones = Object.keys(iconColours) as Tone[];

/** Reads the page's files, once. */
export function loadAssets(): Assets {
  const own = (name: string, type: string): Asset =>
    named(name, type, readFileSync(path.join(folder, name), 'utf8'));
  const morph = createRequire(import.meta.url).resolve('idiomorph/dist/idiomorph.min.js');
  const styles = ['page.css', 'parts.css', 'run.css', 'lists.css'].map((name) => own(name, css));
  const scripts = [
    named('idiomorph.js', javascript, readFileSync(morph, 'utf8')),
    own('live.mjs', javascript),
  ];
  const icons = new Map(
    tones.map((tone) => [tone, named(`${tone}.svg`, 'image/svg+xml', icon(iconColours[tone]))] as const),
  );
  const all = [...styles, ...scripts, ...icons.values()];
  return {
    files: new Map(all.map((asset) => [asset.name, asset])),
    styles: styles.map(({ name }) => name),
    scripts: scripts.map(({ name }) => name),
    icon: (tone) => icons.get(tone)?.name ?? '',
  };
}

function named(file: string, type: string, text: string): Asset {
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 12);
  const { name, ext } = path.parse(file);
  return { name: `${name}.${hash}${ext}`, type, text };
}

/** The icon: a hull on a slipway. */
function icon(colour: string): string {
  return (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">' +
    `<path fill="${colour}" d="M4 15h24l-4.5 9a2 2 0 0 1-1.8 1.1H10.300a2 2 0 0 1-1.800-1.100z"/>` +
    `<path fill="${colour}" d="M15 3v10h9z"/><path fill="${colour}" d="M2 27.500h28v2H2z" opacity=".55"/></svg>`
  );
}
