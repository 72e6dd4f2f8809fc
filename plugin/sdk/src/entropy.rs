//! Random bytes and keys. The operator chooses whether they are stable (the same application and label
//! give the same value at every render) or random.

use crate::Failure;
use crate::backend;

pub use crate::bindings::tiphys::plugin::entropy::KeyKind;

/// Whether values are stable.
#[must_use]
pub fn stable() -> bool {
    backend::entropy::stable()
}

/// `len` bytes for `label`, at most a mebibyte. Where entropy is random, each call gives others.
#[must_use]
pub fn bytes(label: &str, len: u32) -> Vec<u8> {
    backend::entropy::bytes(label, len)
}

/// A private key in PKCS #8 DER, made at native speed.
///
/// # Errors
///
/// Fails if the host makes no such key.
pub fn generate_key(label: &str, kind: KeyKind) -> Result<Vec<u8>, Failure> {
    backend::entropy::generate_key(label, kind)
}
