/** https://docs.slack.dev/reference/block-kit/blocks: blocks of a message, characters of a section's text. */
const BLOCKS_MOST = 50;
const SECTION_MOST = 3000;

/** A message to post. */
export type SlackForm = Readonly<Record<string, unknown>>;

export function isForm(form: unknown): form is SlackForm {
  return typeof form === 'object' && form !== null && !Array.isArray(form);
}

/** A text field of a form; empty where there is none. */
export function textIn(form: SlackForm, field = 'text'): string {
  const value = form[field];
  return typeof value === 'string' ? value : '';
}

/** Slack's error code for an invalid message. */
export function mistakeIn(form: SlackForm): string | undefined {
  const { blocks = [] } = form;
  if (!Array.isArray(blocks)) return 'invalid_blocks_format';
  const sections = blocks as readonly {
    readonly type?: unknown;
    readonly text?: { readonly text?: unknown };
  }[];
  const wrong = sections.some(
    ({ type, text }) =>
      typeof type !== 'string' || (typeof text?.text === 'string' && text.text.length > SECTION_MOST),
  );
  if (blocks.length > BLOCKS_MOST || wrong) return 'invalid_blocks';
  return textIn(form) === '' && blocks.length === 0 ? 'no_text' : undefined;
}
