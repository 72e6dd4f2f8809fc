//! Just enough of HPACK (RFC 7541) to find the authority in a block of compressed headers.
//!
//! The walk needs no tables: what it looks for is a literal value whose name is the static entry 1,
//! or the literal `:authority`. A value that is referred to later is already the clean one.

mod huffman;

const AUTHORITY: &[u8] = b":authority";
/// Index of `:authority` in the static table.
const AUTHORITY_INDEX: usize = 1;

/// A string of the block: where its bytes are, and how they are coded.
struct Text {
    start: usize,
    end: usize,
    huffman: bool,
}

struct Cursor<'a> {
    block: &'a [u8],
    at: usize,
}

/// Replaces, in every authority of `block`, what the grammar of a host does not allow. The length of
/// nothing changes. A malformed block is left to the decoder that comes after.
pub(super) fn clean_authority(block: &mut [u8]) {
    let mut at = 0;
    while let Some((value, next)) = next_field(block, at) {
        if let Some(Text { start, end, huffman }) = value
            && let Some(bytes) = block.get_mut(start..end)
        {
            if huffman { huffman::clean(bytes) } else { clean_raw(bytes) }
        }
        at = next;
    }
}

fn clean_raw(bytes: &mut [u8]) {
    for byte in bytes {
        if !byte.is_ascii_alphanumeric() && !matches!(byte, b'-' | b'.' | b'_') {
            *byte = b'-';
        }
    }
}

/// The value of the field at `at`, where that is an authority, and where the next field starts.
fn next_field(block: &[u8], at: usize) -> Option<(Option<Text>, usize)> {
    let mut cursor = Cursor { block, at };
    let first = *block.get(at)?;
    let prefix = match first {
        // An indexed field, and a change of the table's size.
        0x80.. => return cursor.integer(7).map(|_| (None, cursor.at)),
        0x20..0x40 => return cursor.integer(5).map(|_| (None, cursor.at)),
        // A literal field, with and without indexing.
        0x40..0x80 => 6,
        0x00..0x20 => 4,
    };
    let is_authority = match cursor.integer(prefix)? {
        0 => {
            let name = cursor.text()?;
            let bytes = block.get(name.start..name.end)?;
            bytes == if name.huffman { huffman::AUTHORITY } else { AUTHORITY }
        }
        index => index == AUTHORITY_INDEX,
    };
    let value = cursor.text()?;
    Some((is_authority.then_some(value), cursor.at))
}

// === impl Cursor ===

impl Cursor<'_> {
    fn byte(&mut self) -> Option<u8> {
        let byte = *self.block.get(self.at)?;
        self.at += 1;
        Some(byte)
    }

    /// An integer whose first byte has `prefix` bits of it (RFC 7541, section 5.1).
    fn integer(&mut self, prefix: u32) -> Option<usize> {
        let mask = (1_usize << prefix) - 1;
        let mut value = usize::from(self.byte()?) & mask;
        if value < mask {
            return Some(value);
        }
        for shift in [0, 7, 14, 21] {
            let byte = usize::from(self.byte()?);
            value += (byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    /// A string with its length before it (RFC 7541, section 5.2).
    fn text(&mut self) -> Option<Text> {
        let huffman = *self.block.get(self.at)? & 0x80 != 0;
        let len = self.integer(7)?;
        let start = self.at;
        let end = start.checked_add(len).filter(|end| *end <= self.block.len())?;
        self.at = end;
        Some(Text { start, end, huffman })
    }
}
