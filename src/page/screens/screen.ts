import type { VNode } from 'preact';
import type { Clock } from '../../runs/view/work-text.js';
import type { Standing, Tone } from '../run-standing.js';

/** One rendered page. */
export interface Screen {
  /** The window's title: the subject, and its status. */
  readonly title: string;
  readonly tone: Tone;
  /** Read aloud by a screen reader after each change. */
  readonly announce: string;
  /** False: nothing on it will change any more. */
  readonly live: boolean;
  /** Seconds until the browser reloads it; left out: no reload. */
  readonly again?: number;
  /** The path from the overview to this page, which comes last. */
  readonly crumbs: readonly Crumb[];
  readonly body: VNode;
}

export interface Crumb {
  readonly text: string;
  readonly href: string;
}

/** What every screen is rendered with. */
export interface Frame {
  readonly clock: Required<Clock>;
  readonly at: Addresses;
}

/** The addresses of the page's own screens, and of Temporal's Web UI. */
export interface Addresses {
  home(): string;
  cluster(cluster: string): string;
  run(cluster: string, run: number): string;
  node(run: { readonly cluster: string; readonly run: number }, hop: number, node: string): string;
  report(cluster: string, run: number, ending?: 'md' | 'json'): string;
  webUi(workflowId: string): string | undefined;
}

/** @param base the path the page is mounted at, without a slash at its end. */
export function addresses(base: string, webUi: Addresses['webUi']): Addresses {
  const cluster = (name: string): string => `${base}/clusters/${encodeURIComponent(name)}`;
  const run = (name: string, number: number): string => `${cluster(name)}/runs/${number}`;
  return {
    home: () => `${base}/`,
    cluster,
    run,
    node: (of, hop, name) => `${run(of.cluster, of.run)}/nodes/${hop + 1}/${encodeURIComponent(name)}`,
    report: (name, number, ending) =>
      `${run(name, number)}/report${ending === undefined ? '' : `.${ending}`}`,
    webUi,
  };
}

/** The title of a window. A wait for a person comes first, so that a narrow tab still shows it. */
export function titled(what: string, { tone, title }: Pick<Standing, 'tone' | 'title'>): string {
  const sign = { asks: '‖ ', fault: '✗ ', works: '● ', well: '✓ ', rests: '' }[tone];
  return `${sign}${what}: ${title}`;
}
