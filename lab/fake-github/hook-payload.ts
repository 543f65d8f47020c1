import type { GitHostEvent, GitHostRepository } from './hosted-repository.js';
import { repositoryShape, userShape, type Shape } from './shapes.js';

/** The webhook payload of an event: https://docs.github.com/en/webhooks/webhook-events-and-payloads */
export function hookPayload(repository: GitHostRepository, { name, payload, sender }: GitHostEvent): Shape {
  return {
    ...payload,
    repository: name === 'push' ? pushedRepository(repository) : repositoryShape(repository),
    sender: userShape(repository.gitHost, sender),
  };
}

/** Only in a push, times of the repository are numbers, and it has a few more fields. */
function pushedRepository(repository: GitHostRepository): Shape {
  const seconds = Math.floor(repository.createdAt.getTime() / 1000);
  const owner = userShape(repository.gitHost, repository.owner);
  return {
    ...repositoryShape(repository),
    owner: { ...owner, name: repository.owner.login, email: null },
    created_at: seconds,
    pushed_at: seconds,
    stargazers: 0,
    master_branch: repository.defaultBranch,
  };
}
