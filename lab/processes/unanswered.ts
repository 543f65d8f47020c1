import { begin, type Foreground } from './foreground.js';

/**
 * Runs a program up to its prompt at the terminal, and leaves it there.
 *
 * @param question its output by then.
 * @returns a function that answers; resolves when the program has ended.
 * @throws Error when it ends before its prompt.
 */
export async function unanswered(
  command: string,
  args: readonly string[],
  question: string,
  options: Pick<Foreground, 'cwd' | 'env' | 'timeoutMs'>,
): Promise<(answer: string) => Promise<void>> {
  const asking = begin(command, args, options);
  await new Promise<void>((resolve, reject) => {
    let said = '';
    asking.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes(question)) resolve();
    });
    void asking.then(({ stderr }) => reject(new Error(`${command} ended and asked nothing: ${stderr}`)));
  });
  return async (answer) => {
    asking.stdin.end(`${answer}\n`);
    await asking;
  };
}
