import { z } from 'zod';
import { SerialByKey } from '../serial-by-key.js';
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
  created_at: z.string().optional(),
  user: z.object({ login: z.string(), type: z.string().optional() }).nullish(),
});

/** What became of a comment that is kept up to date. */
export interface Upserted {
  readonly id: number;
  readonly url: string;
  readonly outcome: 'created' | 'updated' | 'unchanged';
}

/** Nothing was written. */
export interface OutOfDate {
  readonly outcome: 'out-of-date';
}

/** Which comment at which pull request (or issue). */
export interface CommentPlace {
  readonly number: number;
  /** What it is about, so that it is found again: `plan/prox-ops`. */
  readonly marker: string;
}

/** How a comment is kept up to date. */
export interface UpsertOptions {
  /** Leaves a comment as it is that stands there already. */
  readonly first?: boolean | undefined;
  /** Asked when it is this text's turn; false: it is out of date, and not written. */
  readonly still?: () => Promise<boolean>;
  /** Gives up waiting for the turn. */
  readonly signal?: AbortSignal;
}

/** GitHub wants seconds between two writes: without turns, others would look meanwhile, and write as if nothing stood there yet. */
const turns = new SerialByKey();

/**
 * One comment for each marker, made or kept up to date. The marker stands in it, hidden, and a comment with it counts only when it is
 * our own: anybody may write one. A worker writes its comments one after the other. Of those that two workers make at once, or one that
 * died before it had put it right, the oldest stays.
 *
 * @throws ForgeFailed, or the signal's reason
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
    // Another worker made one between the two calls.
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
    if (!(error instanceof ForgeFailed && error.trouble === 'missing')) throw error;
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
    if (!(error instanceof ForgeFailed && error.trouble === 'missing')) throw error;
  }
}

/** Whether there is a comment of ours with that marker. @throws ForgeFailed */
export async function hasOwnComment(github: GitHub, { number, marker }: CommentPlace): Promise<boolean> {
  return (await ownComments(github, number, markerText(marker))).length > 0;
}

/** Our comments with that mark, the oldest first. */
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

/** One comment at a pull request as it stands now; undefined: there is none of that id. @throws ForgeFailed */
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
    if (error instanceof ForgeFailed && error.trouble === 'missing') return undefined;
    throw error;
  }
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
