//! Runes as Go sees them: decoding of bytes that need not be UTF-8, and the categories of its Unicode version.

pub use gorunes::{is_digit, is_letter, is_print};

/// What an invalid byte decodes to.
pub const RUNE_ERROR: char = char::REPLACEMENT_CHARACTER;

/// The first rune of `bytes` and its length in bytes: [`RUNE_ERROR`] and 1 if it is not UTF-8, and 0 at the
/// end. Each invalid byte is a rune of its own, unlike in [`String::from_utf8_lossy`].
///
/// ```
/// use gotemplate::unicode::{RUNE_ERROR, decode_rune};
/// assert_eq!(decode_rune("é!".as_bytes()), ('é', 2));
/// assert_eq!(decode_rune(b"\xe2\x82"), (RUNE_ERROR, 1));
/// ```
#[must_use]
pub fn decode_rune(bytes: &[u8]) -> (char, usize) {
    let Some(&first) = bytes.first() else { return (RUNE_ERROR, 0) };
    let length = match first {
        0..0x80 => return (char::from(first), 1),
        0xc2..0xe0 => 2,
        0xe0..0xf0 => 3,
        0xf0..0xf5 => 4,
        _ => return (RUNE_ERROR, 1),
    };
    let rune = bytes.get(..length).and_then(|rune| std::str::from_utf8(rune).ok());
    rune.and_then(|rune| rune.chars().next()).map_or((RUNE_ERROR, 1), |rune| (rune, length))
}

/// The runes of `bytes` with their offsets and lengths, as Go's `range` over a string.
///
/// ```
/// use gotemplate::unicode::{RUNE_ERROR, runes};
/// let all: Vec<_> = runes(b"\xc3\xa9\xff").collect();
/// assert_eq!(all, [(0, 'é', 2), (2, RUNE_ERROR, 1)]);
/// ```
pub fn runes(bytes: &[u8]) -> impl Iterator<Item = (usize, char, usize)> + '_ {
    let mut offset = 0;
    std::iter::from_fn(move || {
        let start = offset;
        let (rune, length) = decode_rune(bytes.get(start..)?);
        offset += length;
        (length > 0).then_some((start, rune, length))
    })
}

/// The number of runes, as Go's `utf8.RuneCount`.
#[must_use]
pub fn rune_count(bytes: &[u8]) -> usize {
    if bytes.is_ascii() { bytes.len() } else { runes(bytes).count() }
}

/// Appends the UTF-8 of `rune`.
pub fn push_rune(out: &mut Vec<u8>, rune: char) {
    out.extend_from_slice(rune.encode_utf8(&mut [0; 4]).as_bytes());
}

/// Go's `unicode.IsSpace`.
#[must_use]
pub fn is_space(rune: char) -> bool {
    rune.is_whitespace()
}
