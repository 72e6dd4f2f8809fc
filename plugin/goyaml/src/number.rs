//! Numbers as Go's `strconv` reads and writes them.

use std::fmt::Write;

/// An integer of 64 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Integer {
    Signed(i64),
    /// Beyond the positive end of the signed ones.
    Unsigned(u64),
}

/// An integer as `strconv.ParseInt` or `ParseUint` reads it with base 0 and no underscores.
pub(crate) fn parse_go_integer(text: &str) -> Option<Integer> {
    let (sign, digits) = split_sign(text);
    let (radix, digits) = match digits.as_bytes() {
        [b'0', b'b' | b'B', _, ..] => (2, digits.get(2..)?),
        [b'0', b'o' | b'O', _, ..] => (8, digits.get(2..)?),
        [b'0', b'x' | b'X', _, ..] => (16, digits.get(2..)?),
        [b'0', _, ..] => (8, digits.get(1..)?),
        _ => (10, digits),
    };
    signed(sign, digits, radix)
}

/// An integer as `strconv.ParseInt` or `ParseUint` reads it with this base.
pub(crate) fn parse_radix(text: &str, radix: u32) -> Option<Integer> {
    let (sign, digits) = split_sign(text);
    signed(sign, digits, radix)
}

fn split_sign(text: &str) -> (Option<u8>, &str) {
    match text.as_bytes().first() {
        Some(sign @ (b'+' | b'-')) => (Some(*sign), text.get(1..).unwrap_or_default()),
        _ => (None, text),
    }
}

fn signed(sign: Option<u8>, digits: &str, radix: u32) -> Option<Integer> {
    if !digits.bytes().all(|byte| char::from(byte).is_digit(radix)) {
        return None;
    }
    let magnitude = u64::from_str_radix(digits, radix).ok()?;
    match (sign, i64::try_from(magnitude)) {
        (Some(b'-'), _) => 0_i64.checked_sub_unsigned(magnitude).map(Integer::Signed),
        (_, Ok(value)) => Some(Integer::Signed(value)),
        (None, Err(_)) => Some(Integer::Unsigned(magnitude)),
        (Some(_), Err(_)) => None,
    }
}

/// A float as YAML writes it: digits with a point among or before them, and an exponent.
/// None beyond what 64 bits hold.
pub(crate) fn parse_decimal_float(text: &str) -> Option<f64> {
    let (_, unsigned) = split_sign(text);
    is_decimal(unsigned).then(|| text.parse::<f64>().ok()).flatten().filter(|value| value.is_finite())
}

fn is_decimal(unsigned: &str) -> bool {
    let (mantissa, exponent) = match unsigned.find(['e', 'E']) {
        Some(at) => (unsigned.get(..at), unsigned.get(at + 1..)),
        None => (Some(unsigned), None),
    };
    let (whole, fraction) =
        mantissa.map(|text| text.split_once('.').unwrap_or((text, ""))).unwrap_or_default();
    let exponent = exponent.map(|text| split_sign(text).1);
    is_digits(whole)
        && is_digits(fraction)
        && whole.len() + fraction.len() > 0
        && exponent.is_none_or(|digits| !digits.is_empty() && is_digits(digits))
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// What `strconv.ParseFloat` makes of text that begins with a point: underscores may
/// separate digits.
pub(crate) fn parse_go_float(text: &str) -> Option<f64> {
    let bytes = text.as_bytes();
    let separates = |at: usize| {
        let before = at.checked_sub(1).and_then(|at| bytes.get(at));
        let neighbours = [before, bytes.get(at + 1)];
        neighbours.iter().all(|byte| byte.is_some_and(u8::is_ascii_digit))
    };
    let underscores = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'_');
    for (at, _) in underscores {
        if !separates(at) {
            return None;
        }
    }
    parse_decimal_float(&text.replace('_', ""))
}

/// The shortest digits that read back as a float, and the power of ten of the first.
#[derive(Debug)]
struct Shortest {
    digits: String,
    exponent: i32,
}

impl Shortest {
    fn new<F: std::fmt::LowerExp + std::str::FromStr + PartialEq>(value: F) -> Self {
        let (digits, exponent) = split_exponent(&format!("{value:e}"));
        let shortest = Self { digits, exponent };
        // Fewer digits can't be half way between two floats.
        if shortest.digits.len() > 6 { shortest.rounded_to_even(&value) } else { shortest }
    }

    /// Go takes the even one of two texts that are equally close, where Rust takes the larger.
    fn rounded_to_even<F: std::fmt::LowerExp + std::str::FromStr + PartialEq>(self, value: &F) -> Self {
        let length = self.digits.len();
        let (exact, exponent) = split_exponent(&format!("{value:.*e}", length + 30));
        let Some((kept, rest)) = exact.split_at_checked(length) else { return self };
        let half_way = rest.starts_with('5') && rest.trim_end_matches('0').len() == 1;
        if !half_way || !kept.ends_with(['0', '2', '4', '6', '8']) {
            return self;
        }
        let (first, others) = kept.split_at_checked(1).unwrap_or((kept, ""));
        let same = format!("{first}.{others}e{exponent}").parse::<F>().is_ok_and(|read| read == *value);
        if same { Self { digits: kept.to_owned(), exponent } } else { self }
    }
}

fn split_exponent(text: &str) -> (String, i32) {
    let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
    let digits = mantissa.chars().filter(char::is_ascii_digit).collect();
    (digits, exponent.parse().unwrap_or_default())
}

