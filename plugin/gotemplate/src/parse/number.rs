//! Number literals, which have no type until they are used.

use crate::lex::TokenKind;
use crate::node::{Number, Position};
use crate::strconv::{parse_float, parse_int, parse_uint, quote, unquote_char};
use crate::{FloatKind, Str};

/// Parses a literal under all the types that can hold it.
pub(super) fn parse(kind: TokenKind, position: Position, text: &[u8]) -> Result<Number, String> {
    let mut number = match kind {
        TokenKind::CharConstant => parse_char(text)?,
        TokenKind::Complex => parse_complex(text)?,
        _ => parse_real(text)?,
    };
    number.position = position;
    number.text = Str::from(text);
    Ok(number)
}

fn parse_char(text: &[u8]) -> Result<Number, String> {
    let inner = text.get(1..).unwrap_or_default();
    let (unit, tail) = unquote_char(inner, b'\'').map_err(|error| error.to_string())?;
    if tail != b"'" {
        return Err(format!("malformed character constant: {}", Str::from(text)));
    }
    let code = unit.code();
    Ok(Number {
        int: Some(code.into()),
        uint: Some(code.into()),
        float: Some(code.into()),
        ..Number::default()
    })
}

/// `1+2i`, as Go's `fmt.Sscan` reads it.
fn parse_complex(text: &[u8]) -> Result<Number, String> {
    const ERROR: &str = "syntax error scanning complex number";
    let is_exponent = |byte: u8| matches!(byte, b'e' | b'E' | b'p' | b'P');
    let is_split = |index: &usize| {
        let before = index.checked_sub(1).and_then(|before| text.get(before)).copied();
        matches!(text.get(*index), Some(b'+' | b'-')) && !before.is_none_or(is_exponent)
    };
    let split = (0..text.len()).find(is_split).ok_or(ERROR)?;
    let (real, imaginary) = text.split_at(split);
    let imaginary = imaginary.strip_suffix(b"i").ok_or(ERROR)?;
    if real.ends_with(b"i") {
        return Err(ERROR.to_owned());
    }
    let float = |part| parse_float(part, FloatKind::Float64).map_err(|error| error.to_string());
    Ok(complex(float(real)?, float(imaginary)?))
}

/// A complex number, which is also a real one if its imaginary part is zero.
fn complex(real: f64, imaginary: f64) -> Number {
    let number = Number { complex: Some((real, imaginary)), ..Number::default() };
    if imaginary != 0.0 {
        return number;
    }
    Number { int: exact_int(real), uint: exact_uint(real), float: Some(real), ..number }
}

fn parse_real(text: &[u8]) -> Result<Number, String> {
    if let Some(digits) = text.strip_suffix(b"i")
        && let Ok(imaginary) = parse_float(digits, FloatKind::Float64)
    {
        return Ok(complex(0.0, imaginary));
    }
    let int = parse_int(text, 0, 64).ok();
    let uint = parse_uint(text, 0, 64).ok().or((int == Some(0)).then_some(0));
    #[expect(clippy::cast_precision_loss, reason = "Go rounds as well")]
    let integral = int.map(|int| int as f64).or(uint.map(|uint| uint as f64));
    if integral.is_some() {
        return Ok(Number { int, uint, float: integral, ..Number::default() });
    }
    let Ok(float) = parse_float(text, FloatKind::Float64) else {
        return Err(format!("illegal number syntax: {}", quote(text)));
    };
    if !has_float_sign(text) {
        return Err(format!("integer overflow: {}", quote(text)));
    }
    Ok(Number { int: exact_int(float), uint: exact_uint(float), float: Some(float), ..Number::default() })
}

/// Whether the text has a point or an exponent (or a digit that looks like one).
pub(crate) fn has_float_sign(text: &[u8]) -> bool {
    text.iter().any(|byte| matches!(byte, b'.' | b'e' | b'E' | b'p' | b'P'))
}

const TWO_TO_63: f64 = 9_223_372_036_854_775_808.0;

fn exact_int(float: f64) -> Option<i64> {
    let is_exact = float.fract() == 0.0 && (-TWO_TO_63..TWO_TO_63).contains(&float);
    #[expect(clippy::cast_possible_truncation, reason = "the range was checked")]
    is_exact.then_some(float as i64)
}

fn exact_uint(float: f64) -> Option<u64> {
    let is_exact = float.fract() == 0.0 && (0.0..2.0 * TWO_TO_63).contains(&float);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range was checked")]
    is_exact.then_some(float as u64)
}
