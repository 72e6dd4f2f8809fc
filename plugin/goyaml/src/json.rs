//! `encoding/json`.

mod decode;
mod encode;
mod scan;

pub use self::decode::{DecodeError, decode};
pub use self::encode::{EncodeError, encode, encode_indented};

/// Whether `<`, `>` and `&` are escaped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Escape {
    /// They are, as by `json.Marshal`.
    Html,
    /// They aren't, as by an `Encoder` with `SetEscapeHTML(false)`.
    Minimal,
}
