//! Classes of characters, by their bytes in UTF-8.

use memchr::memchr;

/// A set of bytes, made at compile time.
#[derive(Debug)]
pub(crate) struct ByteSet([bool; 256]);

#[expect(clippy::indexing_slicing, reason = "evaluated at compile time, where `get_mut` can't be called")]
impl ByteSet {
    /// The set of the given bytes.
    pub(crate) const fn of(bytes: &[u8]) -> Self {
        let mut set = [false; 256];
        let mut index = 0;
        while index < bytes.len() {
            set[bytes[index] as usize] = true;
            index += 1;
        }
        Self(set)
    }

    /// The set of the printable ASCII characters but the given ones.
    pub(crate) const fn printable_but(bytes: &[u8]) -> Self {
        let mut set = [false; 256];
        let excluded = Self::of(bytes);
        let mut byte = 0x20;
        while byte < 0x7f {
            set[byte] = !excluded.0[byte];
            byte += 1;
        }
        Self(set)
    }

    /// How many bytes at the start of `text` are in the set, counting one of `joints` before
    /// a byte that is.
    pub(crate) fn run(&self, text: &[u8], joints: &[u8]) -> usize {
        let mut length = 0;
        loop {
            let rest = text.get(length..).unwrap_or_default();
            length += rest.iter().take_while(|byte| self.contains(**byte)).count();
            match text.get(length..) {
                Some([joint, next, ..]) if joints.contains(joint) && self.contains(*next) => length += 2,
                _ => return length,
            }
        }
    }

    /// Whether the set has `byte`.
    pub(crate) fn contains(&self, byte: u8) -> bool {
        self.0.get(usize::from(byte)).copied().unwrap_or_default()
    }
}

/// How many printable ASCII characters `text` begins with. Most lines have no others, and are looked at as a whole.
pub(crate) fn printable_run(text: &[u8]) -> usize {
    let is_printable = |byte: &u8| (b' '..=b'~').contains(byte);
    let line = text.get(..memchr(b'\n', text).unwrap_or(text.len())).unwrap_or_default();
    if line.iter().fold(true, |all, byte| all & is_printable(byte)) {
        return line.len();
    }
    line.iter().take_while(|byte| is_printable(byte)).count()
}

/// The letters of anchors, tag handles and directive names.
pub(crate) fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-'
}

/// A space or a tab.
pub(crate) fn is_blank(byte: u8) -> bool {
    byte == b' ' || byte == b'\t'
}

/// The length of the line break at the start of `text`: CR, LF, NEL, LS or PS, of which
/// CR LF counts as the break CR.
pub(crate) fn break_width(text: &[u8]) -> usize {
    match text {
        [b'\r' | b'\n', ..] => 1,
        [0xc2, 0x85, ..] => 2,
        [0xe2, 0x80, 0xa8 | 0xa9, ..] => 3,
        _ => 0,
    }
}

/// Whether the emitter may write the character at the start of `text` as it is.
///
/// Tabs, carriage returns, the byte order mark and everything above the basic
/// multilingual plane are written as escapes.
pub(crate) fn is_printable(text: &[u8]) -> bool {
    match text {
        [0x0a | 0x20..=0x7e, ..] => true,
        [0xc2, second, ..] => *second >= 0xa0,
        [0xc3..=0xec, ..] => true,
        [0xed, second, ..] => *second < 0xa0,
        [0xee, ..] => true,
        [0xef, 0xbb, 0xbf, ..] => false,
        [0xef, 0xbf, third, ..] => *third != 0xbe && *third != 0xbf,
        [0xef, ..] => true,
        _ => false,
    }
}

/// The length in bytes of the character that begins with `byte`.
pub(crate) fn width(byte: u8) -> usize {
    match byte {
        0x00..=0x7f => 1,
        0x80..=0xdf => 2,
        0xe0..=0xef => 3,
        _ => 4,
    }
}
