/**
 * Adds a full stop, and removes terminal control characters and characters that reverse the text direction. Keeps the case of the first
 * letter, since a sentence may begin with a name.
 */
export function sentence(text: string): string {
  const plain = text
    .replaceAll(/\p{Bidi_Control}+/gu, '\uFFFD')
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .trim();
  return /[.!?…]$/.test(plain) ? plain : `${plain}.`;
}
