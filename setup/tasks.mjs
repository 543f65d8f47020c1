/** Everything the lab's cluster is made of, with Temporal. */
const CLUSTER =
  'temporal talosctl kubectl etcd etcdutl kube-apiserver kube-controller-manager kube-scheduler'.split(' ');

/**
 * @typedef {object} Task
 * @property {string} what For `--help`.
 * @property {boolean} compile Whether dist must be up to date; `check` compiles as one of its steps.
 * @property {readonly string[]} binaries What must be here before it starts.
 * @property {string} [program] What is run at the end, relative to the project.
 */

/** @type {Record<string, Task>} */
export const tasks = {
  setup: { what: 'packages, compiling and all programs, nothing else', compile: true, binaries: CLUSTER },
  demo: {
    what: 'an upgrade in the lab, with a live board',
    compile: true,
    binaries: CLUSTER,
    program: 'dist/lab/demo.js',
  },
  lab: { what: 'the lab alone, until Ctrl-C', compile: true, binaries: CLUSTER, program: 'dist/lab/main.js' },
  test: {
    what: 'check, then every scenario on the lab',
    compile: true,
    binaries: CLUSTER,
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
