//! Where random values come from: an argument of a render, so that the host can make keys at native speed and
//! an operator can choose values that stay the same from one render to the next.

use hmac::{Hmac, Mac};
use sha2::Sha256;

/// What kind of private key.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum KeyKind {
    /// RSA with this many bits.
    Rsa(u32),
    /// ECDSA on P-256.
    EcdsaP256,
    /// Ed25519.
    Ed25519,
}

/// Whether values differ from one render to the next.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    /// Each call gives other values, as in Helm.
    Random,
    /// The same label gives the same value in every render; certificates have a fixed validity.
    Stable,
}

/// Random bytes and keys could not be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no entropy for `{label}`: {reason}")]
pub struct EntropyError {
    /// What it was for.
    pub label: String,
    /// The source's words.
    pub reason: String,
}

/// A source of random bytes and private keys.
///
/// A label names one call of one render: the file, the function, its arguments, and which call of that kind it
/// is. It contains no secret.
pub trait Entropy {
    /// Whether the same label gives the same value in every render.
    fn mode(&self) -> Mode;

    /// `len` bytes for `label`.
    ///
    /// # Errors
    /// That the source has none to give.
    fn bytes(&self, label: &str, len: usize) -> Result<Vec<u8>, EntropyError>;

    /// A private key for `label`, as PKCS #8 DER; `None` where the source leaves it to the library to make one
    /// from [`Entropy::bytes`].
    ///
    /// # Errors
    /// That the source cannot make such a key.
    fn key(&self, label: &str, kind: KeyKind) -> Result<Option<Vec<u8>>, EntropyError>;
}

/// Stable entropy without a host: everything is derived from a key and the application's identity.
///
/// ```
/// # use helm::entropy::{Entropy, Stable};
/// let entropy = Stable::new(b"a key the operator holds", "argocd/guestbook");
/// assert_eq!(entropy.bytes("password", 8), entropy.bytes("password", 8));
/// assert_ne!(entropy.bytes("password", 8), entropy.bytes("token", 8));
/// ```
pub struct Stable {
    key: Hmac<Sha256>,
}

impl Stable {
    /// Values derived from `key` for `application`.
    #[must_use]
    pub fn new(key: &[u8], application: &str) -> Self {
        let mut outer = keyed(key);
        outer.update(application.as_bytes());
        Self { key: keyed(&outer.finalize().into_bytes()) }
    }
}

/// HMAC takes keys of any length.
fn keyed(key: &[u8]) -> Hmac<Sha256> {
    #[expect(clippy::expect_used, reason = "HMAC refuses no key: longer ones are hashed first")]
    Hmac::new_from_slice(key).expect("any length will do")
}

impl Entropy for Stable {
    fn mode(&self) -> Mode {
        Mode::Stable
    }

    /// HMAC in counter mode: block `n` is `HMAC(key, n, label)`.
    fn bytes(&self, label: &str, len: usize) -> Result<Vec<u8>, EntropyError> {
        let mut bytes = Vec::with_capacity(len + 32);
        for block in 0_u64.. {
            if bytes.len() >= len {
                break;
            }
            let mut mac = self.key.clone();
            mac.update(&block.to_be_bytes());
            mac.update(label.as_bytes());
            bytes.extend_from_slice(&mac.finalize().into_bytes());
        }
        bytes.truncate(len);
        Ok(bytes)
    }

    fn key(&self, _label: &str, _kind: KeyKind) -> Result<Option<Vec<u8>>, EntropyError> {
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stable_values_depend_on_key_application_and_label_alone() {
        let of =
            |key: &str, app: &str, label: &str| Stable::new(key.as_bytes(), app).bytes(label, 40).unwrap();
        let value = of("k", "a", "l");
        assert_eq!(value.len(), 40);
        assert_eq!(value, of("k", "a", "l"));
        for other in [of("K", "a", "l"), of("k", "A", "l"), of("k", "a", "L")] {
            assert_ne!(value, other);
        }
        assert_eq!(Stable::new(b"k", "a").bytes("l", 7).unwrap(), value[..7]);
    }
}
