/**
 * Parses an address that is itself a secret.
 *
 * @throws TypeError with a sentence that does not repeat it.
 */
export function secretUrl(
  secret: string,
  written: string,
  protocols: readonly string[] = ['https:', 'http:'],
): URL {
  const text = secret.trim();
  if (!URL.canParse(text)) throw new TypeError(`it is no address; write it like ${written}`);
  const url = new URL(text);
  if (!protocols.includes(url.protocol)) {
    const allowed = protocols.map((protocol) => `${protocol}//`).join(' or ');
    throw new TypeError(`its address does not begin with ${allowed}; write it like ${written}`);
  }
  url.hash = '';
  return url;
}
