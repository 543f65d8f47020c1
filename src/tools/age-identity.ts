import { readFile, stat } from 'node:fs/promises';
import { identityToRecipient } from 'age-encryption';
import { messageOf } from './refusal.js';

/** The identities of a file, and what error messages may show of them. */
export interface IdentityFile {
  readonly identities: readonly string[];
  /** Their public halves, `age1…`. */
  readonly recipients: readonly string[];
  /** Other users of this machine may read the file. */
  readonly open: boolean;
}

/**
 * Reads a file of age identities, as `age-keygen -o FILE` writes it.
 *
 * @throws Error with a sentence that never repeats a line of the file.
 */
export async function readIdentities(file: string): Promise<IdentityFile> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new Error(`${file} cannot be read: ${messageOf(error)}`);
  });
  const lines = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  const identities = lines.filter((line) => line.startsWith('AGE-SECRET-KEY-'));
  if (identities.length === 0 || identities.length < lines.length) {
    throw new Error(
      `${file} is no file of age identities: each line is AGE-SECRET-KEY-1… or a comment, as age-keygen writes it. ` +
        'One with a passphrase is opened first: age --decrypt',
    );
  }
  try {
    const recipients = await Promise.all(identities.map((identity) => identityToRecipient(identity)));
    return { identities, recipients, open: ((await stat(file)).mode & 0o077) !== 0 };
  } catch (error) {
    throw new Error(`${file} holds an age identity that cannot be used: it may be cut`, { cause: error });
  }
}
