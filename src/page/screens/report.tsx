import markdownIt from 'markdown-it';
import type { VNode } from 'preact';
import { reportMarkdown } from '../../planning/report/report-markdown.js';
import { outcomeTones } from '../run-standing.js';
import { reportOfView } from '../../runs/view/report-of-view.js';
import type { RunView } from '../../runs/view/run-view.js';
import type { Frame, Screen } from './screen.js';

// HTML in a report stays text, and nothing becomes a link or an image: reports have none.
const markdown = markdownIt({ html: false, linkify: false, typographer: false });
markdown.disable(['link', 'image', 'autolink', 'reference']);
// A table that is wider than the window scrolls inside its frame, with the keyboard too.
markdown.renderer.rules['table_open'] = () =>
  '<div class="wide" role="group" aria-label="Table" tabindex="0"><table>\n';
markdown.renderer.rules['table_close'] = () => '</table></div>\n';

/** The report of a run, for reading and printing. */
export function reportScreen(view: RunView, frame: Frame): Screen {
  const { cluster, run, outcome } = view;
  const { at, clock } = frame;
  return {
    title: `Report of ${cluster} run ${run}`,
    tone: outcome ? outcomeTones[outcome] : 'works',
    announce: '',
    live: false,
    crumbs: [
      { text: 'Clusters', href: at.home() },
      { text: cluster, href: at.cluster(cluster) },
      { text: `Run ${run}`, href: at.run(cluster, run) },
      { text: 'Report', href: at.report(cluster, run) },
    ],
    body: (
      <>
        <p class="links">
          <a href={at.report(cluster, run, 'md')}>Markdown</a>{' '}
          <a href={at.report(cluster, run, 'json')}>JSON</a>
        </p>
        <Rendered text={reportMarkdown(reportOfView(view, clock.now))} />
      </>
    ),
  };
}

function Rendered({ text }: { readonly text: string }): VNode {
  // The only HTML that the template does not escape: markdown-it has escaped its text.
  return <article class="report" dangerouslySetInnerHTML={{ __html: markdown.render(text) }} />;
}
