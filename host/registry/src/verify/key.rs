//! Public keys as cosign writes them.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::signature::{ECDSA_P256_SHA256_ASN1, ED25519, UnparsedPublicKey, VerificationAlgorithm};

/// What precedes the point in the `SubjectPublicKeyInfo` of a P-256 key (RFC 5480).
const P256: &[u8] = &[
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86,
    0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];

/// What precedes the key in the `SubjectPublicKeyInfo` of an Ed25519 key (RFC 8410).
const ED25519_PREFIX: &[u8] = &[0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

/// A public key that signatures are checked with.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey {
    kind: Kind,
    bytes: Vec<u8>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    P256,
    Ed25519,
}

/// A key that can't be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is not the PEM form of a P-256 or Ed25519 public key")]
pub struct KeyError;

// === impl PublicKey ===

impl PublicKey {
    /// Reads `-----BEGIN PUBLIC KEY-----`, as `cosign generate-key-pair` writes `cosign.pub`.
    pub fn from_pem(text: &str) -> Result<Self, KeyError> {
        let body = text.trim().strip_prefix("-----BEGIN PUBLIC KEY-----").ok_or(KeyError)?;
        let body = body.strip_suffix("-----END PUBLIC KEY-----").ok_or(KeyError)?;
        let lines: String = body.split_ascii_whitespace().collect();
        let der = STANDARD.decode(lines).map_err(|_| KeyError)?;
        let of = |kind: Kind, prefix: &[u8], length: usize| {
            let bytes = der.strip_prefix(prefix).filter(|bytes| bytes.len() == length)?;
            Some(Self { kind, bytes: bytes.to_vec() })
        };
        of(Kind::P256, P256, 65).or_else(|| of(Kind::Ed25519, ED25519_PREFIX, 32)).ok_or(KeyError)
    }

    /// Whether `signature` over `message` is by this key.
    #[must_use]
    pub(crate) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        let algorithm: &'static dyn VerificationAlgorithm = match self.kind {
            Kind::P256 => &ECDSA_P256_SHA256_ASN1,
            Kind::Ed25519 => &ED25519,
        };
        UnparsedPublicKey::new(algorithm, &self.bytes).verify(message, signature).is_ok()
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(&self.bytes))
    }
}
