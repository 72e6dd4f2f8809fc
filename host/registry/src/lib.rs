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
mod bucket;
mod chart;
mod client;
mod error;
#[cfg(fuzzing)]
pub mod fuzzing;
mod helm;
mod image;
mod index;
mod json;
mod layout;
mod link;
mod manifest;
mod metadata;
mod mirror;
mod package;
mod pull;
mod push;
mod reference;
mod resolve;
mod session;
mod tags;
mod verify;

pub use crate::archive::{ArchiveError, File};
pub use crate::bucket::Bucket;
pub use crate::chart::Chart;
pub(crate) use crate::client::Services;
pub use crate::client::{
    Artifact, ChartArchive, ChartRequest, Client, Config, Context, Freshness, IdentityCheck, Pushed,
    Resolved, Source,
};
pub use crate::error::{Answer, Attempt, Error, Problem};
pub use crate::image::Image;
pub use crate::index::IndexError;
pub use crate::layout::{Layout, LayoutError};
pub use crate::manifest::{Descriptor, ImageManifest, Manifest, ManifestError, media};
pub use crate::mirror::{Mirror, MirrorTrust};
pub use crate::package::{Overrides, PackageError, Packaged, package};
pub use crate::reference::{ParseReferenceError, Reference, Repository, Tag};
pub use crate::verify::{
    IdentityError, KeyError, Keyring, KeyringError, ProvenanceError, PublicKey, Signer, SigstoreIdentity,
    TrustRoot, VerifyError, VerifyPolicy,
};
pub use policy::Pattern;
