import type { Account, Caller } from './accounts.js';
import { GitHostRefusal, notFound } from './refusal.js';

/** The roles in a repository, lowest first. */
export const ROLES = ['none', 'read', 'triage', 'write', 'maintain', 'admin'] as const;

export type Role = (typeof ROLES)[number];

/** The permissions of an app: https://docs.github.com/en/rest/authentication/permissions-required-for-github-apps */
export type AppPermission =
  | 'metadata'
  | 'contents'
  | 'pull_requests'
  | 'issues'
  | 'checks'
  | 'statuses'
  | 'deployments'
  | 'repository_hooks';

export type AppPermissions = Readonly<Partial<Record<AppPermission, 'read' | 'write'>>>;

/** The requirement of a request: for a person the role, for an app one of the permissions. */
export interface Need {
  readonly role: Role;
  readonly app: readonly `${AppPermission}:${'read' | 'write'}`[];
  /** For apps only, whatever a person's role. */
  readonly appsOnly?: true;
  /** For the app itself only, with its JSON web token. */
  readonly appItself?: true;
}

/** The repository data that permissions depend on. */
export interface Guarded {
  readonly name: string;
  readonly owner: Account;
  readonly private: boolean;
  readonly roles: ReadonlyMap<string, Role>;
}

/** An account's role in a repository. */
export function roleIn(repository: Guarded, account: Account | undefined): Role {
  const given = account && repository.roles.get(account.login.toLowerCase());
  if (account && account.id === repository.owner.id) return 'admin';
  if (given && given !== 'none') return given;
  return repository.private ? 'none' : 'read';
}

/** Whether an account can see a repository at all. */
export function sees(repository: Guarded, caller: Caller): boolean {
  if (caller.kind === 'nobody') return !repository.private;
  if (caller.kind === 'person') return roleIn(repository, caller.account) !== 'none';
  return !repository.private || caller.app.repositories.includes(repository.name);
}

/** Whether an account meets a requirement. */
export function may(repository: Guarded, caller: Caller, need: Need): boolean {
  const reads = need.app.every((wanted) => wanted.endsWith(':read'));
  if (caller.kind === 'nobody') return reads && need.role === 'read' && !need.appsOnly && !repository.private;
  if (need.appItself || caller.kind === 'app')
    return (
      need.appItself === true && caller.kind === 'app' && caller.app.repositories.includes(repository.name)
    );
  if (caller.kind === 'person')
    return !need.appsOnly && ROLES.indexOf(roleIn(repository, caller.account)) >= ROLES.indexOf(need.role);
  if (!caller.app.repositories.includes(repository.name)) return false;
  const { permissions } = caller.app;
  return need.app.some((wanted) => {
    const [name, how] = wanted.split(':') as [AppPermission, 'read' | 'write'];
    return name === 'metadata' || permissions[name] === 'write' || permissions[name] === how;
  });
}

/**
 * Checks a requirement.
 *
 * @throws {GitHostRefusal} 404 for an invisible repository; 401 for an anonymous request; 403 with GitHub's own words
 */
export function permit(repository: Guarded, caller: Caller, need: Need): void {
  if (!sees(repository, caller)) notFound();
  if (may(repository, caller, need)) return;
  if (caller.kind === 'nobody') throw new GitHostRefusal(401, 'Requires authentication');
  if (caller.kind !== 'person') throw new GitHostRefusal(403, 'Resource not accessible by integration');
  if (need.appsOnly) throw new GitHostRefusal(403, 'You must authenticate via a GitHub App.');
  throw new GitHostRefusal(403, 'Must have admin rights to Repository.');
}
