//! Go's `text/template` and the part of `fmt` that it needs, exactly as Go 1.26 has them.
//!
//! Pure: no input or output, clock, randomness or environment; it knows nothing of Helm.
//!
//! * [`Value`] is what templates work on; [`Object`] lets an embedder add its own types.
//! * [`Function`] is what templates call, with a Go-like [`Signature`], so that errors read as Go's do.

pub mod fmt;
pub mod strconv;
pub mod unicode;

mod builtin;
mod dispose;
mod error;
mod exec;
mod function;
mod lex;
mod list;
mod map;
mod memory;
mod node;
mod object;
mod parse;
mod stack;
mod string;
mod template;
mod types;
mod value;

pub use error::{ExecCause, ExecError, Limit, Location, ParseError};
pub use function::{
    Call, Function, FunctionBody, FunctionError, Functions, Method, MethodBody, Signature, TextError,
};
pub use list::List;
pub use map::Map;
pub use memory::Meter;
pub use object::Object;
pub use string::Str;
pub use template::{Limits, MissingKey, Template, TemplateSet};
pub use types::{FloatKind, IntKind, Kind, NamedType, Type, UintKind};
pub use value::Value;

/// The examples of the readme are tested.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
