import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A release, and how many days old it is. */
export type Release = readonly [tag: string, days: number];

/** The part of GitHub's GraphQL API that Renovate asks for releases. */
export async function fakeGithub(
  releases: Readonly<Record<string, readonly Release[]>>,
): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { owner, name } = variablesOf(Buffer.concat(chunks).toString());
      const known = releases[`${owner}/${name}`];
      response.setHeader('content-type', 'application/json');
      response.statusCode = known ? 200 : 404;
      response.end(JSON.stringify(known ? { data: { repository: repositoryOf(known) } } : {}));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function variablesOf(body: string): { owner?: string; name?: string } {
  try {
    return (JSON.parse(body) as { variables?: { owner?: string; name?: string } }).variables ?? {};
  } catch {
    return {};
  }
}

const dayMs = 86_400_000;

function repositoryOf(releases: readonly Release[]): object {
  const nodes = releases
    .toSorted(([, a], [, b]) => a - b)
    .map(([version, days], index) => ({
      version,
      releaseTimestamp: new Date(Date.now() - days * dayMs).toISOString(),
      isDraft: false,
      isPrerelease: version.includes('-'),
      url: `http://localhost/${version}`,
      id: index + 1,
      name: version,
      description: '',
    }));
  return { isRepoPrivate: false, payload: { pageInfo: { hasNextPage: false, endCursor: null }, nodes } };
}
