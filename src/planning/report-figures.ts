import { count, listed, span } from './phrases.js';
import type { StepName } from './node-steps.js';
import type { NodeResult, RunResult } from './run-result.js';

/** What a node in place should take, its soak apart, and what fifteen nodes should. Milliseconds. */
export const targets = { node: 3 * 60_000, fifteenNodes: 2 * 60 * 60_000 } as const;

/** Steps in which a run waits for something that is not its own work. */
const waits: Readonly<Partial<Record<StepName, string>>> = {
  'prepare-image': 'factory and image pull',
  'await-gates': 'gates before the node',
  drain: 'pods leaving',
  'hand-over-leadership': 'a new etcd leader',
  'await-boot': 'install and reboot',
  'await-ready': 'the Node getting Ready',
  'await-etcd-member': 'the etcd member catching up',
  soak: 'soak',
};

/** What waits cost, and how the run compares with its targets; nothing for a run that did nothing. */
export function reportFigures(result: RunResult): string[] {
  const done = result.nodes.filter((node) => node.outcome === 'done');
  const worked = result.nodes.filter((node) => node.steps.length > 0);
  return [
    ...(worked.length > 0 ? [waitsSection(worked)] : []),
    ...(done.length > 0 ? [targetsSection(result, done)] : []),
  ];
}

function waitsSection(nodes: readonly NodeResult[]): string {
  const rows = Object.entries(waits).flatMap(([step, what]) => {
    const times = nodes.flatMap((node) =>
      node.steps.filter((one) => one.step === step).map((one) => ({ node: node.node, took: one.took })),
    );
    if (times.length === 0) return [];
    const total = times.reduce((sum, time) => sum + time.took, 0);
    const longest = times.reduce((most, time) => (time.took > most.took ? time : most));
    return [`| ${what} | ${span(total)} | ${span(longest.took)} (${longest.node}) |`];
  });
  return ['## What waits cost', '', '| waited for | in all | longest |', '|---|---|---|', ...rows].join('\n');
}

function targetsSection(result: RunResult, done: readonly NodeResult[]): string {
  const times = done.map((node) => ({ node: node.node, took: withoutSoak(node) }));
  const mean = times.reduce((sum, time) => sum + time.took, 0) / times.length;
  const slow = times.filter((time) => time.took > targets.node).map((time) => time.node);
  const whole = Date.parse(result.endedAt) - Date.parse(result.startedAt);
  const share = (targets.fifteenNodes * done.length) / 15;
  return [
    '## Against the targets',
    '',
    `- A node in place, its soak apart: ${span(targets.node)} or less. Here ${span(mean)} on average; ` +
      (slow.length === 0 ? 'all within it.' : `longer: ${listed(slow, 20)}.`),
    `- Fifteen nodes in ${span(targets.fifteenNodes)}, so ${count(done.length, 'node')} in ${span(share)}. Here ${span(whole)}.`,
  ].join('\n');
}

function withoutSoak(node: NodeResult): number {
  const soak = node.steps.filter((step) => step.step === 'soak').reduce((sum, step) => sum + step.took, 0);
  return Math.max(0, Date.parse(node.endedAt) - Date.parse(node.startedAt) - soak);
}

/** An upgrade in place moves the machine, not what describes it: what to change there. */
export function reportLag({ nodes, plan, target, declared }: RunResult): string[] {
  const done = nodes.filter((node) => node.outcome === 'done').map((node) => node.node);
  if (done.length === 0) return [];
  const images = [
    ...new Set(
      plan?.hops
        .flatMap((hop) => hop.nodes)
        .filter((node) => done.includes(node.name))
        .map((node) => node.image),
    ),
  ];
  return [
    [
      '## What still names the old version',
      '',
      'An in-place upgrade changes the machine and nothing that describes it. Bring these after it:',
      '',
      `- \`machine.install.image\` in the machine configuration of ${listed(done, 20)}: Talos leaves it as it was. It should say:`,
      ...images.map((image) => `  - \`${image}\``),
      '- Terraform variables that carry the Talos version (`talos_version` in most modules): with the new value `terraform plan` ' +
        'wants to replace machines and templates that were upgraded in place. Read that plan before anybody applies it.',
      ...(declared ? [] : [`- \`versions.talos\` in slipway.yaml: it does not say ${target}.`]),
    ].join('\n'),
  ];
}
