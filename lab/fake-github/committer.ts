import type { Account } from './accounts.js';
import type { Committer } from './bare-repository.js';

/** An account, as it stands in commits. */
export function committerOf({ id, login }: Account): Committer {
  return { name: login, email: `${id}+${login}@users.github.invalid` };
}
