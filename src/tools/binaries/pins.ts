/** Every outside program Slipway or its lab runs and can get by itself. */
export type BinaryName =
  | 'temporal'
  | 'talosctl'
  | 'etcd'
  | 'etcdutl'
  | 'kube-apiserver'
  | 'kube-controller-manager'
  | 'kube-scheduler'
  | 'kubectl';

/** Architectures that all releases below are published for, by Go's names. */
export type Architecture = 'amd64' | 'arm64';

/**
 * Which versions found on this machine are as good as the pin. `same-minor`: several minors are used side by side, each
 * for what runs that minor; any of its releases from the floor on will do.
 */
export type FitRule = 'exact' | 'within-one-minor' | 'same-minor';

/** The oldest release of a minor that will do. */
export interface Floor {
  /** Without `v`. */
  readonly version: string;
  /** What came with it, as the end of a sentence. */
  readonly why: string;
}

/** How to ask a program for its version, and how to read the answer. */
export interface VersionCheck {
  readonly args: readonly string[];
  /** The first group is the version without `v`; whatever else must agree is in `details`. */
  readonly pattern: RegExp;
  /** Versions that are reported beside its own, e.g. Temporal's server; group → exact value. */
  readonly details?: Readonly<Record<string, string>>;
}

/** Where a published release is. `{version}` and `{arch}` are filled in. */
export interface Release {
  readonly url: string;
  /** The release's own file of SHA-256 sums: lines of `sum  name`, or one sum alone. */
  readonly checksums: string;
  /** Path of the program within the release's tar.gz; undefined when the download is the program itself. */
  readonly member?: string;
  /** SHA-256 of the download where it is known beforehand; wins over `checksums`. */
  readonly sha256?: Readonly<Partial<Record<Architecture, string>>>;
  readonly usualSeconds: number;
}

/** How it is built where no release can be had. */
export interface Source {
  /** Folder with the go.mod that pins it, relative to the project. */
  readonly module: string;
  readonly package: string;
  readonly ldflags: string;
  /** On two cores with a cold build cache, in the order of the table below: later ones share packages with earlier. */
  readonly usualSeconds: number;
}

/** A program that is looked for, whether or not it is pinned. */
export interface Wanted {
  readonly name: BinaryName;
  /** Without `v`; the minor alone where no version of it is pinned. */
  readonly version: string;
  readonly check: VersionCheck;
  readonly fits: FitRule;
  /** Only with `same-minor`; by default the minor's first release. */
  readonly floor?: Floor;
}

/** One program at one version. */
export interface Pin extends Wanted {
  readonly release: Release;
  readonly source: Source;
}

const TEMPORAL = '1.5.1';
const ETCD = '3.6.6';
const KUBERNETES = '1.35.4';

/** Minors of which the first releases lack something Slipway asks of them. */
const TALOSCTL_FLOORS: Readonly<Record<string, Floor>> = {
  // Talos, cmd/talosctl/cmd/talos/upgrade.go: not in 1.13.6, in 1.13.7.
  '1.13': {
    version: '1.13.7',
    why: '--no-reboot, which keeps the install and the reboot apart, came with it',
  },
};

const etcdRelease: Omit<Release, 'member'> = {
  url: 'https://github.com/etcd-io/etcd/releases/download/v{version}/etcd-v{version}-linux-{arch}.tar.gz',
  checksums: 'https://github.com/etcd-io/etcd/releases/download/v{version}/SHA256SUMS',
  sha256: { amd64: '887afaa4a99f22d802ccdfbe65730a5e79aa5c9ce2c8799c67e9d804c50ecedb' },
  usualSeconds: 5,
};

/**
 * The pins. How to move one: `tools/README.md`.
 *
 * No download in this table was ever tried where it was written, which had no way to these hosts: the layouts come
 * from the projects' own release scripts and installers, the SHA-256 sums from package collections that agree with
 * each other. A sum or a layout that is wrong refuses the download, and the program is built from source instead.
 * Building all of them was tried.
 */
