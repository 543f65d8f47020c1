import { z } from 'zod';
import { ForgeFailed } from './forge-failed.js';
import type { GitHub } from './github.js';

/** What somebody may do with a repository, the most last. Roles of an organisation's own count as what they are built on. */
export const permissions = ['none', 'read', 'triage', 'write', 'maintain', 'admin'] as const;
export type Permission = (typeof permissions)[number];

const Answer = z.object({ permission: z.string(), role_name: z.string().optional() });

/**
 * What somebody may do with the repository, as GitHub says now. Nobody it does not know may do anything.
 *
 * @throws ForgeFailed but for somebody it does not know.
 */
export async function permissionOf(github: GitHub, login: string): Promise<Permission> {
  // An app signs in as `name[bot]`, which is no collaborator; anything else is no login.
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
    if (error instanceof ForgeFailed && error.trouble === 'missing') return 'none';
    throw error;
  }
}

/** Whether somebody may do at least that. */
export function mayAtLeast(has: Permission, wanted: Permission): boolean {
  return permissions.indexOf(has) >= permissions.indexOf(wanted);
}
