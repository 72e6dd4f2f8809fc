//! Text that go-yaml takes for a point in time.

/// The parts of a point in time.
#[derive(Debug, Default)]
struct Timestamp<'t> {
    year: &'t str,
    month: u32,
    day: u32,
    hour: u32,
    minute: u32,
    second: u32,
    /// The digits behind the point.
    fraction: &'t str,
    /// The offset from UTC, empty for none.
    zone: &'t str,
}

/// Whether `text` is a date, or a date and a time of day, in one of go-yaml's formats:
/// `2006-1-2`, `2006-1-2T15:4:5.9Z07:00` (also with `t`) and `2006-1-2 15:4:5.9`.
pub(crate) fn is_timestamp(text: &str) -> bool {
    let bytes = text.as_bytes();
    let leading_digits = bytes.iter().take(5).take_while(|byte| byte.is_ascii_digit()).count();
    leading_digits == 4 && bytes.get(4) == Some(&b'-') && scan(text).is_some()
}

/// A timestamp as Go writes it with `time.RFC3339Nano`.
pub(crate) fn normalize(text: &str) -> String {
    let Some(time) = scan(text) else { return text.to_owned() };
    let Timestamp { year, month, day, hour, minute, second, fraction, zone } = time;
    let nanoseconds = fraction.get(..9).unwrap_or(fraction).trim_end_matches('0');
    let point = if nanoseconds.is_empty() { "" } else { "." };
    let zone = normalize_zone(zone);
    format!("{year}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{point}{nanoseconds}{zone}")
}

/// An offset of up to 24 hours and 60 minutes, with less than 60 minutes.
fn normalize_zone(zone: &str) -> String {
    let (hours, minutes) = zone.split_once(':').unwrap_or(("+0", "0"));
    let (sign, hours) = hours.split_at_checked(1).unwrap_or(("+", "0"));
    let number = |digits: &str| digits.parse::<u32>().unwrap_or_default();
    match number(hours) * 60 + number(minutes) {
        0 => "Z".to_owned(),
        offset => format!("{sign}{:02}:{:02}", offset / 60, offset % 60),
    }
}

fn scan(text: &str) -> Option<Timestamp<'_>> {
    let mut time = Timestamp { year: text.get(..4)?, ..Timestamp::default() };
    let mut rest = text.get(4..)?;
    time.month = after(&mut rest, '-', 12)?;
    time.day = after(&mut rest, '-', 31)?;
    let year = time.year.parse::<u32>().ok()?;
    if time.month == 0 || time.day == 0 || time.day > days_in(year, time.month) {
        return None;
    }
    match rest.as_bytes().first() {
        None => {}
        Some(b' ') => {
            scan_clock(&mut rest, &mut time)?;
            if !rest.is_empty() {
                return None;
            }
        }
        Some(b'T' | b't') => {
            scan_clock(&mut rest, &mut time)?;
            time.zone = scan_zone(rest)?;
        }
        Some(_) => return None,
    }
    Some(time)
}

/// Reads the separator and the hours, minutes and seconds.
fn scan_clock<'t>(rest: &mut &'t str, time: &mut Timestamp<'t>) -> Option<()> {
    *rest = rest.get(1..)?;
    time.hour = number(rest, 23)?;
    time.minute = after(rest, ':', 59)?;
    time.second = after(rest, ':', 59)?;
    if let [b'.' | b',', b'0'..=b'9', ..] = rest.as_bytes() {
        let digits = rest.get(1..)?;
        *rest = digits.trim_start_matches(|character: char| character.is_ascii_digit());
        time.fraction = digits.strip_suffix(*rest)?;
    }
    Some(())
}

/// The offset of a zone, empty for `Z`.
fn scan_zone(zone: &str) -> Option<&str> {
    let digits = match zone.as_bytes() {
        b"Z" => return Some(""),
        [b'+' | b'-', digits @ ..] => digits,
        _ => return None,
    };
    let two = |high: u8, low: u8| {
        (high.is_ascii_digit() && low.is_ascii_digit()).then(|| (high - b'0') * 10 + (low - b'0'))
    };
    let [h1, h2, b':', m1, m2] = *digits else { return None };
    (two(h1, h2)? <= 24 && two(m1, m2)? <= 60).then_some(zone)
}

/// Reads `separator` and a number.
fn after(rest: &mut &str, separator: char, most: u32) -> Option<u32> {
    *rest = rest.strip_prefix(separator)?;
    number(rest, most)
}

/// Reads a number of one or two digits.
fn number(rest: &mut &str, most: u32) -> Option<u32> {
    let digits = rest.bytes().take(2).take_while(u8::is_ascii_digit).count();
    let (number, tail) = rest.split_at_checked(digits)?;
    *rest = tail;
    number.parse().ok().filter(|number| *number <= most)
}

fn days_in(year: u32, month: u32) -> u32 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_formats_of_go_yaml() {
        let cases = [
            ("2001-12-14", Some("2001-12-14T00:00:00Z")),
            ("2001-1-1", Some("2001-01-01T00:00:00Z")),
            ("2001-12-14t21:59:43.10-05:00", Some("2001-12-14T21:59:43.1-05:00")),
            ("2001-12-15 2:59:43.10", Some("2001-12-15T02:59:43.1Z")),
            ("2001-12-14T1:2:3,5Z", Some("2001-12-14T01:02:03.5Z")),
            ("2000-02-29", Some("2000-02-29T00:00:00Z")),
            ("2001-02-29", None),
            ("2001-12-14 21:59:43.10 -5", None),
            ("2001-12-14T24:00:00Z", None),
            ("02001-1-1", None),
            ("2001-1-1 ", None),
        ];
        for (text, expected) in cases {
            assert_eq!(is_timestamp(text).then(|| normalize(text)).as_deref(), expected, "{text}");
        }
    }
}
