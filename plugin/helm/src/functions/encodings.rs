//! Base64, base32 and checksums.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use gotemplate::{Function, Str, Type, Value};
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};

use super::arguments::{Arguments, fixed, text};

const STRING: Type = Type::String;

pub(super) const FUNCTIONS: &[Function] = &[
    fixed("b64enc", &[STRING], STRING, |_, a| text(STANDARD.encode(a.text(0)))),
    fixed("b64dec", &[STRING], STRING, |_, a| Ok(decoded(decode_base64(a.text(0))))),
    fixed("b32enc", &[STRING], STRING, |_, a| text(encode_base32(a.text(0)))),
    fixed("b32dec", &[STRING], STRING, |_, a| Ok(decoded(decode_base32(a.text(0))))),
    fixed("sha1sum", &[STRING], STRING, |_, a| text(hex(&Sha1::digest(a.text(0))))),
    fixed("sha256sum", &[STRING], STRING, |_, a| text(hex(&Sha256::digest(a.text(0))))),
    fixed("sha512sum", &[STRING], STRING, |_, a| text(hex(&Sha512::digest(a.text(0))))),
    fixed("adler32sum", &[STRING], STRING, |_, a| text(adler32(a.text(0)).to_string())),
];

/// Why a text is not the encoding of bytes: where it goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum DecodeError {
    /// Not base64.
    #[error("illegal base64 data at input byte {0}")]
    Base64(usize),
    /// Not base32.
    #[error("illegal base32 data at input byte {0}")]
    Base32(usize),
}

/// An error is the value of the function, as in sprig.
fn decoded(result: Result<Vec<u8>, DecodeError>) -> Value {
    Value::string(result.map_or_else(|error| Str::from(error.to_string()), Str::from))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The checksum of RFC 1950.
fn adler32(bytes: &[u8]) -> u32 {
    let (low, high) = bytes.iter().fold((1_u32, 0_u32), |(low, high), byte| {
        let low = (low + u32::from(*byte)) % 65_521;
        (low, (high + low) % 65_521)
    });
    high << 16 | low
}

/// The value of a base64 digit.
fn base64_digit(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    }
}

/// Go's `base64.StdEncoding.DecodeString`: line breaks are skipped, and bits beyond the last byte are not looked at.
pub(super) fn decode_base64(text: &[u8]) -> Result<Vec<u8>, DecodeError> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let mut input = Input { text, at: 0 };
    loop {
        let mut digits = Vec::with_capacity(4);
        while digits.len() < 4 {
            let Some(byte) = input.next() else {
                // The end is fine between groups only.
                return if digits.is_empty() {
                    Ok(bytes)
                } else {
                    Err(DecodeError::Base64(input.at - digits.len()))
                };
            };
            match base64_digit(byte) {
                Some(digit) => digits.push(digit),
                None if byte == b'=' => {
                    input.base64_padding(digits.len())?;
                    return Ok(finish(bytes, &digits, 6));
                }
                None => return Err(DecodeError::Base64(input.at - 1)),
            }
        }
        bytes = finish(bytes, &digits, 6);
    }
}

/// Appends the whole bytes that digits of so many bits make.
fn finish(mut bytes: Vec<u8>, digits: &[u8], bits: usize) -> Vec<u8> {
    let (mut pending, mut count) = (0_u64, 0);
    for digit in digits {
        pending = pending << bits | u64::from(*digit);
        count += bits;
        if count >= 8 {
            count -= 8;
            bytes.push((pending >> count & 0xff) as u8);
        }
    }
    bytes
}

/// A text without its line breaks.
struct Input<'a> {
    text: &'a [u8],
    at: usize,
}

impl Input<'_> {
    fn next(&mut self) -> Option<u8> {
        loop {
            let byte = *self.text.get(self.at)?;
            self.at += 1;
            if !matches!(byte, b'\n' | b'\r') {
                return Some(byte);
            }
        }
    }

    /// After the first `=`: two digits need another one, three do not, and nothing may follow.
    fn base64_padding(&mut self, digits: usize) -> Result<(), DecodeError> {
        match digits {
            0 | 1 => return Err(DecodeError::Base64(self.at - 1)),
            2 => match self.next() {
                None => return Err(DecodeError::Base64(self.text.len())),
                Some(b'=') => {}
                // Go names the byte before.
                Some(_) => return Err(DecodeError::Base64(self.at - 2)),
            },
            _ => {}
        }
        match self.next() {
            None => Ok(()),
            Some(_) => Err(DecodeError::Base64(self.at - 1)),
        }
    }
}

