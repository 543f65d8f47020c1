/** A page of a hundred pull requests is three megabytes. */
const bytesMax = 10 * 1024 * 1024;

/** One attempt, in milliseconds. */
const attemptMs = 15_000;

/** Answers that have no body. */
const bodiless = new Set([101, 204, 205, 304]);

/**
 * `fetch` for the API of a git host. It follows no redirect, since a token goes only to the configured address, and it limits the size of
 * an answer.
 */
export async function boundedFetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
  const signals = [AbortSignal.timeout(attemptMs), ...(init?.signal ? [init.signal] : [])];
  const response = await fetch(input, { ...init, redirect: 'manual', signal: AbortSignal.any(signals) });
  const { status, headers } = response;
  if (status >= 300 && status < 400 && status !== 304) {
    await response.body?.cancel();
    throw new Error(`it sends us to another address (${status}): was the repository renamed?`);
  }
  const body = bodiless.has(status) ? null : await bounded(response);
  const whole = new Response(body, { status, statusText: response.statusText, headers });
  // Octokit reads this field of a response.
  Object.defineProperty(whole, 'url', { value: response.url });
  return whole;
}

async function bounded(response: Response): Promise<Uint8Array<ArrayBuffer>> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  const reader = response.body?.getReader();
  for (;;) {
    const next = await reader?.read();
    if (!next || next.done) break;
    const piece = next.value as Uint8Array;
    length += piece.byteLength;
    if (length > bytesMax) {
      await reader?.cancel();
      throw new Error(`it answered more than ${bytesMax / 1024 / 1024} MiB`);
    }
    pieces.push(piece);
  }
  return new Uint8Array(Buffer.concat(pieces));
}
