//! Go's `strconv`: numbers and quoted strings.

mod float;
mod int;
mod quote;

pub use float::{FloatFormat, format_float, parse_float, push_float};
pub(crate) use int::push_decimal;
pub use int::{parse_int, parse_uint};
pub use quote::{QuoteStyle, can_backquote, push_quoted, push_quoted_rune, quote, unquote, unquote_char};

/// Why a text is not a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NumberErrorKind {
    /// The text is not of the form.
    #[error("invalid syntax")]
    Syntax,
    /// The number does not fit the type.
    #[error("value out of range")]
    Range,
}

/// A text is not a number, with Go's text.
///
/// ```
/// use gotemplate::strconv::parse_int;
/// let error = parse_int(b"x", 10, 64).unwrap_err();
/// assert_eq!(error.to_string(), r#"strconv.ParseInt: parsing "x": invalid syntax"#);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("strconv.{function}: parsing {}: {kind}", quote(text))]
pub struct NumberError {
    /// Go's name of the function: `ParseInt`; change it to `Atoi` where Go calls that.
    pub function: &'static str,
    /// What was parsed.
    pub text: crate::Str,
    /// What is wrong with it.
    pub kind: NumberErrorKind,
}

/// A text is not a quoted string or rune: Go's `invalid syntax`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("invalid syntax")]
pub struct QuoteError;

/// Whether underscores separate digits only, as Go's literals have them.
fn has_good_underscores(text: &[u8]) -> bool {
    #[derive(PartialEq)]
    enum Last {
        Start,
        Digit,
        Underscore,
        Other,
    }
    let text = text.strip_prefix(b"-").or_else(|| text.strip_prefix(b"+")).unwrap_or(text);
    let base = match text {
        [b'0', base, ..] => base.to_ascii_lowercase(),
        _ => 0,
    };
    let (mut last, digits) = match text.get(2..) {
        Some(digits) if matches!(base, b'b' | b'o' | b'x') => (Last::Digit, digits),
        _ => (Last::Start, text),
    };
    for &byte in digits {
        last = match byte {
            b'0'..=b'9' => Last::Digit,
            b'a'..=b'f' | b'A'..=b'F' if base == b'x' => Last::Digit,
            b'_' if last != Last::Digit => return false,
            b'_' => Last::Underscore,
            _ if last == Last::Underscore => return false,
            _ => Last::Other,
        };
    }
    last != Last::Underscore
}