export const pins: readonly Pin[] = [
  {
    name: 'temporal',
    version: TEMPORAL,
    check: {
      args: ['--version'],
      pattern: /^temporal version (?<version>\S+) \(Server (?<server>\S+), UI (?<ui>\S+)\)/m,
      // Recorded histories, the shape of describe and the Web UI belong to these two.
      details: { server: '1.29.1', ui: '2.42.1' },
    },
    fits: 'exact',
    release: {
      url: 'https://github.com/temporalio/cli/releases/download/v{version}/temporal_cli_{version}_linux_{arch}.tar.gz',
      checksums: 'https://github.com/temporalio/cli/releases/download/v{version}/checksums.txt',
      member: 'temporal',
      sha256: { amd64: 'ddc95e08b0b076efd4ea9733a3f488eb7d2be875f8834e616cd2a37358b4852d' },
      usualSeconds: 15,
    },
    source: {
      module: 'tools/temporal',
      package: 'github.com/temporalio/cli/cmd/temporal',
      ldflags: `-s -w -X github.com/temporalio/cli/temporalcli.Version=${TEMPORAL}`,
      usualSeconds: 130,
    },
  },
  {
    name: 'etcd',
    version: ETCD,
    check: { args: ['--version'], pattern: /^etcd Version: (?<version>\S+)/m },
    fits: 'exact',
    release: { ...etcdRelease, member: 'etcd-v{version}-linux-{arch}/etcd' },
    source: {
      module: 'tools/cluster',
      package: 'go.etcd.io/etcd/server/v3',
      ldflags: '-s -w',
      usualSeconds: 53,
    },
  },
  {
    name: 'etcdutl',
    version: ETCD,
    check: { args: ['version'], pattern: /^etcdutl version: (?<version>\S+)/m },
    fits: 'exact',
    release: { ...etcdRelease, member: 'etcd-v{version}-linux-{arch}/etcdutl' },
    source: {
      module: 'tools/cluster',
      package: 'go.etcd.io/etcd/etcdutl/v3',
      ldflags: '-s -w',
      usualSeconds: 2,
    },
  },
  kubernetes('kube-apiserver', 152),
  kubernetes('kube-controller-manager', 46),
  kubernetes('kube-scheduler', 4),
  {
    ...kubernetes('kubectl', 20),
    check: { args: ['version', '--client'], pattern: /^Client Version: v(?<version>\S+)/m },
    // kubectl's own promise: it works with API servers one minor older or newer.
    fits: 'within-one-minor',
  },
  // A node's talosctl is of the minor that runs on it. The first is used where no minor is asked for.
  talosctl('1.12.1', 'tools/cluster', 68),
  talosctl('1.13.9', 'tools/talosctl-1.13', 190),
  talosctl('1.11.5', 'tools/talosctl-1.11', 200),
];

/**
 * What must be true of a talosctl, pinned or not.
 * @param minor e.g. `1.13`.
 */
export function wantedTalosctl(minor: string): Wanted {
  const floor = TALOSCTL_FLOORS[minor];
  return {
    name: 'talosctl',
    version: minor,
    check: { args: ['version', '--client', '--short'], pattern: /^(?:Client|Talos) v(?<version>\S+)/m },
    fits: 'same-minor',
    ...(floor ? { floor } : {}),
  };
}

function talosctl(version: string, module: string, usualSeconds: number): Pin {
  return {
    ...wantedTalosctl(minorOf(version)),
    version,
    release: {
      url: 'https://github.com/siderolabs/talos/releases/download/v{version}/talosctl-linux-{arch}',
      checksums: 'https://github.com/siderolabs/talos/releases/download/v{version}/sha256sum.txt',
      usualSeconds: 15,
    },
    source: { module, package: 'github.com/siderolabs/talos/cmd/talosctl', ldflags: '-s -w', usualSeconds },
  };
}

function kubernetes(name: BinaryName, usualSeconds: number): Pin {
  const [major, minor] = KUBERNETES.split('.');
  const stamp = 'k8s.io/component-base/version';
  const versions = [`gitVersion=v${KUBERNETES}`, `gitMajor=${major}`, `gitMinor=${minor}`];
  return {
    name,
    version: KUBERNETES,
    check: { args: ['--version'], pattern: /^Kubernetes v(?<version>\S+)/m },
    fits: 'exact',
    release: {
      url: `https://dl.k8s.io/release/v{version}/bin/linux/{arch}/${name}`,
      checksums: `https://dl.k8s.io/release/v{version}/bin/linux/{arch}/${name}.sha256`,
      usualSeconds: 10,
    },
    source: {
      module: 'tools/cluster',
      package: `k8s.io/kubernetes/cmd/${name}`,
      ldflags: ['-s -w', ...versions.map((version) => `-X ${stamp}.${version}`)].join(' '),
      usualSeconds,
    },
  };
}

/** `1.13` of `1.13.9`. */
export function minorOf(version: string): string {
  return version.split('.').slice(0, 2).join('.');
}
