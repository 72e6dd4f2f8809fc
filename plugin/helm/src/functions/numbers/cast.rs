//! Conversions to numbers as `spf13/cast` makes them: what cannot be converted is 0.

use gotemplate::strconv::{parse_float, parse_int};
use gotemplate::{FloatKind, Value};

/// `cast.ToInt64`, which `int`, `add` and their like convert with.
pub(crate) fn to_int(value: &Value) -> i64 {
    match value {
        Value::Int(number, _) => *number,
        #[expect(clippy::cast_possible_wrap, reason = "Go converts without a check")]
        Value::Uint(number, _) => *number as i64,
        Value::Float(number, _) => truncate(*number),
        Value::Bool(value) => i64::from(*value),
        Value::String(text) => parse_int(without_zero_decimals(text.as_bytes()), 0, 64).unwrap_or(0),
        Value::Object(_) => calendar_number(value).unwrap_or(0),
        _ => 0,
    }
}

/// `cast.ToFloat64`.
pub(crate) fn to_float(value: &Value) -> f64 {
    match value {
        #[expect(clippy::cast_precision_loss, reason = "Go rounds as well")]
        Value::Int(number, _) => *number as f64,
        #[expect(clippy::cast_precision_loss, reason = "Go rounds as well")]
        Value::Uint(number, _) => *number as f64,
        Value::Float(number, _) => *number,
        Value::Bool(value) => f64::from(*value),
        Value::String(text) => parse_float(text.as_bytes(), FloatKind::Float64).unwrap_or(0.0),
        #[expect(clippy::cast_precision_loss, reason = "months and weekdays are small")]
        Value::Object(_) => calendar_number(value).unwrap_or(0) as f64,
        _ => 0.0,
    }
}

/// Months and weekdays are the only named numbers that are converted: a duration is 0.
fn calendar_number(value: &Value) -> Option<i64> {
    matches!(value.type_name().as_str(), "time.Month" | "time.Weekday").then(|| value.as_int()).flatten()
}

/// The integer below in amount. What doesn't fit is the smallest integer, as on the processors Helm is built for.
pub(crate) fn truncate(number: f64) -> i64 {
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    #[expect(clippy::cast_possible_truncation, reason = "the range is checked")]
    if (-LIMIT..LIMIT).contains(&number) { number as i64 } else { i64::MIN }
}

/// `12.00` is read as `12`: a point with zeros alone after it, and other points, are cut off.
fn without_zero_decimals(text: &[u8]) -> &[u8] {
    let mut has_zero = false;
    for (at, byte) in text.iter().enumerate().rev() {
        match byte {
            b'.' if has_zero => return text.get(..at).unwrap_or(text),
            b'.' => {}
            b'0' => has_zero = true,
            _ => break,
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_read_as_go_literals() {
        for (text, number) in [
            ("0x1F", 31),
            ("010", 8),
            ("0b11", 3),
            ("0o17", 15),
            ("1_000", 1000),
            ("08", 0),
            ("12.7", 0),
            ("12.0", 12),
            ("12.", 0),
            ("1e3", 0),
            ("-5", -5),
            ("+5", 5),
            ("", 0),
            ("_1", 0),
            ("1__0", 0),
            ("0_7", 7),
            (" 1", 0),
            ("9223372036854775808", 0),
            ("-9223372036854775808", i64::MIN),
            ("--1", 0),
            ("0", 0),
        ] {
            assert_eq!(to_int(&Value::string(text)), number, "`{text}`");
        }
    }

    #[test]
    fn floats_are_read_as_go_literals() {
        for (text, number) in [
            ("1.5", 1.5),
            (".5", 0.5),
            ("1.", 1.0),
            ("1e3", 1000.0),
            ("inf", f64::INFINITY),
            ("0x1p4", 16.0),
            ("1_0", 10.0),
            ("1e400", 0.0),
            ("x", 0.0),
            ("", 0.0),
            ("-0x1.8p1", -3.0),
        ] {
            assert_eq!(to_float(&Value::string(text)), number, "`{text}`");
        }
    }

    #[test]
    fn floats_are_cut_off() {
        assert_eq!(to_int(&Value::float(-1.7)), -1);
        assert_eq!(to_int(&Value::float(1e300)), i64::MIN);
        assert_eq!(to_int(&Value::float(f64::NAN)), i64::MIN);
    }
}
