import type { Evidence } from '../evidence.js';
import { violation, type Finding } from '../finding.js';

/** I10: no secret in history, heartbeats, logs, process arguments, or files that outlive their step. */
export function noSecretShown({ exposures }: Evidence): Finding[] {
  return exposures.map(({ at, secret, where }) =>
    violation('I10', at, where, `${secret} stands in ${where}`),
  );
}
