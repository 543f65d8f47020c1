import { z } from 'zod';
import { GitHostFailed } from './git-host-failed.js';
import type { GitHub } from './github.js';

/** Permissions in a repository, the lowest first. Custom roles of an organisation count as the role they are based on. */
export const permissions = ['none', 'read', 'triage', 'write', 'maintain', 'admin'] as const;
export type Permission = (typeof permissions)[number];

const Answer = z.object({ permission: z.string(), role_name: z.string().optional() });

/**
 * Somebody's permission in the repository, as GitHub reports it now. A user that GitHub does not know has none.
 *
 * @throws GitHostFailed except for an unknown user.
 */
export async function permissionOf(github: GitHub, login: string): Promise<Permission> {
  // An app signs in as `name[bot]`, which is no collaborator; other characters are in no login.
  if (!/^[\w.-]{1,100}$/.test(login)) return 'none';
  try {
    const { permission, role_name: role } = await github.call(
      Answer,
      'GET /repos/{owner}/{repo}/collaborators/{username}/permission',
      { username: login },
    );
    const found = permissions.find((one) => one === role) ?? permissions.find((one) => one === permission);
    return found ?? 'none';
  } catch (error) {
    if (error instanceof GitHostFailed && error.trouble === 'missing') return 'none';
    throw error;
  }
}

/** Whether somebody has at least that permission. */
export function mayAtLeast(has: Permission, wanted: Permission): boolean {
  return permissions.indexOf(has) >= permissions.indexOf(wanted);
}
