//! Small pieces of Go's text handling.

use gotemplate::Value;

/// A Go string literal, as `%q` prints it.
pub(crate) fn quote(text: &str) -> String {
    gotemplate::strconv::quote(text.as_bytes())
}

/// A value as Go's verb prints it.
pub(crate) fn printed(verb: &str, value: &Value) -> String {
    gotemplate::fmt::sprintf(verb.as_bytes(), std::slice::from_ref(value)).to_str_lossy().into_owned()
}
