import type { Figure } from './figure.js';
import type { FlowName } from './flows.js';
import type { NodeOverhead } from './node-overhead.js';
import { figuresMarkdown, figuresText, stepsMarkdown, stepsText } from './table.js';

/** The figures, and the sections that failed. */
export interface Outcome {
  readonly figures: Figure[];
  /** The nodes of each flow, for the table of steps. */
  readonly nodes: Map<FlowName, readonly NodeOverhead[]>;
  /** Sections that failed, each with the reason. */
  readonly failed: string[];
}

export function newOutcome(): Outcome {
  return { figures: [], nodes: new Map(), failed: [] };
}

/** 0 only where everything was measured and nothing is over its budget. */
export function exitCode({ figures, failed }: Outcome): 0 | 1 {
  return figures.length > 0 && failed.length === 0 && figures.every(({ ok }) => ok) ? 0 : 1;
}

/** The outcome for a terminal. */
export function outcomeText({ figures, nodes, failed }: Outcome): string {
  const steps = [...nodes].map(([flow, own]) => `Overhead by step, ${flow}: medians\n\n${stepsText(own)}`);
  const over = figures.filter(({ ok }) => !ok).map(({ name }) => `Over its budget: ${name}`);
  const failures = failed.map((failure) => `Could not be measured: ${failure}`);
  return [figuresText(figures), ...steps, ...[[...over, ...failures].join('\n')].filter(Boolean)].join(
    '\n\n',
  );
}

/** The tables in Markdown. */
export function outcomeMarkdown({ figures, nodes }: Outcome): string {
  const steps = [...nodes].map(
    ([flow, own]) => `Overhead by step, ${flow} flow, medians:\n\n${stepsMarkdown(own)}`,
  );
  return [figuresMarkdown(figures), ...steps].join('\n\n');
}
