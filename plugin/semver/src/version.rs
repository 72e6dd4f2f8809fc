//! One semantic version.

use std::cmp::Ordering;
use std::fmt;

use crate::error::MAX_VERSION;
use crate::scan::{Cursor, Parts};
use crate::{Edition, Error};

/// One semantic version, and the text it was read from.
///
/// It has no `Ord`: versions that differ in build metadata alone have the same precedence without being equal.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Version {
    major: u64,
    minor: u64,
    patch: u64,
    pre: String,
    metadata: String,
    original: String,
}

impl Version {
    /// Reads a version loosely: a leading `v`, missing minor or patch numbers and leading zeros are accepted.
    ///
    /// # Errors
    /// When the text has not the shape of a version, a number leaves 64 bits, or a numeric identifier of the
    /// pre-release starts with a zero.
    pub fn parse(text: &str) -> Result<Self, Error> {
        Self::parse_as(text, Edition::default())
    }

    /// Reads a version loosely, as the given edition does.
    ///
    /// # Errors
    /// As [`Version::parse`]; editions before 3.5 take any length.
    pub fn parse_as(text: &str, edition: Edition) -> Result<Self, Error> {
        if edition.limits_length() && text.len() > MAX_VERSION {
            return Err(Error::VersionTooLong);
        }
        let mut cursor = Cursor::new(text, 0);
        let parts = cursor.version(|byte| byte.is_ascii_digit()).ok_or(Error::InvalidVersion)?;
        if !cursor.at_end() {
            return Err(Error::InvalidVersion);
        }
        Self::from_parts(text, &parts)
    }

    fn from_parts(text: &str, parts: &Parts<'_>) -> Result<Self, Error> {
        let version = Self {
            major: number(parts.major)?,
            minor: parts.minor.map_or(Ok(0), number)?,
            patch: parts.patch.map_or(Ok(0), number)?,
            pre: parts.pre.unwrap_or_default().to_owned(),
            metadata: parts.metadata.unwrap_or_default().to_owned(),
            original: text.to_owned(),
        };
        parts.pre.map_or(Ok(()), check_prerelease)?;
        Ok(version)
    }

    /// Reads a version strictly: three numbers, no leading zeros, no leading `v`. Tags of registries are read this way.
    ///
    /// # Errors
    /// When the text is anything but a semantic version.
    pub fn parse_strict(text: &str) -> Result<Self, Error> {
        if text.is_empty() {
            return Err(Error::EmptyVersion);
        }
        if text.len() > MAX_VERSION {
            return Err(Error::VersionTooLong);
        }
        let mut dots = text.splitn(3, '.');
        let (Some(major), Some(minor), Some(rest)) = (dots.next(), dots.next(), dots.next()) else {
            return Err(Error::InvalidVersion);
        };
        let (rest, metadata) = rest.split_once('+').map_or((rest, None), |(rest, found)| (rest, Some(found)));
        metadata.map_or(Ok(()), check_metadata)?;
        let (patch, pre) = rest.split_once('-').map_or((rest, None), |(rest, found)| (rest, Some(found)));
        pre.map_or(Ok(()), check_prerelease)?;
        for part in [major, minor, patch] {
            check_number(part)?;
        }
        Self::from_parts(text, &Parts { text, major, minor: Some(minor), patch: Some(patch), pre, metadata })
    }

    /// The major number.
    #[must_use]
    pub fn major(&self) -> u64 {
        self.major
    }

    /// The minor number; 0 when the text had none.
    #[must_use]
    pub fn minor(&self) -> u64 {
        self.minor
    }

    /// The patch number; 0 when the text had none.
    #[must_use]
    pub fn patch(&self) -> u64 {
        self.patch
    }

    /// The pre-release without its `-`; empty when there is none.
    #[must_use]
    pub fn prerelease(&self) -> &str {
        &self.pre
    }

    /// The build metadata without its `+`; empty when there is none.
    #[must_use]
    pub fn metadata(&self) -> &str {
        &self.metadata
    }

    /// The text the version was read from.
    #[must_use]
    pub fn original(&self) -> &str {
        &self.original
    }

    /// The order of versions (semver.org §11); build metadata is ignored.
    #[must_use]
    pub fn precedence(&self, other: &Self) -> Ordering {
        let numbers = |version: &Self| (version.major, version.minor, version.patch);
        numbers(self).cmp(&numbers(other)).then_with(|| prerelease_precedence(&self.pre, &other.pre))
    }

    /// The next patch version, or the version itself without its pre-release.
    ///
    /// # Errors
    /// When the number leaves 64 bits.
    pub fn next_patch(&self) -> Result<Self, Error> {
        let step = u64::from(self.pre.is_empty());
        let patch = self.patch.checked_add(step).ok_or(Error::Overflow("patch"))?;
        Ok(self.with(self.major, self.minor, patch, "", ""))
    }

