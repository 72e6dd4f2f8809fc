//! Quoted strings and runes.

use super::QuoteError;
use crate::Str;
use crate::unicode::{RUNE_ERROR, decode_rune, is_print, push_rune, runes};

/// Which runes are escaped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QuoteStyle {
    /// Those that do not print.
    Print,
    /// Those that do not print or are not ASCII, as with `%+q`.
    Ascii,
}

/// Go's `strconv.Quote`, and `%q`.
///
/// ```
/// use gotemplate::strconv::quote;
/// assert_eq!(quote("tab\there \u{2028}"), r#""tab\there \u2028""#);
/// assert_eq!(quote(b"\xff"), r#""\xff""#);
/// ```
#[must_use]
pub fn quote(text: impl AsRef<[u8]>) -> String {
    let mut out = Vec::with_capacity(text.as_ref().len() + 2);
    push_quoted(&mut out, text.as_ref(), QuoteStyle::Print);
    String::from_utf8(out).unwrap_or_default()
}

/// Appends `text` in double quotes.
pub fn push_quoted(out: &mut Vec<u8>, text: &[u8], style: QuoteStyle) {
    let stands_for_itself = |byte: &u8| matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\');
    let mut rest = text;
    out.push(b'"');
    loop {
        let length = rest.iter().position(|byte| !stands_for_itself(byte)).unwrap_or(rest.len());
        let (plain, special) = rest.split_at(length);
        out.extend_from_slice(plain);
        let Some(first) = special.first() else { break };
        let (rune, length) = decode_rune(special);
        match (rune, length) {
            (RUNE_ERROR, 1) => push_hex(out, b"\\x", u32::from(*first), 2),
            _ => push_escaped(out, rune, '"', style),
        }
        rest = special.get(length..).unwrap_or_default();
    }
    out.push(b'"');
}

/// Appends `rune` in single quotes.
pub fn push_quoted_rune(out: &mut Vec<u8>, rune: char, style: QuoteStyle) {
    out.push(b'\'');
    push_escaped(out, rune, '\'', style);
    out.push(b'\'');
}

fn push_escaped(out: &mut Vec<u8>, rune: char, delimiter: char, style: QuoteStyle) {
    let escape: &[u8] = match rune {
        rune if rune == delimiter || rune == '\\' => {
            out.push(b'\\');
            return push_rune(out, rune);
        }
        rune if is_print(rune) && (rune.is_ascii() || style == QuoteStyle::Print) => {
            return push_rune(out, rune);
        }
        '\x07' => b"\\a",
        '\x08' => b"\\b",
        '\x0c' => b"\\f",
        '\n' => b"\\n",
        '\r' => b"\\r",
        '\t' => b"\\t",
        '\x0b' => b"\\v",
        '\0'..' ' | '\x7f' => return push_hex(out, b"\\x", rune.into(), 2),
        '\0'..='\u{ffff}' => return push_hex(out, b"\\u", rune.into(), 4),
        _ => return push_hex(out, b"\\U", rune.into(), 8),
    };
    out.extend_from_slice(escape);
}

fn push_hex(out: &mut Vec<u8>, prefix: &[u8], code: u32, digits: u32) {
    out.extend_from_slice(prefix);
    for place in (0..digits).rev() {
        let digit = char::from_digit(code >> (4 * place) & 0xf, 16).unwrap_or('0');
        push_rune(out, digit);
    }
}

/// Go's `strconv.CanBackquote`: whether the text can stand unchanged between backquotes on one line.
#[must_use]
pub fn can_backquote(text: &[u8]) -> bool {
    runes(text).all(|(_, rune, length)| match rune {
        RUNE_ERROR => length > 1,
        '\u{feff}' | '`' | '\x7f' => false,
        rune => rune >= ' ' || rune == '\t',
    })
}

/// Go's `strconv.Unquote`: the text that a literal in double quotes, single quotes or backquotes stands for.
///
/// ```
/// use gotemplate::strconv::unquote;
/// assert_eq!(unquote(br#""a\x41\n""#), Ok("aA\n".into()));
/// assert!(unquote(b"\"open").is_err());
/// ```
///
/// # Errors
/// That it is no such literal.
pub fn unquote(literal: &[u8]) -> Result<Str, QuoteError> {
    match literal {
        [b'`', text @ .., b'`'] => unquote_raw(text),
        [b'"', text @ .., b'"'] => unquote_escaped(text, b'"'),
        [b'\'', text @ .., b'\''] => match unquote_char(text, b'\'')? {
            (_, []) => unquote_escaped(text, b'\''),
            _ => Err(QuoteError),
        },
        _ => Err(QuoteError),
    }
}

