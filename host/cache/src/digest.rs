//! A digest as the OCI image specification writes it: `algorithm:hex`.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest as _, Sha256, Sha512};

/// The algorithms that are accepted; every other one is refused before it reaches a URL or a path
/// (rule R20).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Algorithm {
    /// `sha256`, 64 hexadecimal digits.
    Sha256,
    /// `sha512`, 128 hexadecimal digits.
    Sha512,
}

impl Algorithm {
    const fn name(self) -> &'static str {
        match self {
            Self::Sha256 => "sha256",
            Self::Sha512 => "sha512",
        }
    }

    const fn hex_len(self) -> usize {
        match self {
            Self::Sha256 => 64,
            Self::Sha512 => 128,
        }
    }
}

/// A checked digest: a known algorithm and exactly as many lower-case hexadecimal digits as it has.
///
/// It is safe inside a URL path and a file name.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest {
    algorithm: Algorithm,
    hex: Box<str>,
}

/// A text that is no digest.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{text}` is not a digest: expected `sha256:` and 64, or `sha512:` and 128 lower-case hexadecimal digits"
)]
pub struct ParseDigestError {
    text: String,
}

// === impl Digest ===

impl Digest {
    /// The SHA-256 digest of `bytes`.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self::sha256(&Sha256::digest(bytes).into())
    }

    /// The digest whose SHA-256 value was computed elsewhere, while streaming.
    #[must_use]
    pub fn sha256(value: &[u8; 32]) -> Self {
        Self { algorithm: Algorithm::Sha256, hex: hex::encode(value).into() }
    }

    /// Whether `bytes` have this digest.
    #[must_use]
    pub fn matches(&self, bytes: &[u8]) -> bool {
        match self.algorithm {
            Algorithm::Sha256 => *self.hex == hex::encode(Sha256::digest(bytes)),
            Algorithm::Sha512 => *self.hex == hex::encode(Sha512::digest(bytes)),
        }
    }

    /// The algorithm before the colon.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The hexadecimal digits after the colon.
    #[must_use]
    pub fn hex(&self) -> &str {
        &self.hex
    }
}

impl FromStr for Digest {
    type Err = ParseDigestError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || ParseDigestError { text: text.chars().take(160).collect() };
        let (name, hex) = text.split_once(':').ok_or_else(wrong)?;
        let algorithm = [Algorithm::Sha256, Algorithm::Sha512]
            .into_iter()
            .find(|algorithm| algorithm.name() == name)
            .ok_or_else(wrong)?;
        let lower_hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        if hex.len() != algorithm.hex_len() || !hex.bytes().all(lower_hex) {
            return Err(wrong());
        }
        Ok(Self { algorithm, hex: hex.into() })
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.algorithm.name(), self.hex)
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_known_algorithms_of_exact_length_parse() {
        let good = Digest::of(b"abc").to_string();
        assert_eq!(good.parse::<Digest>().unwrap().to_string(), good);
        let upper = good.to_uppercase();
        for wrong in [
            "",
            "sha256",
            "sha256:",
            "sha256:abc",
            "md5:900150983cd24fb0d6963f7d28e17f72",
            &upper,
            "sha256:../../etc",
            &good[..70],
        ] {
            assert!(wrong.parse::<Digest>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn matches_compares_content() {
        let digest = Digest::of(b"abc");
        assert!(digest.matches(b"abc"));
        assert!(!digest.matches(b"abd"));
    }
}
