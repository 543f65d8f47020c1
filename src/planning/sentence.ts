/** With a full stop, and without anything a terminal would obey. It may begin with a name: its case stays. */
export function sentence(text: string): string {
  const plain = text.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim();
  return /[.!?…]$/.test(plain) ? plain : `${plain}.`;
}
