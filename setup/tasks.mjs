/** The programs of the lab's cluster, with Temporal and one talosctl. */
const CLUSTER =
  'temporal talosctl kubectl etcd etcdutl kube-apiserver kube-controller-manager kube-scheduler'.split(' ');

/**
 * The long set: also the talosctl of every minor, and the programs for replacing machines. A patch in place needs neither, and they take
 * minutes to build. The script of `npm run test:all` lists its further programs.
 */
const EVERYTHING = [...CLUSTER, 'talosctl-1.13', 'talosctl-1.11', 'terraform'];

/**
 * @typedef {object} Task
 * @property {string} what For `--help`.
 * @property {boolean} compile Whether dist must be up to date; `check` compiles as one of its steps.
 * @property {readonly string[]} binaries What must be here before it starts.
 * @property {string} [program] What is run at the end, relative to the project.
 */

/** @type {Record<string, Task>} */
export const tasks = {
  setup: { what: 'packages, compiling and all programs, nothing else', compile: true, binaries: EVERYTHING },
  demo: {
    what: 'an upgrade in the lab, with a live progress view',
    compile: true,
    binaries: CLUSTER,
    program: 'dist/lab/demo.js',
  },
  lab: {
    what: 'the lab alone, until Ctrl-C',
    compile: true,
    binaries: EVERYTHING,
    program: 'dist/programs/lab.js',
  },
  bench: {
    what: 'what Slipway itself costs, on the lab, beside its budgets',
    compile: true,
    binaries: EVERYTHING,
    program: 'dist/lab/bench.js',
  },
  chaos: {
    what: 'upgrades on the lab that faults, dying workers and people come in the way of',
    compile: true,
    binaries: EVERYTHING,
    program: 'dist/lab/chaos.js',
  },
  test: {
    what: 'check, then every scenario on the lab',
    compile: true,
    binaries: EVERYTHING,
    program: 'setup/test.mjs',
  },
  check: {
    what: 'format, lint, types, imports, dead code, unit tests',
    compile: false,
    binaries: [],
    program: 'setup/check.mjs',
  },
  slipway: { what: 'the command line', compile: true, binaries: [], program: 'bin/slipway.mjs' },
};
