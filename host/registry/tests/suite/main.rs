//! The registry client against servers that really answer.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests are tests")]

mod bench;
mod broker;
mod once;
mod pull;
