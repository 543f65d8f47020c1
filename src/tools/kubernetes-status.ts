import { messageOf } from './refusal.js';

/** The API server's reason for a rejected request: the message of its `Status`, or the raw text. */
export function statusMessage(body: unknown): string {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === 'object' && parsed !== null && 'message' in parsed) return String(parsed.message);
  } catch {
    // Not JSON: use the text itself.
  }
  return messageOf(text);
}
