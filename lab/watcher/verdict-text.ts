import { judges } from './promises/judges.js';
import type { PromiseName } from './finding.js';
import type { Verdict, Violation } from './verdict.js';

/** A schematic's id: its first digits identify it. */
const LONG_ID = /\b([0-9a-f]{8})[0-9a-f]{56}\b/g;

/** The verdict for a person: every promise, how it was broken, and the counts. */
export function verdictText(verdict: Verdict): string {
  const { figures, violations, unobserved, ok, cluster } = verdict;
  const { searched } = figures;
  const lines = Object.entries(judges).flatMap(([name, { promises }]) => {
    const broken = of(violations, name as PromiseName);
    const missing = of(unobserved, name as PromiseName);
    const sign = broken.length > 0 ? '✗' : missing.length > 0 ? '?' : '✓';
    return [
      `  ${sign} ${name.padEnd(4)}${promises}`,
      ...broken.map(({ at, what }) => `        ${clock(at)}  ${what}`),
      ...missing.map(({ at, what }) => `        ${clock(at)}  not judged: ${what}`),
    ];
  });
  const broken = new Set(violations.map(({ promise }) => promise)).size;
  const head = ok
    ? 'the watcher saw no promise broken'
    : `the watcher saw ${broken} ${broken === 1 ? 'promise' : 'promises'} broken`;
  const installs = Object.entries(figures.installs).filter(([, count]) => count > 0);
  const replaced = Object.entries(figures.replaced ?? {}).filter(([, count]) => count > 0);
  const reboots = Object.values(figures.rebootRequests).reduce((sum, count) => sum + count, 0);
  const counted = [
    `${figures.runs} ${figures.runs === 1 ? 'run' : 'runs'}, ${figures.evictions} evictions, ${figures.snapshots} ${figures.snapshots === 1 ? 'snapshot' : 'snapshots'}`,
    `installs: ${installs.length === 0 ? 'none' : installs.map(([node, count]) => `${node} ${count}`).join(', ')}; reboots asked for: ${reboots}`,
    ...(replaced.length === 0
      ? []
      : [`machines replaced: ${replaced.map(([node, count]) => `${node} ${count}`).join(', ')}`]),
    `time with no reason shown: ${figures.reasonNotShown} s (no worker: ${figures.noWorker} s, Temporal silent: ${figures.temporalUnreachable} s)`,
    `watched for ${figures.watched} s: ${figures.etcdRounds} looks at etcd, ${figures.commands} talosctl and kubectl, pods unseen for ${figures.podsUnseen} s`,
    `${searched.secrets} secrets looked for in ${searched.texts} texts of Temporal, ${searched.processes} processes, ${searched.files} files`,
  ];
  return [`${cluster}: ${head}`, ...lines, ...counted.map((line) => `  ${line}`), ''].join('\n');
}

/** The timeline for a person, one line each: seconds since the watch began, who, what. */
export function timelineText({ timeline }: Verdict): string {
  const short = (words: string): string => words.replaceAll(LONG_ID, '$1…');
  const width = Math.min(32, Math.max(0, ...timeline.map(({ who }) => who.length)));
  return timeline
    .map(
      ({ offset, who, what }) =>
        `${(offset / 1000).toFixed(2).padStart(9)}  ${who.padEnd(width)}  ${short(what)}\n`,
    )
    .join('');
}

function of(list: readonly Violation[], promise: PromiseName): readonly Violation[] {
  return list.filter((one) => one.promise === promise);
}

function clock(iso: string): string {
  return iso.slice(11, 23);
}
