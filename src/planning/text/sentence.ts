/** With a full stop, and without anything a terminal would obey, or that turns the order of what is read. It may begin with a name: its case stays. */
export function sentence(text: string): string {
  const plain = text
    .replaceAll(/\p{Bidi_Control}+/gu, '\uFFFD')
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .trim();
  return /[.!?…]$/.test(plain) ? plain : `${plain}.`;
}
