//! Which type a scalar has.

use std::borrow::Cow;

use crate::number::{Integer, parse_decimal_float, parse_go_float, parse_go_integer, parse_radix};
use crate::timestamp::is_timestamp;
use crate::{Dialect, Error, ErrorKind};

/// The prefix of the tags that YAML itself defines.
const YAML_TAG: &str = "tag:yaml.org,2002:";

/// A scalar's value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Atom<'t> {
    Null,
    Bool(bool),
    Int(i64),
    /// An integer beyond the positive end of 64 signed bits.
    Uint(u64),
    Float(f64),
    Text(Cow<'t, str>),
    /// The content of `!!binary` that isn't UTF-8.
    Bytes(Vec<u8>),
    /// Text that names a point in time.
    Timestamp(&'t str),
}

/// The type that the text of a plain scalar has.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Plain {
    Null,
    Bool(bool),
    Integer(Integer),
    Float(f64),
    Timestamp,
    Text,
}

impl Plain {
    pub(crate) fn tag(self) -> &'static str {
        match self {
            Self::Null => "!!null",
            Self::Bool(_) => "!!bool",
            Self::Integer(_) => "!!int",
            Self::Float(_) => "!!float",
            Self::Timestamp => "!!timestamp",
            Self::Text => "!!str",
        }
    }

    fn atom(self, text: &str) -> Atom<'_> {
        match self {
            Self::Null => Atom::Null,
            Self::Bool(value) => Atom::Bool(value),
            Self::Integer(Integer::Signed(value)) => Atom::Int(value),
            Self::Integer(Integer::Unsigned(value)) => Atom::Uint(value),
            Self::Float(value) => Atom::Float(value),
            Self::Timestamp => Atom::Timestamp(text),
            Self::Text => Atom::Text(Cow::Borrowed(text)),
        }
    }
}

/// The value of a scalar with a tag.
pub(crate) fn resolve_tagged<'t>(dialect: Dialect, tag: &str, text: &'t str) -> Result<Atom<'t>, Error> {
    let plain = || resolve_plain(dialect, text);
    let name = tag_name(dialect, tag);
    let found = match name {
        Some("str") => return Ok(Atom::Text(Cow::Borrowed(text))),
        Some("binary") => return decode_binary(text),
        Some("bool" | "int" | "null" | "timestamp") => plain(),
        Some("float") => match plain() {
            Plain::Integer(Integer::Signed(value)) => return Ok(Atom::Float(value as f64)),
            found => found,
        },
        _ => return Ok(Atom::Text(Cow::Borrowed(text))),
    };
    // A timestamp is only looked for where one may be.
    let found = match found {
        Plain::Timestamp if name != Some("timestamp") => resolve_number(dialect, text),
        found => found,
    };
    if found.tag().strip_prefix("!!") == name {
        return Ok(found.atom(text));
    }
    Err(ErrorKind::Tag { found: found.tag(), text: text.to_owned(), wanted: short_tag(tag) }.into())
}

/// The name of a tag that YAML defines.
pub(crate) fn tag_name(dialect: Dialect, tag: &str) -> Option<&str> {
    tag.strip_prefix(YAML_TAG).or_else(|| match dialect {
        Dialect::V2 => None,
        Dialect::V3 => tag.strip_prefix("!!"),
    })
}

/// A tag with `!!` for the prefix of YAML's own.
pub(crate) fn short_tag(tag: &str) -> String {
    match tag.strip_prefix(YAML_TAG) {
        Some(name) => format!("!!{name}"),
        None => tag.to_owned(),
    }
}

fn decode_binary(text: &str) -> Result<Atom<'_>, Error> {
    let bytes = crate::base64::decode(text).ok_or(ErrorKind::Base64)?;
    Ok(match String::from_utf8(bytes) {
        Ok(text) => Atom::Text(Cow::Owned(text)),
        Err(error) => Atom::Bytes(error.into_bytes()),
    })
}

/// The value of a plain scalar without a tag.
pub(crate) fn resolve(dialect: Dialect, text: &str) -> Atom<'_> {
    resolve_plain(dialect, text).atom(text)
}

/// The type of a plain scalar without a tag.
pub(crate) fn resolve_plain(dialect: Dialect, text: &str) -> Plain {
    match text.as_bytes().first() {
        None => Plain::Null,
        Some(b'0'..=b'9' | b'+' | b'-') => {
            if is_timestamp(text) {
                return Plain::Timestamp;
            }
            resolve_number(dialect, text)
        }
        Some(b'.') => resolve_dotted(text),
        Some(b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O' | b'~') => {
            resolve_word(dialect, text)
        }
        _ => Plain::Text,
    }
}

fn resolve_word(dialect: Dialect, text: &str) -> Plain {
    match text {
        "true" | "True" | "TRUE" => Plain::Bool(true),
        "false" | "False" | "FALSE" => Plain::Bool(false),
        "~" | "null" | "Null" | "NULL" => Plain::Null,
        _ => match old_bool(text) {
            Some(value) if dialect == Dialect::V2 => Plain::Bool(value),
            _ => Plain::Text,
        },
    }
}

/// The words that are booleans in YAML 1.1 and text since.
pub(crate) fn old_bool(text: &str) -> Option<bool> {
    match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => Some(true),
        "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => Some(false),
        _ => None,
    }
}

fn resolve_dotted(text: &str) -> Plain {
    match text {
        ".nan" | ".NaN" | ".NAN" => Plain::Float(f64::NAN),
        ".inf" | ".Inf" | ".INF" => Plain::Float(f64::INFINITY),
        _ => parse_go_float(text).map_or(Plain::Text, Plain::Float),
    }
}

/// What begins with a digit or a sign.
fn resolve_number(dialect: Dialect, text: &str) -> Plain {
    match text {
        "+.inf" | "+.Inf" | "+.INF" => return Plain::Float(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => return Plain::Float(f64::NEG_INFINITY),
        _ => {}
    }
    let digits: Cow<'_, str> =
        if text.contains('_') { Cow::Owned(text.replace('_', "")) } else { Cow::Borrowed(text) };
    if let Some(value) = parse_go_integer(&digits) {
        return Plain::Integer(value);
    }
    if let Some(value) = parse_decimal_float(&digits) {
        return Plain::Float(value);
    }
    let binary = digits.strip_prefix("0b").and_then(|rest| parse_radix(rest, 2));
    let octal =
        digits.strip_prefix("0o").filter(|_| dialect == Dialect::V3).and_then(|rest| parse_radix(rest, 8));
    binary.or(octal).map_or(Plain::Text, Plain::Integer)
}
