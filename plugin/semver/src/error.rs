//! Why a text is not a version or not a constraint.

use std::fmt;

use crate::Edition;

/// The longest version text, in bytes.
pub(crate) const MAX_VERSION: usize = 256;
/// The longest constraint text, in bytes.
pub(crate) const MAX_CONSTRAINT: usize = 512;
/// The most alternatives (`||`) of a constraint.
pub(crate) const MAX_GROUPS: usize = 32;

/// Why a text is not a version or not a constraint; printed in the words of the newest [`Edition`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// The text does not have the shape of a version.
    InvalidVersion,
    /// The text is empty.
    EmptyVersion,
    /// A number of a strict version has other characters than digits.
    InvalidCharacters,
    /// A number starts with a zero where that isn't allowed.
    LeadingZero,
    /// The build metadata has an empty part, or characters outside `0-9A-Za-z-`.
    InvalidMetadata,
    /// The pre-release has an empty part, or characters outside `0-9A-Za-z-`.
    InvalidPrerelease,
    /// A number of a version does not fit 64 bits.
    NumberRange(String),
    /// The version is longer than 256 bytes.
    VersionTooLong,
    /// This part of a constraint does not have the shape of one.
    ImproperConstraint(String),
    /// A constraint has the right shape, but its version cannot be read.
    ConstraintVersion,
    /// The constraint is longer than 512 bytes.
    ConstraintTooLong,
    /// The constraint has more than 32 alternatives.
    TooManyAlternatives,
    /// Incrementing this part (`major`, `minor` or `patch`) leaves 64 bits.
    Overflow(&'static str),
}

impl Error {
    /// The text in the words of the given edition.
    #[must_use]
    pub fn wording(&self, edition: Edition) -> String {
        match self {
            Self::ImproperConstraint(text) if edition < Edition::V3_5 => {
                format!("improper constraint: {text}")
            }
            _ if edition > Edition::V3_3 => self.to_string(),
            Self::InvalidVersion => "Invalid Semantic Version".to_owned(),
            Self::EmptyVersion => "Version string empty".to_owned(),
            Self::InvalidCharacters => "Invalid characters in version".to_owned(),
            Self::LeadingZero => "Version segment starts with 0".to_owned(),
            Self::InvalidMetadata => "Invalid Metadata string".to_owned(),
            Self::InvalidPrerelease => "Invalid Prerelease string".to_owned(),
            Self::NumberRange(number) => {
                format!(
                    "Error parsing version segment: strconv.ParseUint: parsing {}: value out of range",
                    quote(number)
                )
            }
            Self::ConstraintVersion => "constraint Parser Error".to_owned(),
            _ => self.to_string(),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InvalidVersion => f.write_str("invalid semantic version"),
            Self::EmptyVersion => f.write_str("version string empty"),
            Self::InvalidCharacters => f.write_str("invalid characters in version"),
            Self::LeadingZero => f.write_str("version segment starts with 0"),
            Self::InvalidMetadata => f.write_str("invalid metadata string"),
            Self::InvalidPrerelease => f.write_str("invalid prerelease string"),
            Self::NumberRange(number) => {
                write!(
                    f,
                    "error parsing version segment: strconv.ParseUint: parsing {}: value out of range",
                    quote(number)
                )
            }
            Self::VersionTooLong => write!(f, "version string is too long (max {MAX_VERSION} bytes)"),
            Self::ImproperConstraint(text) => write!(f, "improper constraint: {}", quote(text)),
            Self::ConstraintVersion => f.write_str("constraint parser error"),
            Self::ConstraintTooLong => {
                write!(f, "constraint string is too long (max {MAX_CONSTRAINT} bytes)")
            }
            Self::TooManyAlternatives => write!(f, "too many constraint groups (max {MAX_GROUPS})"),
            Self::Overflow(part) => write!(f, "{part} version increment would overflow uint64"),
        }
    }
}

impl std::error::Error for Error {}

/// The text as Go's `%q` prints it.
fn quote(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for character in text.chars() {
        push_quoted(&mut quoted, character);
    }
    quoted.push('"');
    quoted
}

fn push_quoted(quoted: &mut String, character: char) {
    match character {
        '"' | '\\' => quoted.extend(['\\', character]),
        '\u{7}' => quoted.push_str("\\a"),
        '\u{8}' => quoted.push_str("\\b"),
        '\u{b}' => quoted.push_str("\\v"),
        '\u{c}' => quoted.push_str("\\f"),
        '\n' => quoted.push_str("\\n"),
        '\r' => quoted.push_str("\\r"),
        '\t' => quoted.push_str("\\t"),
        '\0'..'\u{20}' | '\u{7f}' => quoted.push_str(&format!("\\x{:02x}", u32::from(character))),
        // Rust's idea of a printable character is Unicode's, as is Go's.
        _ if character.is_ascii() || !character.escape_debug().to_string().starts_with("\\u") => {
            quoted.push(character)
        }
        '\u{10000}'.. => quoted.push_str(&format!("\\U{:08x}", u32::from(character))),
        _ => quoted.push_str(&format!("\\u{:04x}", u32::from(character))),
    }
}
