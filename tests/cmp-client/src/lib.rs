//! The plugin sockets as argocd-repo-server uses them, down to the frames of HTTP/2 where that matters.
//!
//! It shares no code with what it tests: messages, archives and frames are made here anew.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a library for tests alone: what it can't do fails the test"
)]

mod archive;
mod connection;
mod message;
mod upload;

pub use crate::archive::{Archive, noise, tgz};
pub use crate::connection::{Answer, Coding, Connection};
pub use crate::message::{
    Announcement, Announcements, AppStreamRequest, CHECK, Check, EnvEntry, File, GENERATE, MATCH, Manifests,
    Metadata, PARAMETERS, Repository, encoded,
};
pub use crate::upload::{Upload, chunk};
