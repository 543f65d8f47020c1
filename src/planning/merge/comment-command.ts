/** What a comment asks of Slipway. */
export type CommentCommand =
  | {
      readonly kind: 'answer';
      readonly verb: 'approve' | 'reject';
      /** The plan's hash, or its first characters; left out: the comment names none. */
      readonly plan?: string;
      /** Empty: the comment gives no reason. */
      readonly why: string;
    }
  /** An unknown command after `/slipway`. */
  | { readonly kind: 'unknown' };

/** Reads the first line of a comment: `/slipway approve HASH REASON`. Slipway ignores the lines below it. */
export function commentCommand(body: string): CommentCommand {
  const [line = ''] = body.trimStart().split('\n', 1);
  const [, verb = '', ...words] = line.trim().split(/\s+/);
  if (verb !== 'approve' && verb !== 'reject') return { kind: 'unknown' };
  const [first = ''] = words;
  const plan = /^`?([0-9a-f]{8,64})`?$/.exec(first)?.[1];
  const why = (plan === undefined ? words : words.slice(1)).join(' ');
  return { kind: 'answer', verb, ...(plan === undefined ? {} : { plan }), why };
}