/// `strconv.FormatFloat(value, 'g', -1, 64)`, with YAML's names for what isn't a number.
pub(crate) fn format_float(value: f64) -> String {
    special(value).unwrap_or_else(|| general(value.is_sign_negative(), Shortest::new(value.abs())))
}

/// `strconv.FormatFloat(value, 'g', -1, 32)`, with YAML's names for what isn't a number.
pub(crate) fn format_float_32(value: f64) -> String {
    let value = value as f32;
    special(f64::from(value)).unwrap_or_else(|| general(value.is_sign_negative(), Shortest::new(value.abs())))
}

fn special(value: f64) -> Option<String> {
    if value.is_finite() {
        return None;
    }
    let name = if value.is_nan() {
        ".nan"
    } else if value > 0.0 {
        ".inf"
    } else {
        "-.inf"
    };
    Some(name.to_owned())
}

fn general(negative: bool, Shortest { digits, exponent }: Shortest) -> String {
    if !(-4..6).contains(&exponent) {
        scientific(negative, &digits, exponent)
    } else {
        positional(negative, &digits, exponent)
    }
}

fn scientific(negative: bool, digits: &str, exponent: i32) -> String {
    let mut text = String::from(if negative { "-" } else { "" });
    let (first, rest) = digits.split_at_checked(1).unwrap_or((digits, ""));
    text.push_str(first);
    if !rest.is_empty() {
        text.push('.');
        text.push_str(rest);
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    let _ = write!(text, "e{sign}{:02}", exponent.unsigned_abs());
    text
}

fn positional(negative: bool, digits: &str, exponent: i32) -> String {
    let mut text = String::from(if negative { "-" } else { "" });
    let Ok(whole) = usize::try_from(exponent + 1) else {
        text.push_str("0.");
        text.extend(std::iter::repeat_n('0', usize::try_from(-exponent - 1).unwrap_or_default()));
        text.push_str(digits);
        return text;
    };
    if whole == 0 {
        text.push_str("0.");
        text.push_str(digits);
        return text;
    }
    match digits.split_at_checked(whole) {
        Some((before, after)) if !after.is_empty() => {
            text.push_str(before);
            text.push('.');
            text.push_str(after);
        }
        _ => {
            text.push_str(digits);
            text.extend(std::iter::repeat_n('0', whole.saturating_sub(digits.len())));
        }
    }
    text
}

/// A finite float as `encoding/json` writes it.
pub(crate) fn format_json_float(value: f64) -> String {
    let negative = value.is_sign_negative();
    let Shortest { digits, exponent } = Shortest::new(value.abs());
    let magnitude = value.abs();
    if magnitude != 0.0 && !(1e-6..1e21).contains(&magnitude) {
        // Unlike `strconv`, one digit of exponent is enough when it's negative.
        let text = scientific(negative, &digits, exponent);
        return match text.strip_suffix(|last: char| last.is_ascii_digit()) {
            Some(head) if head.ends_with("e-0") => text.replacen("e-0", "e-", 1),
            _ => text,
        };
    }
    positional(negative, &digits, exponent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_float(value: f64, yaml: &str, json: &str) {
        assert_eq!(format_float(value), yaml);
        assert_eq!(format_json_float(value), json);
    }

    #[test]
    fn floats_are_written_as_strconv_and_json_write_them() {
        check_float(1.0, "1", "1");
        check_float(-0.0, "-0", "-0");
        check_float(1e6, "1e+06", "1000000");
        check_float(123_456.5, "123456.5", "123456.5");
        check_float(1e20, "1e+20", "100000000000000000000");
        check_float(1e21, "1e+21", "1e+21");
        check_float(0.000_01, "1e-05", "0.00001");
        check_float(1e-7, "1e-07", "1e-7");
        check_float(-2.5e-10, "-2.5e-10", "-2.5e-10");
        check_float(12_345_678_901_234_567_890.0, "1.2345678901234567e+19", "12345678901234567000");
    }

    #[test]
    fn of_two_close_texts_the_even_one_is_written() {
        check_float(208_448_530_505_153.0 + 0.625, "2.0844853050515362e+14", "208448530505153.62");
        check_float(1_503_596_974_095_666.0 + 0.25, "1.5035969740956662e+15", "1503596974095666.2");
    }

    #[test]
    fn keys_have_32_bits() {
        assert_eq!(format_float_32(123_456_789.5), "1.2345679e+08");
        assert_eq!(format_float_32(1e300), ".inf");
    }

    #[test]
    fn integers_have_the_prefixes_of_go() {
        let signed = |value| Some(Integer::Signed(value));
        let cases = [
            ("0", signed(0)),
            ("0777", signed(511)),
            ("08", None),
            ("0o17", signed(15)),
            ("0x1F", signed(31)),
            ("-0b11", signed(-3)),
            ("0x", None),
            ("+1", signed(1)),
            ("-9223372036854775808", signed(i64::MIN)),
            ("-9223372036854775809", None),
            ("9223372036854775808", Some(Integer::Unsigned(1 << 63))),
            ("+9223372036854775808", None),
            ("18446744073709551616", None),
            ("", None),
            ("--1", None),
        ];
        for (text, expected) in cases {
            assert_eq!(parse_go_integer(text).filter(|_| !text.is_empty()), expected, "{text}");
        }
    }

    #[test]
    fn underscores_separate_digits() {
        let cases = [
            (".5_0", Some(0.5)),
            ("._5", None),
            (".5_", None),
            (".5__0", None),
            (".", None),
            (".1e400", None),
        ];
        for (text, expected) in cases {
            assert_eq!(parse_go_float(text), expected, "{text}");
        }
    }
}
