//! The registry client against servers that really answer.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "helpers of tests are tests"
)]

mod bench;
mod bucket;
mod endure;
mod hostile;
mod interop;
mod mirrors;
mod once;
mod pull;
mod push;
mod verify;
