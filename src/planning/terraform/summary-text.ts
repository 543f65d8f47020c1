import { listed } from '../text/phrases.js';
import type { PlanSummary } from './check-plan.js';

const parts: readonly { readonly of: keyof PlanSummary; readonly words: string }[] = [
  { of: 'replaced', words: 'destroys and creates' },
  { of: 'created', words: 'creates' },
  { of: 'changed', words: 'changes' },
  { of: 'read', words: 'reads' },
  { of: 'drifted', words: 'finds changed by others' },
  { of: 'deferred', words: 'puts off' },
  { of: 'outputs', words: 'writes the outputs' },
];

/** What a plan does, in one line: `destroys and creates module.worker_nodes["k8s-work-1"].terraform_data.vm`. */
export function summaryText(summary: PlanSummary): string {
  const said = parts.flatMap(({ of, words }) =>
    summary[of].length === 0 ? [] : [`${words} ${listed(summary[of], 3)}`],
  );
  return said.length === 0 ? 'changes nothing' : said.join('; ');
}
