//! A content-addressed store: what is read out of it has the digest that was asked for.
//!
//! [`Store`] keeps two things in one directory that any number of processes share. *Blobs* are
//! immutable bytes under their digest; they are checked on the way in and again when a process
//! first reads them. *Records* are small values under a name, such as which digest a tag had; they
//! know their age, and whoever reads one decides how old is too old. A [`Lease`] lets one worker
//! fetch what many want.
//!
//! Behind the directory there may be a [`Shared`] store, which several machines have in common.
//!
//! A crash or a full disk at any moment leaves whole blobs and whole records or none. The crate
//! knows nothing of registries, credentials or the network, and depends on no other crate of this
//! workspace.

mod digest;
mod error;
mod eviction;
mod lease;
mod record;
mod shared;
mod store;
mod transfer;

pub use crate::digest::{Algorithm, Digest, ParseDigestError};
pub use crate::error::Error;
pub use crate::eviction::{Collected, Entry};
pub use crate::lease::Lease;
pub use crate::record::{Record, RecordKey};
pub use crate::shared::{Redis, Shared, SharedError};
pub use crate::store::{Config, Store};