fn unquote_raw(text: &[u8]) -> Result<Str, QuoteError> {
    match text {
        text if text.contains(&b'`') => Err(QuoteError),
        text if text.contains(&b'\r') => {
            Ok(text.iter().copied().filter(|byte| *byte != b'\r').collect::<Vec<_>>().into())
        }
        text => Ok(Str::from(text)),
    }
}

fn unquote_escaped(text: &[u8], delimiter: u8) -> Result<Str, QuoteError> {
    let is_plain = |byte: &u8| byte.is_ascii() && !matches!(byte, b'\\' | b'\n') && *byte != delimiter;
    if text.iter().all(is_plain) {
        return Ok(Str::from(text));
    }
    if text.contains(&b'\n') {
        return Err(QuoteError);
    }
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let (unit, tail) = unquote_char(rest, delimiter)?;
        match unit {
            Unit::Byte(byte) => out.push(byte),
            Unit::Rune(rune) => push_rune(&mut out, rune),
        }
        rest = tail;
    }
    Ok(out.into())
}

/// One unit of a quoted text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// A byte that `\x` or `\ooo` names.
    Byte(u8),
    /// A rune.
    Rune(char),
}

impl Unit {
    /// The value of the unit as a rune constant.
    #[must_use]
    pub fn code(self) -> u32 {
        match self {
            Self::Byte(byte) => byte.into(),
            Self::Rune(rune) => rune.into(),
        }
    }
}

/// Go's `strconv.UnquoteChar`: the first unit of a text that stood within `delimiter`, and what follows it.
///
/// ```
/// use gotemplate::strconv::unquote_char;
/// let (unit, rest) = unquote_char(br"\x41bc", b'"')?;
/// assert_eq!((unit.code(), rest), (0x41, &b"bc"[..]));
/// # Ok::<(), gotemplate::strconv::QuoteError>(())
/// ```
///
/// # Errors
/// That the text begins with the delimiter or with an escape that is none.
pub fn unquote_char(text: &[u8], delimiter: u8) -> Result<(Unit, &[u8]), QuoteError> {
    match text {
        [] => Err(QuoteError),
        [first, ..] if *first == delimiter && matches!(delimiter, b'\'' | b'"') => Err(QuoteError),
        [b'\\', escape, rest @ ..] => unescape(*escape, rest, delimiter),
        [b'\\'] => Err(QuoteError),
        text => {
            let (rune, length) = decode_rune(text);
            Ok((Unit::Rune(rune), text.get(length..).unwrap_or_default()))
        }
    }
}

fn unescape(escape: u8, rest: &[u8], delimiter: u8) -> Result<(Unit, &[u8]), QuoteError> {
    let byte = match escape {
        b'a' => 0x07,
        b'b' => 0x08,
        b'f' => 0x0c,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'v' => 0x0b,
        b'\\' => b'\\',
        b'\'' | b'"' if escape == delimiter => escape,
        b'x' => {
            let (code, rest) = digits(rest, 2, 16)?;
            return Ok((Unit::Byte(u8::try_from(code).map_err(|_| QuoteError)?), rest));
        }
        b'u' => return rune(digits(rest, 4, 16)?),
        b'U' => return rune(digits(rest, 8, 16)?),
        b'0'..=b'7' => {
            let (low, rest) = digits(rest, 2, 8)?;
            let code = u32::from(escape - b'0') * 64 + low;
            return Ok((Unit::Byte(u8::try_from(code).map_err(|_| QuoteError)?), rest));
        }
        _ => return Err(QuoteError),
    };
    Ok((Unit::Rune(char::from(byte)), rest))
}

fn rune((code, rest): (u32, &[u8])) -> Result<(Unit, &[u8]), QuoteError> {
    char::from_u32(code).map(|rune| (Unit::Rune(rune), rest)).ok_or(QuoteError)
}

fn digits(text: &[u8], count: usize, radix: u32) -> Result<(u32, &[u8]), QuoteError> {
    let (digits, rest) = text.split_at_checked(count).ok_or(QuoteError)?;
    let code = digits.iter().try_fold(0u32, |code, byte| {
        let digit = char::from(*byte).to_digit(radix)?;
        code.checked_mul(radix)?.checked_add(digit)
    });
    code.map(|code| (code, rest)).ok_or(QuoteError)
}
