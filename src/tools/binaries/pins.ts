import type { BinaryName, Floor, Pin, Release, VersionCheck, VersionedName, Wanted } from './pin.js';
import { minorOf } from './pin.js';

const TEMPORAL = '1.5.1';
const ETCD = '3.6.6';
const KUBERNETES = '1.35.4';
const VERSITYGW = '1.8.0';

/** Minors whose first releases lack something that Slipway needs. */
const TALOSCTL_FLOORS: Readonly<Record<string, Floor>> = {
  // Talos, cmd/talosctl/cmd/talos/upgrade.go: not in 1.13.6, in 1.13.7.
  '1.13': {
    version: '1.13.7',
    why: '--no-reboot, which keeps the install and the reboot apart, came with it',
  },
};

const VERSION_CHECKS: Readonly<Record<VersionedName, VersionCheck>> = {
  talosctl: { args: ['version', '--client', '--short'], pattern: /^(?:Client|Talos) v(?<version>\S+)/m },
  // Without the variable it asks HashiCorp whether there is a newer one.
  terraform: {
    args: ['version'],
    env: { CHECKPOINT_DISABLE: '1' },
    pattern: /^Terraform v(?<version>\S+)/m,
  },
  tofu: { args: ['version'], pattern: /^OpenTofu v(?<version>\S+)/m },
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
 * No download in this table was ever tried: the machine it was written on had no access to these hosts. The layouts come from the projects'
 * own release scripts and installers, the SHA-256 sums from package collections that agree with each other. A wrong sum or layout rejects
 * the download, and the program is built from source instead. All of them were built once.
 */
export const pins: readonly Pin[] = [
  {
    name: 'temporal',
    version: TEMPORAL,
    check: {
      args: ['--version'],
      pattern: /^temporal version (?<version>\S+) \(Server (?<server>\S+), UI (?<ui>\S+)\)/m,
      // Recorded histories, the output format of describe and the Web UI depend on these two.
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
    // kubectl's version skew policy: it works with API servers one minor older or newer.
    fits: 'within-one-minor',
  },
  // A node needs the talosctl of its running minor. The first pin is used where no minor is requested.
  talosctl('1.12.1', 'tools/cluster', 68),
  talosctl('1.13.9', 'tools/talosctl-1.13', 190),
  talosctl('1.11.5', 'tools/talosctl-1.11', 200),
  // A cluster's inventory names one of the two, and its exact version: only that version writes the state.
  {
    ...wantedVersion('terraform', '1.11.4', 'exact'),
    release: {
      url: 'https://releases.hashicorp.com/terraform/{version}/terraform_{version}_linux_{arch}.zip',
      checksums: 'https://releases.hashicorp.com/terraform/{version}/terraform_{version}_SHA256SUMS',
      member: 'terraform',
      sha256: {
        amd64: '1ce994251c00281d6845f0f268637ba50c0005657eb3cf096b92f753b42ef4dc',
        arm64: 'a43d1d0da9b9bab214a8305a39db0e40869572594ccf50c416a7756499143633',
      },
      usualSeconds: 10,
    },
    source: {
      module: 'tools/terraform',
      package: 'github.com/hashicorp/terraform',
      ldflags: '-s -w -X github.com/hashicorp/terraform/version.dev=no',
      usualSeconds: 240,
    },
  },
  {
    ...wantedVersion('tofu', '1.12.6', 'exact'),
    release: {
      url: 'https://github.com/opentofu/opentofu/releases/download/v{version}/tofu_{version}_linux_{arch}.tar.gz',
      checksums:
        'https://github.com/opentofu/opentofu/releases/download/v{version}/tofu_{version}_SHA256SUMS',
      member: 'tofu',
      sha256: {
        amd64: '50a6106fa4de523d09c87af85f3db1dd47535fc005727fdca6852146476b88ec',
        arm64: '9bd0228a81bcd0c88f7045c74378f45a815779f19897191dff7d9efba9976b9e',
      },
      usualSeconds: 10,
    },
    source: {
      module: 'tools/opentofu',
      package: 'github.com/opentofu/opentofu/cmd/tofu',
      ldflags: '-s -w -X github.com/opentofu/opentofu/version.dev=no',
      usualSeconds: 300,
    },
  },
  // An S3 server for the lab: Terraform's state in a bucket, with its lock.
  {
    name: 'versitygw',
    version: VERSITYGW,
    check: { args: ['--version'], pattern: /^Version\s*: v?(?<version>\S+)/m },
    fits: 'exact',
    release: {
      url: 'https://github.com/versity/versitygw/releases/download/v{version}/versitygw_v{version}_Linux_{arch}.tar.gz',
      architectures: { amd64: 'x86_64', arm64: 'arm64' },
      checksums: 'https://github.com/versity/versitygw/releases/download/v{version}/checksums.txt',
      member: 'versitygw_v{version}_Linux_{arch}/versitygw',
      sha256: {
        amd64: '2ba2c734d10d2c4e651d03182cb4b246656bc735a2f282db7b0b73fba6073467',
        arm64: 'b34051d33f5a9c457f790896acb7bd7d7e15ad8d92efb70616b924f37e401910',
      },
      usualSeconds: 10,
    },
    source: {
      module: 'tools/versitygw',
      package: 'github.com/versity/versitygw/cmd/versitygw',
      ldflags: `-s -w -X main.Version=${VERSITYGW}`,
      usualSeconds: 110,
    },
  },
];

/**
 * The version rule for a program that is used in several versions, pinned or not.
 * @param version A minor, e.g. `1.13`, with `same-minor`; else exactly this one.
 */
export function wantedVersion(name: VersionedName, version: string, fits: 'exact' | 'same-minor'): Wanted {
  const floor = name === 'talosctl' ? TALOSCTL_FLOORS[minorOf(version)] : undefined;
  return { name, version, check: VERSION_CHECKS[name], fits, ...(floor ? { floor } : {}) };
}

function talosctl(version: string, module: string, usualSeconds: number): Pin {
  return {
    ...wantedVersion('talosctl', version, 'same-minor'),
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
