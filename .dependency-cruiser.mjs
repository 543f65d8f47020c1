/**
 * Who may import whom at run time. Checked on dist, where type imports are gone: a type may come from anywhere.
 * A rule's comment says what to do instead.
 */

const door = '^dist/src/tools/run-command[.]js$';
const doorOfServices = '^dist/src/serve/service-process[.]js$';
/** Pure files that replayed code may read: sentences for people, the facts of messages, and tables. */
const replayed =
  'planning/(reasons/(describe|failure)|plan/approval-text|report/decision-commands|merge/(describe-declared-change|merge-outcome|submitted-change)|' +
  'node/node-address|steps/node-steps|text/markdown|messages/(facts|merges|text|waits))[.]js$';
const messages = '^dist/src/workflows/((delivery|queue)-)?messages[.]js$';
/** What reads credentials and asks a git host, or a git server: nothing of it touches a cluster. */
const gitHosts = '^dist/src/tools/(credentials|redaction|refusal|git-host/[^/]+|git/remote-head)[.]js$';
const projectRoot = '^dist/src/tools/project-root[.]js$';

/**
 * A folder may import these files of ours, besides its own.
 * @param {string} folder
 * @param {string[]} allowed
 * @param {string} comment
 */
function ours(folder, allowed, comment) {
  return {
    name: `${folder.replaceAll('/', '-')}-ours`,
    comment,
    severity: 'error',
    from: { path: `^dist/${folder}/` },
    to: { path: '^dist/', pathNot: [`^dist/${folder}/`, ...allowed] },
  };
}

/**
 * A folder may import these packages of npm.
 * @param {string} folder
 * @param {string[]} allowed
 * @param {string} comment
 */
function packages(folder, allowed, comment) {
  return {
    name: `${folder.replaceAll('/', '-')}-packages`,
    comment,
    severity: 'error',
    from: { path: `^dist/${folder}/` },
    to: { path: 'node_modules/', pathNot: allowed.map((name) => `node_modules/${name}/`) },
  };
}

