//! Replaces characters inside a Huffman-coded string (RFC 7541, appendix B).
//!
//! The code is canonical: the codes of one length are consecutive, so their number for each length
//! is all that is needed to tell where one ends.

/// How many codes there are of each length, from 0 to 30 bits.
const COUNTS: [u32; 31] =
    [0, 0, 0, 0, 0, 10, 26, 32, 6, 0, 5, 3, 2, 6, 2, 3, 0, 0, 0, 3, 8, 13, 26, 29, 12, 4, 15, 19, 29, 0, 4];

/// `:authority`, coded.
pub(super) const AUTHORITY: &[u8] = &[0xb8, 0x3b, 0x53, 0x39, 0xec, 0x32, 0x7d, 0x7f];

/// Replaces what the grammar of a host does not allow by something as long that it does.
pub(super) fn clean(bytes: &mut [u8]) {
    let bits = bytes.len() * 8;
    let mut start = 0;
    while let Some((code, len)) = next_code(bytes, start, bits) {
        if let Some(allowed) = replacement(code, len) {
            write(bytes, start, allowed, len);
        }
        start += len;
    }
}

/// The code that has to stand for an offending one: `-` for a space, `%` and `/`; `B` for `:`; `!`
/// for `"` and `?`; `~` for `@`, `[` and `]`. What is not here is either allowed or rarer than that.
const fn replacement(code: u32, len: usize) -> Option<u32> {
    match (len, code) {
        (6, 0x14 | 0x15 | 0x18) => Some(0x16),
        (7, 0x5c) => Some(0x5d),
        (10, 0x3f9 | 0x3fc) => Some(0x3f8),
        (13, 0x1ffa..=0x1ffc) => Some(0x1ffd),
        _ => None,
    }
}

/// The code at bit `start` and its length; `None` in the padding.
fn next_code(bytes: &[u8], start: usize, bits: usize) -> Option<(u32, usize)> {
    let (mut code, mut first) = (0_u32, 0_u32);
    for (len, count) in COUNTS.iter().enumerate().skip(1) {
        let at = start + len - 1;
        if at >= bits {
            return None;
        }
        code = code << 1 | bit(bytes, at);
        first <<= 1;
        if code - first < *count {
            return Some((code, len));
        }
        first += count;
    }
    None
}

fn bit(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at / 8).map_or(0, |byte| u32::from(byte >> (7 - at % 8) & 1))
}

fn write(bytes: &mut [u8], start: usize, code: u32, len: usize) {
    for offset in 0..len {
        let at = start + offset;
        let mask = 1 << (7 - at % 8);
        if let Some(byte) = bytes.get_mut(at / 8) {
            if code >> (len - 1 - offset) & 1 == 1 { *byte |= mask } else { *byte &= !mask }
        }
    }
}
