//! `entropy`: random values, new at every render or the same for the same application and label.
//!
//! A stable value is an HMAC of a key that only the host holds, so that knowing the application and
//! the label does not tell it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use hmac::{Hmac, Mac as _};
use pkcs8::EncodePrivateKey as _;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{RngCore as _, SeedableRng as _};
use sandbox::capability::entropy::Entropy;
use sandbox::{Application, Failure, KeyKind};
use sha2::{Digest as _, Sha256};

/// Keys that are kept so that an unchanged application does not make them again. An RSA key of 4096
/// bits takes seconds; its PKCS #8 form has 2.3 KiB.
const KEPT_KEYS: usize = 4096;

/// How random values are made.
#[derive(Clone)]
pub enum EntropyMode {
    /// New ones at every render.
    Random,
    /// The same application and label give the same value at every render.
    Stable(Key),
}

/// What stable values are derived from, and the private keys that were made of it.
#[derive(Clone)]
pub struct Key(Arc<Held>);

struct Held {
    hmac: Hmac<Sha256>,
    made: Mutex<HashMap<[u8; 32], Vec<u8>>>,
}

/// New values at every render.
struct Random;

/// Values that follow from the key, the application and the label.
struct Stable {
    key: Key,
    application: String,
}

// === impl Key ===

impl Key {
    /// A key of any length; 32 bytes or more are as good as it gets.
    #[must_use]
    pub fn new(secret: &[u8]) -> Self {
        // HMAC takes a key of one block as it is: hashing first makes it take one of any length.
        let hmac = Hmac::new(&padded(&Sha256::digest(secret)));
        Self(Arc::new(Held { hmac, made: Mutex::default() }))
    }

    fn seed(&self, application: &str, label: &str) -> [u8; 32] {
        let mut hmac = self.0.hmac.clone();
        hmac.update(&(application.len() as u64).to_be_bytes());
        hmac.update(application.as_bytes());
        hmac.update(label.as_bytes());
        hmac.finalize().into_bytes().into()
    }

    fn kept(&self, seed: &[u8; 32]) -> Option<Vec<u8>> {
        self.0.made.lock().unwrap_or_else(PoisonError::into_inner).get(seed).cloned()
    }

    fn keep(&self, seed: [u8; 32], key: Vec<u8>) {
        let mut made = self.0.made.lock().unwrap_or_else(PoisonError::into_inner);
        if made.len() >= KEPT_KEYS {
            made.clear();
        }
        made.insert(seed, key);
    }
}

fn padded(digest: &[u8]) -> hmac::digest::generic_array::GenericArray<u8, hmac::digest::consts::U64> {
    let mut block = hmac::digest::generic_array::GenericArray::default();
    block.iter_mut().zip(digest).for_each(|(to, from)| *to = *from);
    block
}

// === impl EntropyMode ===

impl EntropyMode {
    pub(crate) fn for_application(&self, application: &Application) -> Arc<dyn Entropy> {
        match self {
            Self::Random => Arc::new(Random),
            Self::Stable(key) => Arc::new(Stable { key: key.clone(), application: identity(application) }),
        }
    }
}

/// What makes an application itself: neither its revision nor its source, which change.
fn identity(application: &Application) -> String {
    format!(
        "{}\n{}\n{}",
        application.project.as_deref().unwrap_or_default(),
        application.namespace,
        application.name
    )
}

#[async_trait]
impl Entropy for Random {
    fn stable(&self) -> bool {
        false
    }

    fn bytes(&self, _label: &str, len: u32) -> Vec<u8> {
        filled(fresh_seed(), len)
    }

    async fn generate_key(&self, _label: &str, kind: KeyKind) -> Result<Vec<u8>, Failure> {
        off_thread(fresh_seed(), kind).await
    }
}

#[async_trait]
impl Entropy for Stable {
    fn stable(&self) -> bool {
        true
    }

    fn bytes(&self, label: &str, len: u32) -> Vec<u8> {
        filled(self.key.seed(&self.application, label), len)
    }