export default {
  forbidden: [
    {
      name: 'no-cycle',
      comment:
        'Two files that import each other are one file, or hide a third: move what both need into its own.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'not-found',
      comment: 'The file does not exist, or the package is not in package.json.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'one-door-to-processes',
      comment:
        'Processes start only in src/tools/run-command.ts, and in the lab in lab/processes/: there they get a time ' +
        'limit, their own environment, and die with us. Call runCommand(). (What runs for ever: src/serve/service-process.ts.)',
      severity: 'error',
      from: { path: '^dist/(src|lab)/', pathNot: [door, doorOfServices, '^dist/lab/processes/'] },
      to: { path: '^(node:)?(child_process|cluster|worker_threads)$|node_modules/execa/' },
    },
    {
      name: 'product-knows-no-lab',
      comment:
        'src runs without lab and test. What both need belongs to src; what only tests need, to the lab.',
      severity: 'error',
      from: { path: '^dist/src/' },
      to: { path: '^dist/(lab|test)/' },
    },
    {
      name: 'lab-knows-no-test',
      comment: 'The lab also serves the demo. Move what it needs from the test into lab/.',
      severity: 'error',
      from: { path: '^dist/lab/' },
      to: { path: '^dist/test/' },
    },
    {
      name: 'watcher-is-independent',
      comment:
        'The watcher judges Slipway from outside and shares no code with it, or both would be wrong together. ' +
        'Write what it needs again in lab/watcher/.',
      severity: 'error',
      from: { path: '^dist/lab/watcher/' },
      to: { path: '^dist/', pathNot: '^dist/lab/watcher/' },
    },
    {
      name: 'lab-knows-no-workflow',
      comment: 'The lab is the world that workflows act on. It may use their messages, never their code.',
      severity: 'error',
      from: { path: '^dist/lab/' },
      to: { path: '^dist/src/workflows/', pathNot: messages },
    },
    ours(
      'src/inventory',
      [],
      'The inventory says what should be and asks nobody. Import its types elsewhere instead.',
    ),
    packages(
      'src/inventory',
      ['zod', 'yaml', 're2js', 'croner'],
      'The inventory needs zod and yaml, re2js for the patterns of others, and croner for schedules.',
    ),
    ours('src/planning', [], 'Planning is pure: whatever it needs to know comes in as an argument.'),
    packages(
      'src/planning',
      ['semver', 'croner'],
      'Planning is pure: whatever it needs to know comes in as an argument.',
    ),
    {
      name: 'src-planning-machine',
      comment:
        'Planning is pure: no files, no clock, no network. Hashing is the only thing it takes from Node.',
      severity: 'error',
      from: { path: '^dist/src/planning/' },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?crypto$' },
    },
    ours(
      'src/workflows',
      [`^dist/src/${replayed}`],
      'Workflows order, wait and undo. Decide in an activity, whose answer is recorded; only sentences for people, ' +
        'the facts of messages, what a delivery is, and the tables of steps and reasons may be read here, since replay runs them again.',
    ),
    packages(
      'src/workflows',
      ['@temporalio/(workflow|common)'],
      'Replayed code may use @temporalio/workflow only.',
    ),
    {
      name: 'src-workflows-machine',
      comment:
        'A workflow is replayed: it may not touch the machine. Do it in an activity and await its answer.',
      severity: 'error',
      from: {
        path: `^dist/src/(workflows/|${replayed})`,
      },
      to: { dependencyTypes: ['core'] },
    },
    ours(
      'src/activities',
      ['^dist/src/(planning|tools|inventory)/', messages],
      'An activity does one thing with planning, tools and inventory. What a workflow must tell it comes as input.',
    ),
    packages('src/activities', ['@temporalio/(activity|common)'], 'Wrap the package in a file of src/tools.'),
    ours(
      'src/tools',
      ['^dist/src/inventory/'],
      'A tool speaks to one program or service and decides nothing. Hand in what it needs; take types from planning.',
    ),
    ours(
      'src/worker',
      [
        '^dist/src/(inventory|planning|activities|tools|workflows)/',
        '^dist/src/runs/(temporal|view)/',
        '^dist/src/starter/(enqueue-merge|cancel-pending|queue-start|answer-plan)[.]js$',
      ],
      'The worker knows neither cli nor starter, but for how a queue, or a run that waits, is asked.',
    ),
    ours(
      'src/starter',
      ['^dist/src/(planning|inventory)/', messages, projectRoot, gitHosts],
      'The starter begins upgrades by messages; it runs none of their code. Of tools it uses what asks a git host, and nothing that reaches a cluster.',
    ),
    packages(
      'src/starter',
      ['@temporalio/(client|common)', '@octokit/webhooks-methods', 'fastify', 'zod'],
      'The starter hears webhooks and hands them to Temporal. A client of a service gets a file of src/tools.',
    ),
    ours(
      'src/serve',
      ['^dist/src/tools/', messages],
      'Serve keeps Temporal and a worker running, each a process of its own; it knows nothing of clusters.',
    ),
    packages(
      'src/serve',
      ['@temporalio/(client|envconfig)', 'execa'],
      'Serve starts processes and asks Temporal whether they work.',
    ),
    ours(
      'src/runs',
      ['^dist/src/planning/', messages, '^dist/src/starter/look-for-workers[.]js$', projectRoot],
      'Runs are seen by what Temporal keeps of them: planning has the words. What a person types or sees is cli and page.',
    ),
    packages(
      'src/runs',
      ['@temporalio/(client|common)'],
      "What Temporal keeps is asked with Temporal's own client.",
    ),
    {
      name: 'src-runs-view-is-pure',
      comment: 'A view is made of a record alone: hand in what was read, and the clock.',
      severity: 'error',
      from: { path: '^dist/src/runs/view/' },
      to: { dependencyTypes: ['core'] },
    },
    ours(
      'src/page',
      ['^dist/src/(planning|runs|inventory)/', messages, '^dist/src/tools/(credentials|project-root)[.]js$'],
      'The page shows what Temporal keeps, and changes nothing.',
    ),
    packages(
      'src/page',
      ['fastify', '@fastify/cookie', 'preact', 'preact-render-to-string', 'markdown-it', 'idiomorph', 'zod'],
      'The page is drawn by preact on a fastify; what it asks of others comes through src/runs.',
    ),
    ours(
      'src/cli',
      ['^dist/src/(planning|inventory|tools|starter|serve|runs|page)/', messages],
      'The cli steers by messages and looks by read-only tools. What changes the world is an activity.',
    ),
    {
      name: 'src-cli-only-looks',
      comment:
        'The cli looks only: what changes a cluster is asked of the workflow by a message. A program it looks with (git) gets a file in src/tools that can do nothing else.',
      severity: 'error',
      from: { path: '^dist/src/cli/' },
      to: { path: '^dist/src/tools/(run-command|kubectl)[.]js$' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    moduleSystems: ['es6'],
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['node', 'import', 'default'] },
  },
};
