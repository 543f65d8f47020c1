import { z } from 'zod';
import { SerialByKey } from '../serial-by-key.js';
import { GitHostFailed } from './git-host-failed.js';
import { pageSize, type GitHub, type IfChanged } from './github.js';

/** GitHub's limit for one comment, in characters, minus some room for additions. */
const bodyMax = 65_000;
/** The number of comments that are searched; a pull request with more has other problems. */
const pagesMax = 10;

const Comment = z.object({
  id: z.int(),
  body: z.string().nullish(),
  html_url: z.string().default(''),
  updated_at: z.string(),
  created_at: z.string().optional(),
  user: z.object({ login: z.string(), type: z.string().optional() }).nullish(),
});

/** The result of writing a comment that is kept up to date. */
export interface Upserted {
  readonly id: number;
  readonly url: string;
  readonly outcome: 'created' | 'updated' | 'unchanged';
}

/** Nothing was written. */
export interface OutOfDate {
  readonly outcome: 'out-of-date';
}

/** Which comment on which pull request (or issue). */
export interface CommentPlace {
  readonly number: number;
  /** What the comment is about, so that it is found again: `plan/prox-ops`. */
  readonly marker: string;
}

/** How a comment is kept up to date. */
export interface UpsertOptions {
  /** Leaves an existing comment unchanged. */
  readonly first?: boolean | undefined;
  /** Called when it is this text's turn to be written; false: the text is outdated, and is not written. */
  readonly still?: () => Promise<boolean>;
  /** Stops waiting for the turn. */
  readonly signal?: AbortSignal;
}

/** GitHub wants seconds between two writes. Without a queue, concurrent callers would all find no comment and each create one. */
const turns = new SerialByKey();

/**
 * Creates or updates one comment for each marker. The marker is hidden in the comment. Only a comment of our own counts, since anybody may
 * write the marker. A worker writes its comments one after the other. If two workers create one at once, or a worker died before it removed
 * its duplicate, the oldest stays.
 *
 * @throws GitHostFailed, or the signal's reason
 */
export function upsertComment(
  github: GitHub,
  place: CommentPlace,
  text: string,
  options?: Omit<UpsertOptions, 'still'>,
): Promise<Upserted>;
export function upsertComment(
  github: GitHub,
  place: CommentPlace,
  text: string,
  options: UpsertOptions,
): Promise<Upserted | OutOfDate>;
export async function upsertComment(
  github: GitHub,
  place: CommentPlace,
  text: string,
  options: UpsertOptions = {},
): Promise<Upserted | OutOfDate> {
  const hidden = markerText(place.marker);
  const written = { ...place, hidden, body: `${hidden}\n${fitting(text)}` };
  return turns.take(`${github.name} ${place.number} ${place.marker}`, options.signal, () =>
    write(github, written, options),
  );
}

async function write(
  github: GitHub,
  written: CommentPlace & { readonly hidden: string; readonly body: string },
  options: UpsertOptions,
): Promise<Upserted | OutOfDate> {
  const { number, hidden, body } = written;
  if ((await options.still?.()) === false) return { outcome: 'out-of-date' };
  const [own, ...younger] = await ownComments(github, number, hidden);
  for (const { id } of younger) await deleteComment(github, id);
  if (!own) {
    const made = await addBody(github, number, body);
    const [oldest] = await ownComments(github, number, hidden);
    if (!oldest || oldest.id >= made.id) return { ...made, outcome: 'created' };
    // Another worker created one between the two calls.
    return write(github, written, options);
  }
  if (options.first || sameText(own.body ?? '', body))
    return { id: own.id, url: own.html_url, outcome: 'unchanged' };
  try {
    const { id, html_url: url } = await github.call(
      Comment,
      'PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}',
      { comment_id: own.id, body },
    );
    return { id, url, outcome: 'updated' };
  } catch (error) {
    // Somebody deleted it between the two calls.
    if (!(error instanceof GitHostFailed && error.trouble === 'missing')) throw error;
    return { ...(await addBody(github, number, body)), outcome: 'created' };
  }
}

/** Another worker may have been first. */
async function deleteComment(github: GitHub, id: number): Promise<void> {
  try {
    await github.call(z.unknown(), 'DELETE /repos/{owner}/{repo}/issues/comments/{comment_id}', {
      comment_id: id,
    });
  } catch (error) {
    if (!(error instanceof GitHostFailed && error.trouble === 'missing')) throw error;
  }
}

/** Whether there is a comment of ours with that marker. @throws GitHostFailed */
export async function hasOwnComment(github: GitHub, { number, marker }: CommentPlace): Promise<boolean> {
  return (await ownComments(github, number, markerText(marker))).length > 0;
}

/** Our comments with that marker, the oldest first. */
async function ownComments(
  github: GitHub,
  number: number,
  hidden: string,
): Promise<z.infer<typeof Comment>[]> {
  const login = await github.ownLogin();
  const all = await github.pages(
    Comment,
    'GET /repos/{owner}/{repo}/issues/{issue_number}/comments',
    { issue_number: number },
    pagesMax,
  );
  return all
    .filter((one) => one.user?.login === login && one.body?.startsWith(hidden))
    .toSorted((a, b) => a.id - b.id);
}

/** Creates a comment that is never updated. A repeated call creates a second one. @throws GitHostFailed */
export async function addComment(
  github: GitHub,
  number: number,
  text: string,
): Promise<{ readonly id: number; readonly url: string }> {
  return addBody(github, number, fitting(text));
}

/** A comment on a pull request, as GitHub has it. */
export interface PullComment {
  readonly id: number;
  readonly number: number;
  readonly by: string;
  readonly bot: boolean;
  readonly body: string;
  /** ISO time. */
  readonly updatedAt: string;
}

/** The current text of one comment on a pull request; undefined: there is none with that id. @throws GitHostFailed */
export async function commentById(
  github: GitHub,
  id: number,
): Promise<(PullComment & { readonly edited: boolean }) | undefined> {
  try {
    const found = await github.call(Comment, 'GET /repos/{owner}/{repo}/issues/comments/{comment_id}', {
      comment_id: id,
    });
    const [comment] = pullComment(found);
    return comment && { ...comment, edited: found.created_at !== found.updated_at };
  } catch (error) {
    if (error instanceof GitHostFailed && error.trouble === 'missing') return undefined;
    throw error;
  }
}

/** Comments on pull requests that were created or updated since then, the oldest first, a hundred at most. @throws GitHostFailed */
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

/** Comments on issues are left out; the address tells them apart. */
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

/** @throws Error for a marker that would be visible, or end early. */
function markerText(marker: string): string {
  if (!/^[\w./-]{1,100}$/.test(marker) || marker.includes('--'))
    throw new Error(
      `"${marker}" is no marker of a comment: letters, digits, dots, slashes and single dashes`,
    );
  return `<!-- slipway:${marker} -->`;
}

/** GitHub stores line ends as browsers send them. */
function sameText(one: string, other: string): boolean {
  return one.replaceAll('\r\n', '\n').trimEnd() === other.trimEnd();
}

/** A text that GitHub accepts, cut at a line, with a note where it was cut. */
function fitting(text: string): string {
  if (text.length <= bodyMax) return text;
  const cut = text.slice(0, bodyMax);
  const end = cut.lastIndexOf('\n');
  return `${cut.slice(0, end > 0 ? end : bodyMax).replaceAll(/\p{Cs}/gu, '')}\n\n… and more than fits into a comment.`;
}
