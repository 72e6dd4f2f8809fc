//! What the embedder decides: sizes of the sandbox, and limits of one call.

use std::path::PathBuf;
use std::time::Duration;

use crate::mac::MacKey;

const MIB: u64 = 1 << 20;

/// Sizes that hold for every plugin of a [`Sandbox`](crate::Sandbox).
#[derive(Clone, Debug)]
pub struct Config {
    /// How many calls may run at once; further ones wait within their own deadline.
    pub concurrency: u32,
    /// The most memory in bytes that any call may be granted. Address space is reserved for it.
    pub memory: u64,
    /// Where compiled components are kept between starts; nowhere if absent.
    pub artifacts: Option<Artifacts>,
}

/// A directory of compiled components and the key that vouches for them.
#[derive(Clone, Debug)]
pub struct Artifacts {
    /// Directory, made when it does not exist. Only this process may write to it.
    pub directory: PathBuf,
    /// Signs what is written and is asked before anything is loaded.
    pub key: MacKey,
}

/// What one call may use. Every limit is enforced by the host, whatever the plugin does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// All memories and tables of the instance together, in bytes.
    pub memory: u64,
    /// Time spent computing, measured in [`Limits::TICK`]s.
    pub cpu: Duration,
    /// Time from start to end, waiting included.
    pub wall: Duration,
    /// All texts that the plugin answers with, in bytes. It also bounds what a plugin hands over in
    /// one host call.
    pub output: u64,
    /// Messages and fields given to `log`, in bytes. What exceeds them is dropped and counted.
    pub log: u64,
    /// How often the plugin may ask the host for something.
    pub host_calls: u64,
    /// How many handles (charts, blobs, credentials, streams) the plugin may hold at once.
    pub handles: u32,
}

// === impl Config ===

impl Config {
    /// Bytes of stack that a guest has. Helm's templates include each other without end; Go's own
    /// limit of a gigabyte is far beyond what a chart that works has ever needed.
    pub const STACK: u64 = 16 * MIB;

    /// A sandbox for `concurrency` calls at once that keeps no compiled components.
    #[must_use]
    pub const fn new(concurrency: u32) -> Self {
        Self { concurrency, memory: 1024 * MIB, artifacts: None }
    }

    /// Keeps compiled components in `artifacts`.
    #[must_use]
    pub fn with_artifacts(self, artifacts: Artifacts) -> Self {
        Self { artifacts: Some(artifacts), ..self }
    }
}

// === impl Limits ===

impl Limits {
    /// The unit in which computing time is measured and enforced.
    pub const TICK: Duration = Duration::from_millis(10);

    /// The limits of a plugin for which the operator wrote none.
    pub const DEFAULT: Self = Self {
        memory: 512 * MIB,
        cpu: Duration::from_secs(20),
        wall: Duration::from_secs(60),
        output: 64 * MIB,
        log: MIB,
        host_calls: 10_000,
        handles: 1_000,
    };
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}
