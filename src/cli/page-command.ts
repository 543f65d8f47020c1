import type { Command } from 'commander';
import { command, examples, withTemporal, type Finished } from './command-parts.js';
import type { PageOptions } from './commands/page.js';

/** The command that serves the page. */
export function addPageCommand(program: Command, finished: Finished): void {
  withTemporal(
    command(program, 'page', 'serve a web page that shows clusters, runs and nodes; it changes nothing'),
  )
    .option('--listen <address>', 'where it listens', '127.0.0.1:8801')
    .option('--token-file <file...>', 'who has this token may look; two while one replaces the other')
    .option('--token-env <name...>', 'the same, in a variable of the environment')
    .option('--behind-proxy', 'a proxy before it asks who is there; nothing else may reach its port')
    .option('--host <name...>', 'a name it is reached by, beside localhost and addresses')
    .option('--time-zone <name>', "the time zone of the times it shows (default: this machine's)")
    .addHelpText(
      'after',
      examples(
        'slipway page',
        'slipway page --listen 0.0.0.0:8801 --host slipway.example.org --token-file secrets/page-token',
        'slipway page --behind-proxy --host slipway.example.org',
      ),
    )
    .action(async (options: PageOptions) =>
      finished(await (await import('./commands/page.js')).page(options)),
    );
}
