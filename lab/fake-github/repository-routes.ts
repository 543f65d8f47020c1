import type { Commit } from './commits.js';
import { appIn, installationShape } from './installations.js';
import { roleIn, type Need } from './permissions.js';
import { fileShape } from './pull-routes.js';
import { apiCommitShape } from './pushes.js';
import { GitHostRefusal, notFound } from './refusal.js';
import type { AskedOfRepository, RepositoryRoutes } from './route.js';
import { repositoryShape, userShape } from './shapes.js';

const SEE: Need = { role: 'read', app: ['metadata:read'] };
const READ: Need = { role: 'read', app: ['contents:read'] };

/** The repository itself, its commits and branches, and its permissions. */
export const repositoryRoutes: RepositoryRoutes = {
  'GET ': {
    needs: SEE,
    answer: ({ repository }) => ({
      body: { ...repositoryShape(repository), network_count: 0, subscribers_count: 0 },
    }),
  },
  'GET /installation': {
    needs: { role: 'admin', app: ['metadata:read'], appsOnly: true, appItself: true },
    answer: (asked) => ({ body: installationShape(asked.gitHost, appIn(asked)) }),
  },
  'GET /commits': {
    needs: READ,
    answer: async (asked) => {
      const { repository, query } = asked;
      const tip = await resolved(asked, query.get('sha') ?? repository.defaultBranch);
      const since = query.get('since');
      const commits = (await repository.git.log([tip])).filter(
        ({ committer }) => since === null || Date.parse(committer.date) >= Date.parse(since),
      );
      return { list: commits.map((commit) => apiCommitShape(repository, commit)) };
    },
  },
  'GET /commits/:ref': {
    needs: READ,
    answer: async (asked) => {
      const commit = await commitIn(asked, asked.params['ref'] ?? '');
      return { body: apiCommitShape(asked.repository, commit) };
    },
  },
  'GET /branches/:branch': {
    needs: READ,
    answer: async (asked) => {
      const name = asked.params['branch'] ?? '';
      const sha = (await asked.repository.git.heads()).get(name) ?? notFound();
      const commit = apiCommitShape(asked.repository, await commitIn(asked, sha));
      const url = `${asked.repository.api}/branches/${encodeURIComponent(name)}`;
      return {
        body: {
          name,
          commit,
          _links: { self: url, html: `${asked.repository.web}/tree/${name}` },
          protected: false,
          protection: {
            enabled: false,
            required_status_checks: { enforcement_level: 'off', contexts: [], checks: [] },
          },
          protection_url: `${url}/protection`,
        },
      };
    },
  },
  'GET /compare/:range': {
    needs: READ,
    answer: async (asked) => {
      const { git } = asked.repository;
      const [base = '', head = ''] = (asked.params['range'] ?? '').split('...');
      const [from, to] = [await resolved(asked, base), await resolved(asked, head)];
      const mergeBase = (await git.mergeBase(from, to)) ?? notFound();
      const ahead = await git.log([`${from}..${to}`]);
      const behind = await git.log([`${to}..${from}`]);
      const shape = async (sha: string) => apiCommitShape(asked.repository, await commitIn(asked, sha));
      const [api, web] = [`${asked.repository.api}/compare/`, `${asked.repository.web}/compare/`];
      const range = `${base}...${head}`;
      return {
        body: {
          url: `${api}${range}`,
          html_url: `${web}${range}`,
          permalink_url: `${web}${from}...${to}`,
          diff_url: `${web}${range}.diff`,
          patch_url: `${web}${range}.patch`,
          status: statusOf(ahead.length, behind.length),
          ahead_by: ahead.length,
          behind_by: behind.length,
          total_commits: ahead.length,
          base_commit: await shape(from),
          merge_base_commit: await shape(mergeBase),
          commits: ahead.toReversed().map((commit) => apiCommitShape(asked.repository, commit)),
          files: (await git.changes(from, to)).map((change) => fileShape(asked.repository, change, to)),
        },
      };
    },
  },
  'GET /collaborators/:login/permission': {
    needs: { role: 'write', app: ['metadata:read'] },
    answer: ({ repository, gitHost, params }) => {
      const account = gitHost.accounts.find(params['login'] ?? '') ?? notFound();
      const role = roleIn(repository, account);
      const user = { ...userShape(gitHost, account), role_name: role };
      return { body: { permission: OLD_NAMES[role], role_name: role, user } };
    },
  },
};

/** GitHub names four: https://docs.github.com/en/rest/collaborators/collaborators#get-repository-permissions-for-a-user */
const OLD_NAMES = {
  none: 'none',
  read: 'read',
  triage: 'read',
  write: 'write',
  maintain: 'write',
  admin: 'admin',
} as const;

function statusOf(ahead: number, behind: number): string {
  if (ahead > 0 && behind > 0) return 'diverged';
  if (ahead === behind) return 'identical';
  return ahead > 0 ? 'ahead' : 'behind';
}

async function resolved({ repository }: AskedOfRepository, name: string): Promise<string> {
  const sha = await repository.git.resolve(name);
  if (sha !== undefined) return sha;
  throw new GitHostRefusal(422, `No commit found for SHA: ${name}`);
}

async function commitIn(asked: AskedOfRepository, name: string): Promise<Commit> {
  const [commit] = await asked.repository.git.log([await resolved(asked, name)], 1);
  return commit ?? notFound();
}
