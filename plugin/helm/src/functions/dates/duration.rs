//! Go's `time.Duration`: how it is read, printed and rounded.

/// A span of time in nanoseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Duration(pub(crate) i64);

pub(crate) const MICROSECOND: i64 = 1_000;
pub(crate) const MILLISECOND: i64 = 1_000 * MICROSECOND;
pub(crate) const SECOND: i64 = 1_000 * MILLISECOND;
pub(crate) const MINUTE: i64 = 60 * SECOND;
pub(crate) const HOUR: i64 = 60 * MINUTE;

/// What Go's nanosecond counts may not exceed while a text is read: one more than fits, for the smallest duration.
const LIMIT: u64 = 1 << 63;

/// Why a text is not a duration.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum DurationError {
    /// Not the shape, or too long.
    #[error("time: invalid duration {}", super::quote(.0))]
    Invalid(Vec<u8>),
    /// A number is not followed by a unit.
    #[error("time: missing unit in duration {}", super::quote(.0))]
    MissingUnit(Vec<u8>),
    /// The unit isn't one of `ns us ms s m h`.
    #[error("time: unknown unit {} in duration {}", super::quote(unit), super::quote(text))]
    UnknownUnit {
        /// What stands in place of a unit.
        unit: Vec<u8>,
        /// The whole text.
        text: Vec<u8>,
    },
}

impl Duration {
    /// `time.ParseDuration`: `-1.5h`, `2h45m`.
    ///
    /// # Errors
    /// When the text is not a duration or does not fit 64 bits of nanoseconds.
    pub(crate) fn parse(text: &[u8]) -> Result<Self, DurationError> {
        let invalid = || DurationError::Invalid(text.to_vec());
        let (is_negative, mut rest) = match text {
            [b'-', rest @ ..] => (true, rest),
            [b'+', rest @ ..] => (false, rest),
            _ => (false, text),
        };
        if rest == b"0" {
            return Ok(Self(0));
        }
        if rest.is_empty() {
            return Err(invalid());
        }
        let mut total: u64 = 0;
        while !rest.is_empty() {
            let (part, after) = parse_part(rest, text)?;
            total = total.checked_add(part).filter(|total| *total <= LIMIT).ok_or_else(invalid)?;
            rest = after;
        }
        match i64::try_from(total) {
            Ok(total) => Ok(Self(if is_negative { -total } else { total })),
            Err(_) if is_negative => Ok(Self(i64::MIN)),
            Err(_) => Err(invalid()),
        }
    }

    /// `Duration.Round`: to the nearest multiple, halves away from 0.
    pub(crate) fn round(self, multiple: Self) -> Self {
        if multiple.0 <= 0 {
            return self;
        }
        let remainder = self.0 % multiple.0;
        let is_less_than_half = remainder.unsigned_abs() * 2 < multiple.0.unsigned_abs();
        let toward_zero = self.0 - remainder;
        let limit = if self.0 < 0 { i64::MIN } else { i64::MAX };
        let step = if self.0 < 0 { -multiple.0 } else { multiple.0 };
        Self(if is_less_than_half { toward_zero } else { toward_zero.checked_add(step).unwrap_or(limit) })
    }

    /// `Duration.Truncate`: toward 0 to a multiple.
    pub(crate) fn truncate(self, multiple: Self) -> Self {
        if multiple.0 <= 0 { self } else { Self(self.0 - self.0 % multiple.0) }
    }

    /// The duration in units of `unit` nanoseconds, whole and fraction added as Go adds them.
    #[expect(clippy::cast_precision_loss, reason = "Go rounds as well")]
    pub(crate) fn in_units(self, unit: i64) -> f64 {
        (self.0 / unit) as f64 + (self.0 % unit) as f64 / unit as f64
    }
}

/// One number with its unit, in nanoseconds, and what follows.
fn parse_part<'a>(text: &'a [u8], whole: &[u8]) -> Result<(u64, &'a [u8]), DurationError> {
    let invalid = || DurationError::Invalid(whole.to_vec());
    if !matches!(text.first(), Some(b'.' | b'0'..=b'9')) {
        return Err(invalid());
    }
    let (digits, after) = split_digits(text);
    let number = leading_number(digits).ok_or_else(invalid)?;
    let (fraction, after) = match after {
        [b'.', after @ ..] => split_digits(after),
        _ => (&[][..], after),
    };
    if digits.is_empty() && fraction.is_empty() {
        return Err(invalid());
    }
    let length = after.iter().take_while(|byte| !matches!(byte, b'.' | b'0'..=b'9')).count();
    let (name, after) = after.split_at(length);
    if name.is_empty() {
        return Err(DurationError::MissingUnit(whole.to_vec()));
    }
    let unit =
        unit(name).ok_or_else(|| DurationError::UnknownUnit { unit: name.to_vec(), text: whole.to_vec() })?;
    let whole_units = number.checked_mul(unit).filter(|part| *part <= LIMIT).ok_or_else(invalid)?;
    let total = whole_units.checked_add(fraction_of(fraction, unit)).filter(|total| *total <= LIMIT);
    Ok((total.ok_or_else(invalid)?, after))
}

