import type { Client } from '@temporalio/client';
import { z } from 'zod';
import { openGitHub } from '../tools/git-host/github.js';
import { headOf } from '../tools/git-host/github-pulls.js';
import { remoteHead } from '../tools/git/remote-head.js';
import type { RepositorySettings, StarterSettings } from './settings.js';
import { readTokens } from './api-tokens.js';
import { readSecrets, whyOf, whyTemporalIsNotReady } from './starter.js';

/** The result for one subject. */
export interface StarterCheck {
  /** A repository, or Temporal. */
  readonly about: string;
  readonly ok: boolean;
  readonly says: string;
}

/** Shorter secrets can be guessed from one signed delivery. */
const secretLeast = 16;

/** Checks everything a starter depends on: secrets, git hosts, Temporal. Changes nothing. */
export async function checkStarter(settings: StarterSettings, client: Client): Promise<StarterCheck[]> {
  const repositories = await Promise.all(settings.repositories.map(checksOf));
  const temporal = await whyTemporalIsNotReady(client);
  const says = temporal ?? `answers, namespace ${client.options.namespace}`;
  const tokens = settings.tokens.length > 0 ? [await checkTokens(settings)] : [];
  return [...repositories.flat(), ...tokens, { about: 'Temporal', ok: temporal === undefined, says }];
}

async function checkTokens(settings: StarterSettings): Promise<StarterCheck> {
  const about = 'the tokens of the API';
  try {
    const names = (await readTokens(settings)).map(({ name }) => name);
    return { about, ok: true, says: `they are there: ${names.join(', ')}` };
  } catch (error) {
    return { about, ok: false, says: whyOf(error) };
  }
}

async function checksOf(repository: RepositorySettings): Promise<StarterCheck[]> {
  const { name, secrets, gitHost } = repository;
  const check = async (look: () => Promise<string>): Promise<StarterCheck> => {
    try {
      return { about: name, ok: true, says: await look() };
    } catch (error) {
      return { about: name, ok: false, says: whyOf(error) };
    }
  };
  return [
    ...(secrets ? [await check(() => lookAtSecrets(repository))] : []),
    await check(() => (gitHost === 'git' ? lookAtGit(repository) : lookAtGitHub(repository))),
  ];
}

async function lookAtSecrets(repository: RepositorySettings): Promise<string> {
  const [{ secrets } = { secrets: [] }] = await readSecrets([repository]);
  const short = secrets.find((secret) => secret.length < secretLeast);
  if (short !== undefined)
    throw new Error(
      `a webhook secret has ${short.length} characters, and could be guessed. Make one: openssl rand -hex 32`,
    );
  return secrets.length === 1 ? 'its webhook secret is there' : 'its webhook secrets are there, two of them';
}

async function lookAtGit(repository: RepositorySettings): Promise<string> {
  return `git answers: ${repository.branch} stands at ${(await remoteHead(repository)).slice(0, 12)}`;
}

const Seen = z.object({ permissions: z.object({ push: z.boolean() }).partial().nullish() });

async function lookAtGitHub(repository: RepositorySettings): Promise<string> {
  const github = await openGitHub(repository);
  const { branch } = repository;
  const head = await headOf(github, branch, undefined);
  const { permissions } = await github.call(Seen, 'GET /repos/{owner}/{repo}');
  const login = await github.ownLogin();
  const stands = head.changed ? head.value.slice(0, 12) : 'nothing';
  // An app's permissions are in its installation, not here.
  const mayWrite = github.isApp || permissions?.push === true;
  const how = github.isApp ? 'with check runs' : 'with commit statuses: check runs are for apps';
  if (!mayWrite)
    throw new Error(`${login} may read it, but set no commit status. Give the token write access to it.`);
  return `GitHub answers: ${branch} stands at ${stands}; comments come from ${login}, ${how}`;
}
