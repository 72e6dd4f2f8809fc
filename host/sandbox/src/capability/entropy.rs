//! `entropy`: random bytes and keys.

use async_trait::async_trait;

use super::Capability;
use crate::contract::tiphys::plugin::entropy::{Host, KeyKind};
use crate::contract::tiphys::plugin::types::Failure;
use crate::error::LimitExceeded;
use crate::observation::{Seen, Subject};
use crate::state::State;
use crate::wasi::random;

/// Random values for one application.
#[async_trait]
pub trait Entropy: Send + Sync {
    /// Whether the same label gives the same value at every render.
    fn stable(&self) -> bool;

    /// `len` bytes for `label`, at most [`MAX_BYTES`].
    fn bytes(&self, label: &str, len: u32) -> Vec<u8>;

    /// A private key in PKCS #8 DER. Stable keys follow from what stable bytes follow from: if
    /// `bytes(label, 32)` is what it was, so is the key.
    ///
    /// # Errors
    ///
    /// Fails if such a key is not made here.
    async fn generate_key(&self, label: &str, kind: KeyKind) -> Result<Vec<u8>, Failure>;
}

/// How many bytes one call may ask for.
pub const MAX_BYTES: u32 = 1 << 20;

impl Host for State {
    fn stable(&mut self) -> wasmtime::Result<bool> {
        self.enter()?;
        let stable = self.capabilities.entropy.as_ref().is_none_or(|entropy| entropy.stable());
        self.observe(Subject::Stability, seen_stability(stable))?;
        Ok(stable)
    }

    fn bytes(&mut self, label: String, len: u32) -> wasmtime::Result<Vec<u8>> {
        self.enter()?;
        if len > MAX_BYTES {
            return Err(LimitExceeded::random_bytes(MAX_BYTES).into());
        }
        let Some(entropy) = self.capabilities.entropy.clone() else {
            return Ok(random::derive(&self.seed, &label, len));
        };
        let bytes = entropy.bytes(&label, len);
        self.observe(Subject::Bytes { label, len }, seen_bytes(&*entropy, &bytes))?;
        Ok(bytes)
    }

    async fn generate_key(
        &mut self,
        label: String,
        kind: KeyKind,
    ) -> wasmtime::Result<Result<Vec<u8>, Failure>> {
        self.enter()?;
        let Some(entropy) = self.capabilities.entropy.clone() else {
            return Ok(Err(Capability::Entropy.absent()));
        };
        let key = self.wait(entropy.generate_key(&label, kind)).await;
        let seen = if key.is_ok() { seen_key(&*entropy, &label) } else { Seen::Failed };
        self.observe(Subject::Key { label, kind: name(kind) }, seen)?;
        Ok(key)
    }
}

fn name(kind: KeyKind) -> String {
    match kind {
        KeyKind::Rsa(bits) => format!("rsa-{bits}"),
        KeyKind::EcdsaP256 => "ecdsa-p256".to_owned(),
        KeyKind::Ed25519 => "ed25519".to_owned(),
    }
}

pub(crate) fn seen_stability(stable: bool) -> Seen {
    Seen::of(&Ok(()), |parts, ()| parts.add([u8::from(stable)]))
}

pub(crate) fn seen_bytes(entropy: &dyn Entropy, bytes: &[u8]) -> Seen {
    if !entropy.stable() {
        return Seen::Unrepeatable;
    }
    Seen::of(&Ok(()), |parts, ()| parts.add(bytes))
}

/// Keys are dear to make, so that the bytes of the same label stand for them.
pub(crate) fn seen_key(entropy: &dyn Entropy, label: &str) -> Seen {
    seen_bytes(entropy, &entropy.bytes(label, 32))
}
