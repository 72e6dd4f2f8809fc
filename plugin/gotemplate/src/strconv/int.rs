//! Integers.

use super::{NumberError, NumberErrorKind, has_good_underscores};
use crate::Str;

/// Go's `strconv.ParseInt`. With base 0 a prefix tells the base (`0x`, `0b`, `0o`, or `0` for octal), and
/// underscores may separate digits. `bits` is the size of the type.
///
/// ```
/// use gotemplate::strconv::parse_int;
/// assert_eq!(parse_int(b"-0x1F", 0, 64), Ok(-31));
/// assert_eq!(
///     parse_int(b"12.5", 10, 64).map_err(|error| error.to_string()),
///     Err("strconv.ParseInt: parsing \"12.5\": invalid syntax".to_owned()),
/// );
/// ```
///
/// # Errors
/// That the text is not such a number, or does not fit.
pub fn parse_int(text: &[u8], base: u32, bits: u32) -> Result<i64, NumberError> {
    let error = |kind| NumberError { function: "ParseInt", text: Str::from(text), kind };
    let (is_negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] => (false, digits),
        digits => (false, digits),
    };
    let magnitude = parse_digits(digits, base).map_err(error)?;
    let limit = 1u64 << (bits.clamp(1, 64) - 1);
    match magnitude {
        magnitude if is_negative && magnitude <= limit => Ok(0i64.wrapping_sub_unsigned(magnitude)),
        magnitude if !is_negative && magnitude < limit => {
            i64::try_from(magnitude).map_err(|_| error(NumberErrorKind::Range))
        }
        _ => Err(error(NumberErrorKind::Range)),
    }
}

/// Go's `strconv.ParseUint`; see [`parse_int`].
///
/// # Errors
/// That the text is not such a number, or does not fit.
pub fn parse_uint(text: &[u8], base: u32, bits: u32) -> Result<u64, NumberError> {
    let error = |kind| NumberError { function: "ParseUint", text: Str::from(text), kind };
    let value = parse_digits(text, base).map_err(error)?;
    let limit = u64::MAX >> (64 - bits.clamp(1, 64));
    if value <= limit { Ok(value) } else { Err(error(NumberErrorKind::Range)) }
}

/// Appends the digits of a number.
pub(crate) fn push_decimal(out: &mut Vec<u8>, number: u64) {
    let mut digits = [0; 20];
    let mut start = digits.len();
    let mut left = number;
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + u8::try_from(left % 10).unwrap_or(0);
        start -= 1;
        left /= 10;
        if left == 0 {
            break;
        }
    }
    out.extend_from_slice(digits.get(start..).unwrap_or_default());
}

fn parse_digits(text: &[u8], base: u32) -> Result<u64, NumberErrorKind> {
    if text.is_empty() {
        return Err(NumberErrorKind::Syntax);
    }
    let (radix, digits) = if base == 0 { split_prefix(text) } else { (base, text) };
    let mut value = 0u64;
    for &byte in digits {
        if byte == b'_' && base == 0 {
            continue;
        }
        let digit = char::from(byte).to_digit(radix).ok_or(NumberErrorKind::Syntax)?;
        value = value
            .checked_mul(u64::from(radix))
            .and_then(|value| value.checked_add(u64::from(digit)))
            .ok_or(NumberErrorKind::Range)?;
    }
    if base == 0 && !has_good_underscores(text) { Err(NumberErrorKind::Syntax) } else { Ok(value) }
}

/// The base that the prefix tells, and what follows it.
fn split_prefix(text: &[u8]) -> (u32, &[u8]) {
    match text {
        [b'0', b'b' | b'B', digits @ ..] if !digits.is_empty() => (2, digits),
        [b'0', b'o' | b'O', digits @ ..] if !digits.is_empty() => (8, digits),
        [b'0', b'x' | b'X', digits @ ..] if !digits.is_empty() => (16, digits),
        [b'0', digits @ ..] => (8, digits),
        digits => (10, digits),
    }
}
