//! OCI distribution and Helm repositories: resolve, pull, push, mirror, verify.
//!
//! [`Client`] answers three questions: which version is meant, which versions are there, and what
//! is in it. The way is always the same: a reference is parsed once, a tag becomes a digest once,
//! and everything after that is fetched, checked and cached by digest (rule R22). What a registry
//! says is data from an adversary: each document is read strictly, each size is held to its limit.
//!
//! ```text
//! ChartRequest ─▶ resolve (tags, ranges, mirrors) ─▶ manifest ─▶ layer ─▶ unpack ─▶ Chart
//!                     │ session: credentials, refusals     │
//!                     └─────────── network ────────────────┴──── cache
//! ```
//!
//! Whether a requester may see an artifact is proved to the registry by its own credential, and
//! remembered for that credential alone; bytes are shared, permission is not (rule R27).

mod anonymous;
mod archive;
mod blob;
mod chart;
mod client;
mod error;
mod helm;
mod index;
mod link;
mod manifest;
mod pull;
mod reference;
mod resolve;
mod session;
mod tags;

pub use crate::archive::{ArchiveError, File};
pub use crate::chart::Chart;
pub(crate) use crate::client::Services;
pub use crate::client::{
    Artifact, ChartRequest, Client, Config, Context, Freshness, IdentityCheck, Resolved, Source,
};
pub use crate::error::{Answer, Attempt, Error, Problem};
pub use crate::index::IndexError;
pub use crate::manifest::{Descriptor, ImageManifest, Manifest, ManifestError, media};
pub use crate::reference::{ParseReferenceError, Reference, Repository, Tag};
