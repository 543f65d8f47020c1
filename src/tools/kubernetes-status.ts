import { messageOf } from './refusal.js';

/** What the API server says of a request that it did not carry out: the message of its `Status`, or the text as it is. */
export function statusMessage(body: unknown): string {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === 'object' && parsed !== null && 'message' in parsed) return String(parsed.message);
  } catch {
    // Not JSON: the text itself is what was said.
  }
  return messageOf(text);
}
