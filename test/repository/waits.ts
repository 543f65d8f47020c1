/** How a test's result can depend on the machine's speed, and what to do instead. */
export const forbidden = [
  {
    what: 'a sleep of more than 100 ms: wait for a condition by until(), or for an event',
    pattern: /(?<!jest\.)\b(?:sleep|pause|setTimeout)\((?:\w+, )?(?!100\))[\d_]{3,}\)/g,
  },
  {
    what: 'a deadline of its own: take it from test/limits.ts',
    pattern:
      /(?:= |withDeadline\()Date\.now\(\) \+ \d|AbortSignal\.timeout\([\d_]{4,}|^ *\}, [\d_]{4,}\);$|^ *[\d_]+_000,$|jest\.setTimeout\(/gm,
  },
  {
    what: 'a number of looks, which is a time: wait by until()',
    pattern: /\btries < \d+|\btriesLeft = \d+/g,
  },
  {
    what: 'an upper bound of how long something took: times belong to npm run bench',
    pattern: /Date\.now\(\) - \w+\)\.toBeLess/g,
  },
] as const;

/** Lines that one of the patterns matches, as `file: line`. */
export function speedDependent(file: string, text: string): string[] {
  return forbidden.flatMap(({ what, pattern }) =>
    [...text.matchAll(pattern)].map(({ index }) => {
      const start = text.lastIndexOf('\n', index) + 1;
      const end = text.indexOf('\n', index);
      return `${file}: ${text.slice(start, end === -1 ? undefined : end).trim()} (${what})`;
    }),
  );
}

/** The number of matching lines that a file may have, and why they do not depend on speed or are needed. */
export const exceptions: Readonly<Record<string, readonly [lines: number, why: string]>> = {
  'test/cli/a-temporal.ts': [
    1,
    'A poll that is given up like that of a killed worker; no test waits for its answer.',
  ],
  'test/lab/machines/one-machine.ts': [
    1,
    'Shows that a state stays; a slow machine makes it longer, never red.',
  ],
  'test/lab/processes/cuttable-way.integration.test.ts': [
    1,
    'Shows that nothing comes through a cut connection.',
  ],
  'test/lab/processes/process-group.integration.test.ts': [
    1,
    'A limit that shall fire: the process never answers.',
  ],
  'test/lab/worker-pods/open-worker-pods.integration.test.ts': [1, 'Shows that a container stays ended.'],
  'test/page/live.integration.test.ts': [1, 'Shows that a count no longer grows.'],
  'test/scenarios/long/watcher-catches.test.ts': [
    1,
    'Keeps a process alive for ten observations of the watcher, which reports no observation.',
  ],
  'test/starter/deliveries.temporal.test.ts': [1, 'Shows that a starter reports nothing a second time.'],
  'test/tools/binaries/lock.integration.test.ts': [1, 'A process that holds a lock until the test kills it.'],
  'test/tools/terraform/real-locks.test.ts': [
    1,
    'Shows that it goes on waiting past the time that Terraform waits.',
  ],
  'test/workflows/asked-meanwhile.ts': [
    1,
    'Asks again where an update was refused; the loop ends by a condition.',
  ],
};
