//! A registry for tests, in the process of the test: every kind of authentication, TLS with an
//! authority of its own, every style of pagination, and every way to misbehave.
//!
//! ```no_run
//! # async fn example() {
//! use test_registry::{Auth, Options, Registry, chart};
//!
//! let registry = Registry::start(Options { auth: Auth::token("user", "secret"), ..Options::default() }).await;
//! registry.push_chart("charts/app", "1.2.3", &chart::archive("app", "1.2.3", &[]));
//! assert_eq!(registry.requests().len(), 0);
//! # }
//! ```
//!
//! It shares no code with what it tests: digests, archives and answers are made here anew.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a library for tests alone: what it can't do fails the test"
)]

pub mod chart;

mod api;
mod auth;
mod content;
mod reply;
mod server;
mod tls;

pub use crate::auth::Auth;
pub use crate::content::{Content, digest};
pub use crate::reply::{Piece, Reply};
pub use crate::server::{Options, Pages, Registry, Seen};
pub use crate::tls::Authority;
