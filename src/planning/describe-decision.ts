import { listed } from './phrases.js';

/** A node that somebody named, and the run is not about. */
export function notInRun(node: string, known: readonly string[]): string {
  if (known.length === 0) return `The run has no plan yet: nothing can be decided about ${node}.`;
  return `This run is not about ${node}, only about ${listed(known, 20)}.`;
}

/** The lines by which a person decides about a node that halted a run: fit to be filled in and pasted. */
export function decisionCommands(where: string, nodes: readonly string[]): string[] {
  return [
    ...nodes.flatMap((node) => [
      `slipway retry ${node} ${where} --why "…"  # look at it anew, and begin it once more from what it is now`,
      `slipway rollback ${node} ${where} --why "…"  # back to the version from before; then the run ends, held`,
      `slipway skip ${node} ${where} --why "…"  # go on without it; it stays as it is`,
    ]),
    `slipway abort ${where} --why "…"  # end the run; no machine is touched, and the cluster is held`,
  ];
}
