//! YAML and JSON as Go programs read and write them: `go.yaml.in/yaml/v2` and `v3`,
//! `sigs.k8s.io/yaml` and `encoding/json`, byte for byte and error for error.
//!
//! For Helm, Kubernetes and what else is written in Go, YAML is what these libraries do,
//! which is neither YAML 1.1 nor 1.2. This crate does the same:
//!
//! * [`sigs`] reads and writes by way of JSON, as Helm's values, `toYaml` and `fromYaml`.
//! * [`v2`] and [`v3`] are go-yaml's own encoders and decoders.
//! * [`json`] is `encoding/json`.
//! * [`Parser`] gives the events of a stream with their places.
//!
//! A consumer makes and writes its own values through [`Build`] and [`Source`]; [`Value`] is
//! there for when that isn't needed. The crate has no state, does no IO and doesn't recurse:
//! time and memory are linear in the input, and the stack isn't, but for go-yaml's own limits
//! on aliases.

mod aliases;
mod base64;
mod build;
mod class;
mod cursor;
mod decode;
mod dialect;
mod emitter;
mod error;
mod event;
mod gosyntax;
mod head;
mod input;
pub mod json;
mod key_order;
mod mark;
mod number;
mod parser;
mod resolve;
mod scanner;
pub mod sigs;
mod tape;
mod text;
mod timestamp;
mod token;
pub mod v2;
pub mod v3;
mod value;

pub use build::{Build, Source, View};
pub use dialect::Dialect;
pub use error::{Error, ErrorKind};
pub use event::{Collection, Comments, Event, EventKind, Scalar};
pub use head::{Head, HeadMetadata};
pub use input::Input;
pub use mark::Mark;
pub use parser::Parser;
pub use token::ScalarStyle;
pub use value::{Value, Values};

/// The examples of the readme are tested.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