    /// The next minor version.
    ///
    /// # Errors
    /// When the number leaves 64 bits.
    pub fn next_minor(&self) -> Result<Self, Error> {
        let minor = self.minor.checked_add(1).ok_or(Error::Overflow("minor"))?;
        Ok(self.with(self.major, minor, 0, "", ""))
    }

    /// The next major version.
    ///
    /// # Errors
    /// When the number leaves 64 bits.
    pub fn next_major(&self) -> Result<Self, Error> {
        let major = self.major.checked_add(1).ok_or(Error::Overflow("major"))?;
        Ok(self.with(major, 0, 0, "", ""))
    }

    /// The version with another pre-release, given without `-`; an empty one removes it.
    ///
    /// # Errors
    /// When the text is not a pre-release.
    pub fn with_prerelease(&self, pre: &str) -> Result<Self, Error> {
        if !pre.is_empty() {
            check_prerelease(pre)?;
        }
        Ok(self.with(self.major, self.minor, self.patch, pre, &self.metadata))
    }

    /// The version with other build metadata, given without `+`; empty metadata removes it.
    ///
    /// # Errors
    /// When the text is not build metadata.
    pub fn with_metadata(&self, metadata: &str) -> Result<Self, Error> {
        if !metadata.is_empty() {
            check_metadata(metadata)?;
        }
        Ok(self.with(self.major, self.minor, self.patch, &self.pre, metadata))
    }

    /// A derived version; its original text keeps a leading `v`.
    fn with(&self, major: u64, minor: u64, patch: u64, pre: &str, metadata: &str) -> Self {
        let mut derived = Self {
            major,
            minor,
            patch,
            pre: pre.to_owned(),
            metadata: metadata.to_owned(),
            original: String::new(),
        };
        let prefix = if self.original.starts_with('v') { "v" } else { "" };
        derived.original = format!("{prefix}{derived}");
        derived
    }
}

/// The version in its normal form, without a leading `v`.
impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)?;
        if !self.pre.is_empty() {
            write!(f, "-{}", self.pre)?;
        }
        if !self.metadata.is_empty() {
            write!(f, "+{}", self.metadata)?;
        }
        Ok(())
    }
}

fn number(digits: &str) -> Result<u64, Error> {
    digits.parse().map_err(|_| Error::NumberRange(digits.to_owned()))
}

fn check_number(digits: &str) -> Result<(), Error> {
    match digits.as_bytes() {
        [b'0', _, ..] if digits.bytes().all(|byte| byte.is_ascii_digit()) => Err(Error::LeadingZero),
        // The Go library finds out only when it converts the empty text.
        [] => Err(Error::InvalidCharacters),
        bytes if bytes.iter().all(u8::is_ascii_digit) => Ok(()),
        _ => Err(Error::InvalidCharacters),
    }
}

fn is_identifier(part: &str) -> bool {
    !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

fn check_prerelease(pre: &str) -> Result<(), Error> {
    for part in pre.split('.') {
        if !is_identifier(part) {
            return Err(Error::InvalidPrerelease);
        }
        if part.len() > 1 && part.starts_with('0') && part.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(Error::LeadingZero);
        }
    }
    Ok(())
}

fn check_metadata(metadata: &str) -> Result<(), Error> {
    if metadata.split('.').all(is_identifier) { Ok(()) } else { Err(Error::InvalidMetadata) }
}

/// The order of two pre-releases; none at all is the highest.
pub(crate) fn prerelease_precedence(left: &str, right: &str) -> Ordering {
    match (left.is_empty(), right.is_empty()) {
        (true, true) => Ordering::Equal,
        (true, false) => Ordering::Greater,
        (false, true) => Ordering::Less,
        (false, false) => identifiers_precedence(left, right),
    }
}

/// The order of two lists of identifiers; a list is higher than its own beginning.
pub(crate) fn identifiers_precedence(left: &str, right: &str) -> Ordering {
    let (mut left, mut right) = (left.split('.'), right.split('.'));
    loop {
        match (left.next(), right.next()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(one), Some(other)) if one == other => {}
            (Some(one), Some(other)) => return identifier_precedence(one, other),
        }
    }
}

/// The order of two different identifiers. Numbers that leave 64 bits are compared as text, as in Go; two that are
/// equal as numbers but not as text (`1` and `01`) can't be told apart there either, and the left one comes first.
fn identifier_precedence(left: &str, right: &str) -> Ordering {
    match (left.parse::<u64>(), right.parse::<u64>()) {
        (Ok(one), Ok(other)) if one > other => Ordering::Greater,
        (Ok(_), Ok(_) | Err(_)) => Ordering::Less,
        (Err(_), Ok(_)) => Ordering::Greater,
        (Err(_), Err(_)) => left.cmp(right),
    }
}
