//! What a render gets from the host: time and entropy.

use std::time::{SystemTime, UNIX_EPOCH};

use helm::context::{Clock, Timestamp};
use helm::entropy::{Entropy, EntropyError, KeyKind, Mode};

/// The time that the host shows for this request. It is asked for only if a template asks: what a render has seen of
/// the time can't be used for another one.
pub(crate) struct HostClock;

impl Clock for HostClock {
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp {
            seconds: i64::try_from(since.as_secs()).unwrap_or(i64::MAX),
            nanoseconds: since.subsec_nanos(),
        }
    }
}

/// Random values as the operator chose them.
pub(crate) struct HostEntropy;

impl Entropy for HostEntropy {
    fn mode(&self) -> Mode {
        if sdk::entropy::stable() { Mode::Stable } else { Mode::Random }
    }

    fn bytes(&self, label: &str, len: usize) -> Result<Vec<u8>, EntropyError> {
        let refused =
            |_| EntropyError { label: label.to_owned(), reason: format!("{len} bytes are too many") };
        Ok(sdk::entropy::bytes(label, u32::try_from(len).map_err(refused)?))
    }

    fn key(&self, label: &str, kind: KeyKind) -> Result<Option<Vec<u8>>, EntropyError> {
        let kind = match kind {
            KeyKind::Rsa(bits) => sdk::entropy::KeyKind::Rsa(bits),
            KeyKind::EcdsaP256 => sdk::entropy::KeyKind::EcdsaP256,
            KeyKind::Ed25519 => sdk::entropy::KeyKind::Ed25519,
        };
        let made = sdk::entropy::generate_key(label, kind);
        made.map(Some).map_err(|failure| EntropyError { label: label.to_owned(), reason: failure.message })
    }
}