fn split_digits(text: &[u8]) -> (&[u8], &[u8]) {
    text.split_at(text.iter().take_while(|byte| byte.is_ascii_digit()).count())
}

fn leading_number(digits: &[u8]) -> Option<u64> {
    digits.iter().try_fold(0_u64, |number, digit| {
        let next = number.checked_mul(10)?.checked_add(u64::from(digit - b'0'))?;
        (number <= LIMIT / 10 && next <= LIMIT).then_some(next)
    })
}

/// Digits beyond what fits are dropped, and the product is one of floats, as in Go.
fn fraction_of(digits: &[u8], unit: u64) -> u64 {
    let (mut number, mut scale) = (0_u64, 1.0_f64);
    for digit in digits {
        if number > (LIMIT - 1) / 10 {
            break;
        }
        let next = number * 10 + u64::from(digit - b'0');
        if next > LIMIT {
            break;
        }
        number = next;
        scale *= 10.0;
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        clippy::cast_sign_loss,
        reason = "less than one unit, in floats as Go computes it"
    )]
    let part = (number as f64 * (unit as f64 / scale)) as u64;
    part
}

fn unit(name: &[u8]) -> Option<u64> {
    let nanoseconds = match name {
        b"ns" => 1,
        // U+00B5 is the micro sign, U+03BC the Greek letter.
        b"us" | b"\xc2\xb5s" | b"\xce\xbcs" => MICROSECOND,
        b"ms" => MILLISECOND,
        b"s" => SECOND,
        b"m" => MINUTE,
        b"h" => HOUR,
        _ => return None,
    };
    Some(nanoseconds.unsigned_abs())
}

/// `Duration.String`: `1h1m1s`, `1.5s`, `2µs`.
impl std::fmt::Display for Duration {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let amount = self.0.unsigned_abs();
        let sign = if self.0 < 0 { "-" } else { "" };
        let second = SECOND.unsigned_abs();
        if amount < second {
            let (unit, places, name) = match amount {
                0 => return f.write_str("0s"),
                1..1_000 => (1, 0, "ns"),
                1_000..1_000_000 => (MICROSECOND.unsigned_abs(), 3, "µs"),
                _ => (MILLISECOND.unsigned_abs(), 6, "ms"),
            };
            return write!(f, "{sign}{}{}{name}", amount / unit, fraction(amount % unit, places));
        }
        let (seconds, rest) = (amount / second, fraction(amount % second, 9));
        let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
        f.write_str(sign)?;
        if hours > 0 {
            write!(f, "{hours}h")?;
        }
        if seconds >= 60 {
            write!(f, "{minutes}m")?;
        }
        write!(f, "{}{rest}s", seconds % 60)
    }
}

/// `.5` of 500 at three places; nothing of 0.
fn fraction(amount: u64, places: usize) -> String {
    if amount == 0 { String::new() } else { format!(".{amount:0places$}").trim_end_matches('0').to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_prints() {
        for (text, printed) in [
            ("2h45m", "2h45m0s"),
            ("1.5h", "1h30m0s"),
            ("-1m", "-1m0s"),
            (".5s", "500ms"),
            ("0", "0s"),
            ("1us", "1µs"),
            ("1500ns", "1.5µs"),
            ("3601s", "1h0m1s"),
            ("+5s", "5s"),
            ("-9223372036854775808ns", "-2562047h47m16.854775808s"),
        ] {
            assert_eq!(
                Duration::parse(text.as_bytes()).map(|duration| duration.to_string()),
                Ok(printed.to_owned())
            );
        }
    }

    #[test]
    fn says_what_is_wrong() {
        for (text, error) in [
            ("", r#"time: invalid duration """#),
            ("3", r#"time: missing unit in duration "3""#),
            ("3d", r#"time: unknown unit "d" in duration "3d""#),
            (".s", r#"time: invalid duration ".s""#),
            ("9223372036854775808ns", r#"time: invalid duration "9223372036854775808ns""#),
        ] {
            assert_eq!(
                Duration::parse(text.as_bytes()).map_err(|error| error.to_string()),
                Err(error.to_owned())
            );
        }
    }

    #[test]
    fn rounds_halves_away_from_zero() {
        assert_eq!(Duration(15).round(Duration(10)), Duration(20));
        assert_eq!(Duration(-15).round(Duration(10)), Duration(-20));
        assert_eq!(Duration(i64::MAX).round(Duration(10)), Duration(i64::MAX));
        assert_eq!(Duration(-15).truncate(Duration(10)), Duration(-10));
    }
}
