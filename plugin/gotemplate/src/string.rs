//! Go's `string`: bytes that are usually, but not necessarily, UTF-8.

use std::borrow::{Borrow, Cow};
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// The longest text that is kept without an allocation, in bytes.
const INLINE: usize = 22;

/// A Go string: immutable bytes, cheap to clone.
///
/// Texts of up to 22 bytes are stored in place, longer ones are shared. Equality, order and hash are those
/// of the bytes, as in Go.
///
/// ```
/// use gotemplate::Str;
/// let name = Str::from("release");
/// assert_eq!(name.as_bytes(), b"release");
/// assert!(Str::from("B") < Str::from("a"));
/// assert_eq!(Str::from(&b"h\xc3"[..]).to_str_lossy(), "h\u{fffd}");
/// ```
#[derive(Clone)]
pub struct Str(Repr);

#[derive(Clone)]
enum Repr {
    /// The bytes past `len` are zero, so that all of them can be compared.
    Inline {
        len: u8,
        bytes: [u8; INLINE],
    },
    Shared(Arc<[u8]>),
}

impl Str {
    /// The empty string.
    pub const EMPTY: Self = Self(Repr::Inline { len: 0, bytes: [0; INLINE] });

    /// Copies `bytes`.
    #[must_use]
    pub fn new(bytes: &[u8]) -> Self {
        let mut inline = [0; INLINE];
        match (inline.get_mut(..bytes.len()), u8::try_from(bytes.len())) {
            (Some(target), Ok(len)) => {
                target.copy_from_slice(bytes);
                Self(Repr::Inline { len, bytes: inline })
            }
            _ => {
                crate::memory::count(bytes.len());
                Self(Repr::Shared(Arc::from(bytes)))
            }
        }
    }

    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        match &self.0 {
            Repr::Inline { len, bytes } => bytes.get(..usize::from(*len)).unwrap_or_default(),
            Repr::Shared(bytes) => bytes,
        }
    }

    /// The text, if the bytes are UTF-8.
    #[must_use]
    pub fn to_str(&self) -> Option<&str> {
        std::str::from_utf8(self.as_bytes()).ok()
    }

    /// The text, with U+FFFD in place of what is not UTF-8.
    #[must_use]
    pub fn to_str_lossy(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(self.as_bytes())
    }

    /// The length in bytes, as Go's `len`.
    #[must_use]
    pub fn len(&self) -> usize {
        self.as_bytes().len()
    }

    /// Whether there are no bytes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Default for Str {
    fn default() -> Self {
        Self::EMPTY
    }
}

impl From<&str> for Str {
    fn from(text: &str) -> Self {
        Self::new(text.as_bytes())
    }
}

impl From<String> for Str {
    fn from(text: String) -> Self {
        Self::new(text.as_bytes())
    }
}

impl From<&[u8]> for Str {
    fn from(bytes: &[u8]) -> Self {
        Self::new(bytes)
    }
}

impl From<Vec<u8>> for Str {
    fn from(bytes: Vec<u8>) -> Self {
        Self::new(&bytes)
    }
}

impl From<Cow<'_, str>> for Str {
    fn from(text: Cow<'_, str>) -> Self {
        Self::new(text.as_bytes())
    }
}

impl AsRef<[u8]> for Str {
    fn as_ref(&self) -> &[u8] {
        self.as_bytes()
    }
}

// Lets a map with `Str` keys be asked with bytes.
impl Borrow<[u8]> for Str {
    fn borrow(&self) -> &[u8] {
        self.as_bytes()
    }
}

impl PartialEq for Str {
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Repr::Inline { len, bytes }, Repr::Inline { len: other_len, bytes: others }) => {
                bytes == others && len == other_len
            }
            _ => self.as_bytes() == other.as_bytes(),
        }
    }
}

impl Eq for Str {}

impl PartialEq<str> for Str {
    fn eq(&self, other: &str) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl PartialEq<&str> for Str {
    fn eq(&self, other: &&str) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

/// The bytes as numbers of the same order, which are compared without a call. Two bytes are in both.
fn words(bytes: &[u8; INLINE]) -> (u128, u64) {
    let first = bytes.first_chunk().map_or(0, |chunk| u128::from_be_bytes(*chunk));
    let last = bytes.last_chunk().map_or(0, |chunk| u64::from_be_bytes(*chunk));
    (first, last)
}

impl PartialOrd for Str {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Str {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        match (&self.0, &other.0) {
            (Repr::Inline { len, bytes }, Repr::Inline { len: other_len, bytes: others }) => {
                words(bytes).cmp(&words(others)).then(len.cmp(other_len))
            }
            _ => self.as_bytes().cmp(other.as_bytes()),
        }
    }
}

impl Hash for Str {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_bytes().hash(state);
    }
}

impl fmt::Debug for Str {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.to_str_lossy(), formatter)
    }
}

/// Writes the text with U+FFFD in place of what is not UTF-8.
impl fmt::Display for Str {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.to_str_lossy(), formatter)
    }
}
