/** Programs that are used in several versions side by side, each for what runs or declares that version. */
export type VersionedName = 'talosctl' | 'terraform' | 'tofu';

/** Every outside program that Slipway or its lab runs and can download or build. */
export type BinaryName =
  | VersionedName
  | 'temporal'
  | 'etcd'
  | 'etcdutl'
  | 'kube-apiserver'
  | 'kube-controller-manager'
  | 'kube-scheduler'
  | 'kubectl'
  | 'versitygw';

/** Architectures that all releases are published for, by Go's names. */
export type Architecture = 'amd64' | 'arm64';

/** Which installed versions are accepted in place of the wanted one. `same-minor`: any release of that minor from the floor on. */
export type FitRule = 'exact' | 'within-one-minor' | 'same-minor';

/** The oldest release of a minor that will do. */
export interface Floor {
  /** Without `v`. */
  readonly version: string;
  /** What that release added, as the end of a sentence. */
  readonly why: string;
}

/** How to ask a program for its version, and how to read the answer. */
export interface VersionCheck {
  readonly args: readonly string[];
  /** Added to its environment, so that asking for a version does nothing else. */
  readonly env?: Readonly<Record<string, string>>;
  /** The first group is the version without `v`; whatever else must agree is in `details`. */
  readonly pattern: RegExp;
  /** Versions that are reported beside its own, e.g. Temporal's server; group → exact value. */
  readonly details?: Readonly<Record<string, string>>;
}

/** Where a published release is. `{version}` and `{arch}` are filled in. */
export interface Release {
  /** Ends in what it is: `.tar.gz`, `.zip`, or the program itself. */
  readonly url: string;
  /** What `{arch}` is where the release does not use Go's names. */
  readonly architectures?: Readonly<Record<Architecture, string>>;
  /** The release's own file of SHA-256 sums: lines of `sum  name`, or a single sum. */
  readonly checksums: string;
  /** Path of the program within the archive; undefined when the download is the program itself. */
  readonly member?: string;
  /** SHA-256 of the download where it is known in advance; takes precedence over `checksums`. */
  readonly sha256?: Readonly<Partial<Record<Architecture, string>>>;
  readonly usualSeconds: number;
}

/** How it is built where no release is available. */
export interface Source {
  /** Folder with the go.mod that pins it, relative to the project. */
  readonly module: string;
  readonly package: string;
  readonly ldflags: string;
  /** On two cores with a cold build cache, in the order of the table: later programs share packages with earlier ones. */
  readonly usualSeconds: number;
}

/** A program to search for, pinned or not. */
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

/** `1.13` of `1.13.9`. */
export function minorOf(version: string): string {
  return version.split('.').slice(0, 2).join('.');
}
