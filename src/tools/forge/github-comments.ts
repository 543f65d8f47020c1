import { z } from 'zod';
import { ForgeFailed } from './forge-failed.js';
import { pageSize, type GitHub, type IfChanged } from './github.js';

/** What GitHub takes as one comment, in characters; a little is left for what is added. */
const bodyMax = 65_000;
/** A pull request with more comments than this has other troubles. */
const pagesMax = 10;

const Comment = z.object({
  id: z.int(),
  body: z.string().nullish(),
  html_url: z.string().default(''),
  updated_at: z.string(),
  user: z.object({ login: z.string(), type: z.string().optional() }).nullish(),
});

/** What became of a comment that is kept up to date. */
export interface Upserted {
  readonly id: number;
  readonly url: string;
  readonly outcome: 'created' | 'updated' | 'unchanged';
}

/** Which comment at which pull request (or issue). */
export interface CommentPlace {
  readonly number: number;
  /** What it is about, so that it is found again: `plan/prox-ops`. */
  readonly marker: string;
}

/**
 * One comment for each marker, made or kept up to date. The marker stands in it, hidden, and a comment with it counts only when it is
 * our own: anybody may write one. Of two that are made at once the older stays.
 *
 * @param first leaves a comment as it is that stands there already.
 * @throws ForgeFailed
 */
export async function upsertComment(
  github: GitHub,
  { number, marker }: CommentPlace,
  text: string,
  first = false,
): Promise<Upserted> {
  const hidden = markerText(marker);
  const body = `${hidden}\n${fitting(text)}`;
  const own = await ownComment(github, number, hidden);
  if (!own) {
    const made = await addBody(github, number, body);
    const oldest = await ownComment(github, number, hidden);
    if (!oldest || oldest.id >= made.id) return { ...made, outcome: 'created' };
    // Somebody made one between the two calls.
    await github.call(z.unknown(), 'DELETE /repos/{owner}/{repo}/issues/comments/{comment_id}', {
      comment_id: made.id,
    });
    return upsertComment(github, { number, marker }, text, first);
  }
  if (first || sameText(own.body ?? '', body)) return { id: own.id, url: own.html_url, outcome: 'unchanged' };
  try {
    const { id, html_url: url } = await github.call(
      Comment,
      'PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}',
      { comment_id: own.id, body },
    );
    return { id, url, outcome: 'updated' };
  } catch (error) {
    // Somebody deleted it between the two calls.
    if (!(error instanceof ForgeFailed && error.trouble === 'missing')) throw error;
    return { ...(await addBody(github, number, body)), outcome: 'created' };
  }
}

/** Whether a comment of ours with that marker stands there. @throws ForgeFailed */
export async function hasComment(github: GitHub, { number, marker }: CommentPlace): Promise<boolean> {
  return (await ownComment(github, number, markerText(marker))) !== undefined;
}

/** Our oldest comment with that mark. */
async function ownComment(
  github: GitHub,
  number: number,
  hidden: string,
): Promise<z.infer<typeof Comment> | undefined> {
  const login = await github.ownLogin();
  const all = await github.pages(
    Comment,
    'GET /repos/{owner}/{repo}/issues/{issue_number}/comments',
    { issue_number: number },
    pagesMax,
  );
  return all
    .filter((one) => one.user?.login === login && one.body?.startsWith(hidden))
    .toSorted((a, b) => a.id - b.id)[0];
}

/** A comment of its own, which stays as it is. Called twice, it stands there twice. @throws ForgeFailed */
export async function addComment(
  github: GitHub,
  number: number,
  text: string,
): Promise<{ readonly id: number; readonly url: string }> {
  return addBody(github, number, fitting(text));
}

/** A comment at a pull request, as it is read. */
export interface PullComment {
  readonly id: number;
  readonly number: number;
  readonly by: string;
  readonly bot: boolean;
  readonly body: string;
  /** ISO time. */
  readonly updatedAt: string;
}

/** Comments at pull requests that were made or changed since then, the oldest first, a hundred at most. @throws ForgeFailed */
export async function commentsSince(
  github: GitHub,
  since: string,
  etag: string | undefined,
): Promise<IfChanged<readonly PullComment[]>> {
  const found = await github.ifChanged(
    z.array(Comment),
    'GET /repos/{owner}/{repo}/issues/comments',
    { since, sort: 'updated', direction: 'asc', per_page: pageSize },
    etag,
  );
  return found.changed ? { ...found, value: found.value.flatMap(pullComment) } : found;
}

/** Those at issues are none of ours; the address tells them apart. */
function pullComment(one: z.infer<typeof Comment>): PullComment[] {
  const number = /\/pull\/(\d+)#/.exec(one.html_url)?.[1];
  if (number === undefined || !one.user) return [];
  const { login, type } = one.user;
  const bot = type === 'Bot';
  return [
    { id: one.id, number: Number(number), by: login, bot, body: one.body ?? '', updatedAt: one.updated_at },
  ];
}

async function addBody(github: GitHub, number: number, body: string): Promise<{ id: number; url: string }> {
  const { id, html_url: url } = await github.call(
    Comment,
    'POST /repos/{owner}/{repo}/issues/{issue_number}/comments',
    { issue_number: number, body },
  );
  return { id, url };
}

/** @throws Error for a marker that would show, or end early. */
function markerText(marker: string): string {
  if (!/^[\w./-]{1,100}$/.test(marker) || marker.includes('--'))
    throw new Error(
      `"${marker}" is no marker of a comment: letters, digits, dots, slashes and single dashes`,
    );
  return `<!-- slipway:${marker} -->`;
}

/** GitHub keeps line ends as browsers send them. */
function sameText(one: string, other: string): boolean {
  return one.replaceAll('\r\n', '\n').trimEnd() === other.trimEnd();
}

/** A text that GitHub takes, cut at a line, and saying so. */
function fitting(text: string): string {
  if (text.length <= bodyMax) return text;
  const cut = text.slice(0, bodyMax);
  const end = cut.lastIndexOf('\n');
  return `${cut.slice(0, end > 0 ? end : bodyMax).replaceAll(/\p{Cs}/gu, '')}\n\n… and more than fits into a comment.`;
}
