//! Text that must not be seen.

use std::fmt;
use std::sync::Arc;

use zeroize::Zeroizing;

/// A password, token or key. Neither `Debug` nor an error shows it, nothing serialises it, and its memory is
/// overwritten when the last owner lets go.
#[derive(Clone)]
pub struct Secret(Arc<Zeroizing<String>>);

// === impl Secret ===

impl Secret {
    /// Takes `text` into custody.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(Arc::new(Zeroizing::new(text)))
    }

    /// The text, for the few places of this crate that write it into a request.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.expose() == other.expose()
    }
}

impl Eq for Secret {}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

impl<'de> serde::Deserialize<'de> for Secret {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::new)
    }
}

#[cfg(test)]
impl Secret {
    /// Tells whether anybody still holds this secret. Once nobody does, its memory was overwritten.
    pub(crate) fn witness(&self) -> std::sync::Weak<Zeroizing<String>> {
        Arc::downgrade(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use zeroize::ZeroizeOnDrop;

    use super::*;

    /// Rule R9. What was freed can't be looked at without unsafe code, so the type is the proof that it is
    /// overwritten, and the count of owners that it is freed.
    #[test]
    fn the_last_owner_overwrites_it() {
        fn is_overwritten(_: &impl ZeroizeOnDrop) {}
        let secret = Secret::new("canary".to_owned());
        is_overwritten(&*secret.0);
        let (witness, clone) = (secret.witness(), secret.clone());
        assert!(Arc::ptr_eq(&secret.0, &clone.0), "a clone is no copy");
        drop(secret);
        assert!(witness.upgrade().is_some());
        drop(clone);
        assert!(witness.upgrade().is_none());
    }

    #[test]
    fn debug_shows_nothing() {
        let secret = Secret::new("canary".to_owned());
        assert_eq!(format!("{secret:?}"), "[secret]");
        assert_eq!(secret.expose(), "canary");
    }
}
