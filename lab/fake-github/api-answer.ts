import { createHash } from 'node:crypto';
import type { GitHostAnswer } from './route.js';

/** An HTTP answer. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** https://docs.github.com/en/rest/using-the-rest-api/using-pagination-in-the-rest-api */
const PAGE = 30;
const PAGE_MOST = 100;

/** Writes an answer as HTTP: the requested page, with links to the others, or 304 for an unchanged one. */
export function httpAnswer(
  answer: GitHostAnswer,
  asked: { url: URL; who: string; known: string | undefined; method: string },
): HttpAnswer {
  const { body, link } = paged(answer, asked.url);
  const status = answer.status ?? 200;
  if (status === 204) return { status, headers: {}, body: '' };
  const text = JSON.stringify(body);
  const json = { 'content-type': 'application/json; charset=utf-8', ...(link === '' ? {} : { link }) };
  if (asked.method !== 'GET') return { status, headers: json, body: text };
  const etag = `W/"${createHash('sha256').update(`${asked.who}\n${asked.url.href}\n${text}`).digest('hex')}"`;
  const headers = {
    etag,
    'cache-control': 'private, max-age=60, s-maxage=60',
    vary: 'Accept, Authorization',
  };
  const same = (asked.known ?? '').split(',').some((known) => strong(known) === strong(etag));
  if (same) return { status: 304, headers, body: '' };
  return { status, headers: { ...json, ...headers }, body: text };
}

/** Conditional requests compare tags weakly (RFC 9110, 13.1.2). */
function strong(tag: string): string {
  return tag.trim().replace(/^W\//, '');
}

function paged({ body, list, within }: GitHostAnswer, url: URL): { body: unknown; link: string } {
  if (!list) return { body, link: '' };
  const size = Math.min(PAGE_MOST, whole(url, 'per_page') ?? PAGE);
  const number = whole(url, 'page') ?? 1;
  const page = list.slice((number - 1) * size, number * size);
  const last = Math.max(1, Math.ceil(list.length / size));
  const pages: readonly (readonly [string, number])[] = [
    ...(number > 1 ? [['prev', number - 1] as const] : []),
    ...(number < last ? [['next', number + 1] as const, ['last', last] as const] : []),
    ...(number > 1 ? [['first', 1] as const] : []),
  ];
  const link = pages.map(([name, at]) => {
    const there = new URL(url);
    there.searchParams.set('page', String(at));
    return `<${there.href}>; rel="${name}"`;
  });
  return { body: within ? within(page, list.length) : page, link: link.join(', ') };
}

function whole(url: URL, name: string): number | undefined {
  const number = Number(url.searchParams.get(name) ?? '');
  return Number.isSafeInteger(number) && number > 0 ? number : undefined;
}
