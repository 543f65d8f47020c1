import type { Account, Caller } from './accounts.js';
import { ForgeRefusal, notFound } from './refusal.js';

/** What a person may do in a repository, least first. */
export const ROLES = ['none', 'read', 'triage', 'write', 'maintain', 'admin'] as const;

export type Role = (typeof ROLES)[number];

/** What an app may be given: https://docs.github.com/en/rest/authentication/permissions-required-for-github-apps */
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

/** What a request needs: a person the role, an app one of the permissions. */
export interface Need {
  readonly role: Role;
  readonly app: readonly `${AppPermission}:${'read' | 'write'}`[];
  /** Only apps may do it, whatever a person's role. */
  readonly appsOnly?: true;
  /** Only an app itself may do it, with its JSON web token. */
  readonly appItself?: true;
}

/** What of a repository decides who may do what. */
export interface Guarded {
  readonly name: string;
  readonly owner: Account;
  readonly private: boolean;
  readonly roles: ReadonlyMap<string, Role>;
}

/** What somebody may do in a repository. */
export function roleIn(repository: Guarded, account: Account | undefined): Role {
  const given = account && repository.roles.get(account.login.toLowerCase());
  if (account && account.id === repository.owner.id) return 'admin';
  if (given && given !== 'none') return given;
  return repository.private ? 'none' : 'read';
}

/** Whether somebody sees a repository at all. */
export function sees(repository: Guarded, caller: Caller): boolean {
  if (caller.kind === 'nobody') return !repository.private;
  if (caller.kind === 'person') return roleIn(repository, caller.account) !== 'none';
  return !repository.private || caller.app.repositories.includes(repository.name);
}

/** Whether somebody may do what needs this. */
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
 * Lets through what may be done.
 *
 * @throws {ForgeRefusal} 404 for a repository that is not seen; 401 for nobody; 403 with GitHub's own words
 */
export function permit(repository: Guarded, caller: Caller, need: Need): void {
  if (!sees(repository, caller)) notFound();
  if (may(repository, caller, need)) return;
  if (caller.kind === 'nobody') throw new ForgeRefusal(401, 'Requires authentication');
  if (caller.kind !== 'person') throw new ForgeRefusal(403, 'Resource not accessible by integration');
  if (need.appsOnly) throw new ForgeRefusal(403, 'You must authenticate via a GitHub App.');
  throw new ForgeRefusal(403, 'Must have admin rights to Repository.');
}
