import colours from 'picocolors';
import { count, span } from '../../planning/text/phrases.js';
import { wrapText } from '../progress/wrap-text.js';
import { groups, type Finding, type Group, type Verdict } from './check.js';

const signs: Readonly<Record<Verdict, string>> = {
  ok: colours.green('✓'),
  warn: colours.yellow('!'),
  fail: colours.red('✗'),
  'not-asked': colours.dim('·'),
};

const indent = 4;
const whatMost = 28;

/** The table, group by group. Under a check that is not `ok`: what to type. */
export function doctorText(
  cluster: string,
  findings: readonly Finding[],
  { tookMs, width }: { readonly tookMs: number; readonly width: number },
): string {
  const present = (Object.keys(groups) as Group[]).filter((group) =>
    findings.some((one) => one.group === group),
  );
  const widest = Math.min(whatMost, Math.max(0, ...findings.map(({ what }) => what.length)));
  const blocks = present.map((group) => {
    const rows = findings.filter((one) => one.group === group);
    return [colours.bold(groups[group]), ...rows.flatMap((row) => rowLines(row, widest, width))].join('\n');
  });
  return [...blocks, summary(cluster, findings, tookMs)].join('\n\n');
}

function rowLines({ verdict, what, says, type = [] }: Finding, widest: number, width: number): string[] {
  const column = indent + widest + 2;
  const asked = verdict === 'not-asked' ? `not asked: ${says}` : says;
  const [first = '', ...more] = wrapText(asked, Math.max(40, width - column));
  const lines = [
    `  ${signs[verdict]} ${what.padEnd(widest)}  ${first}`,
    ...more.map((line) => `${' '.repeat(column)}${line}`),
  ];
  if (verdict === 'ok' || verdict === 'not-asked') return lines;
  // Lines to type are not wrapped: they are copied.
  return [...lines, ...type.map((line) => `${' '.repeat(column)}${colours.cyan(line)}`)];
}

export function tally(findings: readonly Finding[]): Readonly<Record<Verdict, number>> {
  const of = (verdict: Verdict): number => findings.filter((one) => one.verdict === verdict).length;
  return { ok: of('ok'), warn: of('warn'), fail: of('fail'), 'not-asked': of('not-asked') };
}

function summary(cluster: string, findings: readonly Finding[], tookMs: number): string {
  const { ok, warn, fail, 'not-asked': notAsked } = tally(findings);
  const parts = [
    `${ok} ok`,
    ...(warn > 0 ? [count(warn, 'warning')] : []),
    ...(fail > 0 ? [`${fail} failed`] : []),
    ...(notAsked > 0 ? [`${notAsked} not asked`] : []),
  ];
  return `${cluster}: ${parts.join(', ')}, in ${span(tookMs)}.`;
}
