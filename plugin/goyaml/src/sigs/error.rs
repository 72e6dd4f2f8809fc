//! What can go wrong on the way through JSON.

use crate::Error;

/// Why a document can't be decoded, with the text of `sigs.k8s.io/yaml`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// The document isn't YAML.
    #[error("error converting YAML to JSON: {0}")]
    Yaml(#[from] Error),
    /// A key is null or an integer beyond `i64`; Go's syntax for it and its value.
    #[error("error converting YAML to JSON: unsupported map key of type: {kind}, key: {key}, value: {value}")]
    Key {
        /// The key's type.
        kind: &'static str,
        /// The key.
        key: String,
        /// What it's the key of.
        value: String,
    },
    /// A number is infinite or none: `+Inf`, `-Inf` or `NaN`.
    #[error("error converting YAML to JSON: json: unsupported value: {0}")]
    Number(&'static str),
    /// Collections nest more than 10,000 levels deep.
    #[error("error unmarshaling JSON: while decoding JSON: exceeded max depth")]
    Depth,
    /// A value doesn't fit the Go type that it's decoded into.
    #[error("error unmarshaling JSON: while decoding JSON: json: cannot unmarshal {found} into Go {}", Place(.field.as_deref(), .target))]
    Type {
        /// The kind of the JSON value.
        found: &'static str,
        /// The Go type.
        target: String,
        /// The field, behind the name of its struct.
        field: Option<String>,
    },
}

struct Place<'a>(Option<&'a str>, &'a str);

impl std::fmt::Display for Place<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            Some(field) => write!(formatter, "struct field {field} of type {}", self.1),
            None => write!(formatter, "value of type {}", self.1),
        }
    }
}

/// Why a value can't be written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// JSON can't express the value.
    #[error("error marshaling into JSON: {0}")]
    Json(#[from] crate::json::EncodeError),
    /// The JSON isn't YAML, for example because of a key of more than 1024 characters.
    #[error(transparent)]
    Yaml(#[from] Error),
}