    async fn generate_key(&self, label: &str, kind: KeyKind) -> Result<Vec<u8>, Failure> {
        let seed = self.key.seed(&self.application, &format!("{kind:?} {label}"));
        if let Some(key) = self.key.kept(&seed) {
            return Ok(key);
        }
        let key = off_thread(seed, kind).await?;
        self.key.keep(seed, key.clone());
        Ok(key)
    }
}

fn filled(seed: [u8; 32], len: u32) -> Vec<u8> {
    let mut bytes = vec![0; len as usize];
    ChaCha20Rng::from_seed(seed).fill_bytes(&mut bytes);
    bytes
}

/// A seed that nobody can guess.
fn fresh_seed() -> [u8; 32] {
    let mut seed = [0; 32];
    #[expect(
        clippy::expect_used,
        reason = "a system without randomness must not hand out guessable secrets"
    )]
    getrandom::fill(&mut seed).expect("the system has randomness");
    seed
}

/// Makes a key on a thread that may be busy for long.
async fn off_thread(seed: [u8; 32], kind: KeyKind) -> Result<Vec<u8>, Failure> {
    let made = tokio::task::spawn_blocking(move || make(ChaCha20Rng::from_seed(seed), kind)).await;
    made.unwrap_or_else(|error| Err(error.to_string())).map_err(|reason| Failure {
        blame: sandbox::Blame::Platform,
        message: format!("failed to make a private key: {reason}"),
        hint: None,
        location: None,
    })
}

/// A private key in PKCS #8 DER that follows from `rng` alone.
fn make(mut rng: ChaCha20Rng, kind: KeyKind) -> Result<Vec<u8>, String> {
    let document = match kind {
        KeyKind::Rsa(bits @ (2048 | 3072 | 4096)) => {
            let key = rsa::RsaPrivateKey::new(&mut rng, bits as usize).map_err(|error| error.to_string())?;
            key.to_pkcs8_der()
        }
        KeyKind::Rsa(bits) => return Err(format!("RSA keys have 2048, 3072 or 4096 bits, not {bits}")),
        KeyKind::EcdsaP256 => p256::SecretKey::random(&mut rng).to_pkcs8_der(),
        KeyKind::Ed25519 => ed25519_dalek::SigningKey::generate(&mut rng).to_pkcs8_der(),
    };
    document.map(|document| document.as_bytes().to_vec()).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stable(secret: &str, application: &str) -> Stable {
        Stable { key: Key::new(secret.as_bytes()), application: application.to_owned() }
    }

    #[test]
    fn stable_bytes_depend_on_key_application_and_label_alone() {
        let bytes =
            |secret: &str, application: &str, label: &str| stable(secret, application).bytes(label, 32);
        assert_eq!(bytes("k", "shop", "password"), bytes("k", "shop", "password"));
        for other in
            [bytes("x", "shop", "password"), bytes("k", "shup", "password"), bytes("k", "shop", "token")]
        {
            assert_ne!(other, bytes("k", "shop", "password"));
        }
        // The border between application and label is part of what is hashed.
        assert_ne!(bytes("k", "shop", "a"), bytes("k", "sho", "pa"));
    }

    #[test]
    fn random_bytes_differ() {
        assert_ne!(Random.bytes("password", 32), Random.bytes("password", 32));
    }

    #[tokio::test]
    async fn stable_keys_are_the_same_whoever_makes_them() {
        for kind in [KeyKind::EcdsaP256, KeyKind::Ed25519, KeyKind::Rsa(2048)] {
            let first = stable("k", "shop").generate_key("ca", kind).await.unwrap();
            let second = stable("k", "shop").generate_key("ca", kind).await.unwrap();
            assert_eq!(first, second, "{kind:?}");
            assert_ne!(first, stable("k", "shop").generate_key("tls", kind).await.unwrap(), "{kind:?}");
        }
    }

    #[tokio::test]
    async fn weak_keys_are_refused() {
        let error = Random.generate_key("ca", KeyKind::Rsa(1024)).await.unwrap_err();
        assert_eq!(
            error.message,
            "failed to make a private key: RSA keys have 2048, 3072 or 4096 bits, not 1024"
        );
    }
}
