//! Text that go-yaml takes for a point in time.

/// Whether `text` is a date, or a date and a time of day, in one of go-yaml's formats:
/// `2006-1-2`, `2006-1-2T15:4:5.9Z07:00` (also with `t`) and `2006-1-2 15:4:5.9`.
pub(crate) fn is_timestamp(text: &str) -> bool {
    let bytes = text.as_bytes();
    let leading_digits = bytes.iter().take(5).take_while(|byte| byte.is_ascii_digit()).count();
    leading_digits == 4 && bytes.get(4) == Some(&b'-') && scan(text).is_some()
}

fn scan(text: &str) -> Option<()> {
    let mut rest = text;
    let year = text.get(..4)?.parse::<u32>().ok()?;
    rest = rest.get(4..)?;
    let month = after(&mut rest, '-', 12)?;
    let day = after(&mut rest, '-', 31)?;
    if month == 0 || day == 0 || day > days_in(year, month) {
        return None;
    }
    match rest.as_bytes().first() {
        None => Some(()),
        Some(b' ') => {
            scan_clock(&mut rest)?;
            rest.is_empty().then_some(())
        }
        Some(b'T' | b't') => {
            scan_clock(&mut rest)?;
            scan_zone(rest)
        }
        Some(_) => None,
    }
}

/// Reads the separator and the hours, minutes and seconds.
fn scan_clock(rest: &mut &str) -> Option<()> {
    *rest = rest.get(1..)?;
    number(rest, 23)?;
    after(rest, ':', 59)?;
    after(rest, ':', 59)?;
    if let [b'.' | b',', b'0'..=b'9', ..] = rest.as_bytes() {
        *rest = rest.get(1..)?.trim_start_matches(|character: char| character.is_ascii_digit());
    }
    Some(())
}

fn scan_zone(zone: &str) -> Option<()> {
    let digits = match zone.as_bytes() {
        b"Z" => return Some(()),
        [b'+' | b'-', digits @ ..] => digits,
        _ => return None,
    };
    let two = |high: u8, low: u8| {
        (high.is_ascii_digit() && low.is_ascii_digit()).then(|| (high - b'0') * 10 + (low - b'0'))
    };
    let [h1, h2, b':', m1, m2] = *digits else { return None };
    (two(h1, h2)? <= 24 && two(m1, m2)? <= 60).then_some(())
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
