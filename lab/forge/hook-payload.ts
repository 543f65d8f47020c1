import type { ForgeEvent, ForgeRepository } from './forge-repository.js';
import { repositoryShape, userShape, type Shape } from './shapes.js';

/** What a hook is told of an event: https://docs.github.com/en/webhooks/webhook-events-and-payloads */
export function hookPayload(repository: ForgeRepository, { name, payload, sender }: ForgeEvent): Shape {
  return {
    ...payload,
    repository: name === 'push' ? pushedRepository(repository) : repositoryShape(repository),
    sender: userShape(repository.forge, sender),
  };
}

/** In a push, and nowhere else, times of the repository are numbers, and a few things stand in it again. */
function pushedRepository(repository: ForgeRepository): Shape {
  const seconds = Math.floor(repository.createdAt.getTime() / 1000);
  const owner = userShape(repository.forge, repository.owner);
  return {
    ...repositoryShape(repository),
    owner: { ...owner, name: repository.owner.login, email: null },
    created_at: seconds,
    pushed_at: seconds,
    stargazers: 0,
    master_branch: repository.defaultBranch,
  };
}
