//! Randomness: a stream of bytes that follows from a seed.

use std::convert::Infallible;
use std::sync::Arc;

use rand_core::TryRng;
use sha2::{Digest as _, Sha256};

use super::Flag;
use crate::capability::entropy::Entropy;
use crate::contract::tiphys::plugin::types::Application;

const BLOCK: usize = 32;

/// What stable randomness follows from when the embedder gives none: the application's identity.
/// It is no secret.
#[derive(Clone, Debug)]
pub(crate) struct Seed([u8; BLOCK]);

/// A stream of bytes: SHA-256 of seed and counter. It is drawn from the embedder's entropy at its
/// first use only, so that a guest that never asks does not depend on it.
pub(crate) struct Random {
    source: Source,
    counter: u64,
    block: [u8; BLOCK],
    used: usize,
}

enum Source {
    Ready([u8; BLOCK]),
    Entropy { entropy: Arc<dyn Entropy>, drew: Flag },
}

/// The label under which WASI's secure randomness is drawn from the embedder's entropy.
pub(crate) const LABEL: &str = "wasi:random/random";

/// How many bytes are drawn from it.
pub(crate) const LEN: u32 = 32;

// === impl Seed ===

impl Seed {
    pub(crate) fn of(application: Option<&Application>) -> Self {
        let mut hasher = Sha256::new();
        for part in application.into_iter().flat_map(|application| {
            [
                &application.name,
                &application.namespace,
                application.project.as_ref().unwrap_or(&application.name),
            ]
        }) {
            hasher.update((part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
        Self(hasher.finalize().into())
    }

    /// A number for `label`.
    pub(crate) fn number(&self, label: &str) -> u128 {
        derive(self, label, 16).into_iter().fold(0, |number, byte| number << 8 | u128::from(byte))
    }

    fn of_label(&self, label: &str) -> [u8; BLOCK] {
        Sha256::new().chain_update(self.0).chain_update(label).finalize().into()
    }
}

/// `len` bytes that follow from `seed` and `label`.
pub(crate) fn derive(seed: &Seed, label: &str, len: u32) -> Vec<u8> {
    let mut bytes = vec![0; len as usize];
    Random::stable(seed, label).fill(&mut bytes);
    bytes
}

// === impl Random ===

impl Random {
    /// Bytes that follow from `seed` and `label`.
    pub(crate) fn stable(seed: &Seed, label: &str) -> Self {
        Self::new(Source::Ready(seed.of_label(label)))
    }

    /// Bytes that follow from what `entropy` gives.
    pub(crate) fn drawn(entropy: Arc<dyn Entropy>, drew: Flag) -> Self {
        Self::new(Source::Entropy { entropy, drew })
    }

    fn new(source: Source) -> Self {
        Self { source, counter: 0, block: [0; BLOCK], used: BLOCK }
    }

    fn seed(&mut self) -> [u8; BLOCK] {
        let seed = match &self.source {
            Source::Ready(seed) => return *seed,
            Source::Entropy { entropy, drew } => {
                drew.raise();
                Sha256::digest(entropy.bytes(LABEL, LEN)).into()
            }
        };
        self.source = Source::Ready(seed);
        seed
    }

    fn byte(&mut self) -> u8 {
        if self.used == BLOCK {
            let seed = self.seed();
            let counter = self.counter.to_le_bytes();
            self.block = Sha256::new().chain_update(seed).chain_update(counter).finalize().into();
            self.counter += 1;
            self.used = 0;
        }
        let byte = self.block.get(self.used).copied().unwrap_or_default();
        self.used += 1;
        byte
    }

    fn fill(&mut self, bytes: &mut [u8]) {
        bytes.fill_with(|| self.byte());
    }

    fn array<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        self.fill(&mut bytes);
        bytes
    }
}

impl TryRng for Random {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(u32::from_le_bytes(self.array()))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(u64::from_le_bytes(self.array()))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        self.fill(bytes);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_give_streams_of_their_own_that_never_change() {
        let seed = Seed::of(None);
        let bytes = derive(&seed, "a", 100);
        assert_eq!(bytes, derive(&seed, "a", 100));
        assert_eq!(bytes[..10], derive(&seed, "a", 10));
        assert_ne!(bytes, derive(&seed, "b", 100));
        assert_ne!(bytes[..BLOCK], bytes[BLOCK..2 * BLOCK]);
    }
}