const BASE32_DIGITS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// RFC 4648 §6, with padding.
fn encode_base32(bytes: &[u8]) -> String {
    let mut encoded = String::with_capacity(bytes.len().div_ceil(5) * 8);
    for group in bytes.chunks(5) {
        let mut padded = [0; 8];
        for (place, byte) in padded.iter_mut().skip(3).zip(group) {
            *place = *byte;
        }
        let bits = u64::from_be_bytes(padded);
        let digits = (group.len() * 8).div_ceil(5);
        for digit in 0..8 {
            let index = usize::try_from(bits >> (35 - digit * 5) & 31).unwrap_or_default();
            let known = BASE32_DIGITS.get(index).filter(|_| digit < digits);
            encoded.push(char::from(known.copied().unwrap_or(b'=')));
        }
    }
    encoded
}

/// Go's `base32.StdEncoding.DecodeString`. Places are counted without line breaks.
fn decode_base32(text: &[u8]) -> Result<Vec<u8>, DecodeError> {
    let text: Vec<u8> = text.iter().copied().filter(|byte| !matches!(byte, b'\n' | b'\r')).collect();
    let mut bytes = Vec::with_capacity(text.len() / 8 * 5);
    for (group, start) in text.chunks(8).zip((0..).step_by(8)) {
        let is_last = start + 8 >= text.len();
        let digits = base32_group(group, start, is_last).map_err(DecodeError::Base32)?;
        bytes = finish(bytes, &digits, 5);
    }
    Ok(bytes)
}

/// The digits of a group of eight that begins at `start`; the error is where it goes wrong.
fn base32_group(group: &[u8], start: usize, is_last: bool) -> Result<Vec<u8>, usize> {
    let mut digits = Vec::with_capacity(8);
    for (at, byte) in group.iter().enumerate() {
        if *byte == b'=' && at >= 2 && is_last {
            base32_padding(group, at).map_err(|wrong| start + wrong)?;
            return Ok(digits);
        }
        let digit = BASE32_DIGITS.iter().position(|digit| digit == byte).ok_or(start + at)?;
        digits.push(u8::try_from(digit).unwrap_or_default());
    }
    // The end of the text within a group is told as the group's start.
    if group.len() < 8 { Err(start) } else { Ok(digits) }
}

/// From the first `=` on there is nothing else, up to the end of the group, and the digits before make whole bytes.
fn base32_padding(group: &[u8], first: usize) -> Result<(), usize> {
    if group.len() < 8 {
        return Err(group.len());
    }
    if let Some(wrong) = group.iter().skip(first).position(|byte| *byte != b'=') {
        // Go names the byte before.
        return Err(first + wrong - 1);
    }
    if matches!(first, 3 | 6) { Err(first) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn base64(text: &str) -> Result<String, String> {
        let bytes = decode_base64(text.as_bytes()).map_err(|error| error.to_string())?;
        Ok(String::from_utf8(bytes).unwrap())
    }

    #[test]
    fn base64_is_read_leniently_in_bits_and_strictly_in_padding() {
        assert_eq!(base64("aGVs\r\nbG8="), Ok("hello".to_owned()));
        assert_eq!(base64("aB=="), Ok("h".to_owned()));
        for (text, at) in
            [("a", 0), ("aGVsbG8", 4), ("=", 0), ("aG=", 3), ("aG=x", 2), ("aG==x", 4), ("a!", 1)]
        {
            assert_eq!(base64(text), Err(format!("illegal base64 data at input byte {at}")), "`{text}`");
        }
    }

    #[test]
    fn base32_round_trips() {
        for text in ["", "f", "fo", "foo", "foob", "fooba", "foobar"] {
            assert_eq!(
                decode_base32(encode_base32(text.as_bytes()).as_bytes()),
                Ok(text.as_bytes().to_vec())
            );
        }
        assert_eq!(encode_base32(b"foob"), "MZXW6YQ=");
        assert_eq!(decode_base32(b"MZXW6YQ"), Err(DecodeError::Base32(0)));
    }
}
