//! A content-addressed store: what is read out of it has the digest that was asked for.
//!
//! It knows nothing of registries, credentials or the network, and depends on no other crate of
//! this workspace.

mod digest;

pub use crate::digest::{Algorithm, Digest, ParseDigestError};
