//! `time.ParseInLocation`: a text read by a layout.

use super::layout::{Element, Fill, Length, MONTHS, OffsetStyle, WEEKDAYS, next_element};
use super::quote;
use super::time::{Civil, Time, days_in, is_leap};
use super::zone::Zone;

/// Why a text is not a time of its layout.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ParseTimeError {
    /// The text differs from the layout.
    #[error(
        "parsing time {} as {}: cannot parse {} as {}",
        quote(text),
        quote(layout),
        quote(rest),
        quote(element)
    )]
    Differs {
        /// The whole text.
        text: Vec<u8>,
        /// The whole layout.
        layout: Vec<u8>,
        /// What is left of the text.
        rest: Vec<u8>,
        /// The element of the layout that it should begin with.
        element: Vec<u8>,
    },
    /// Everything else that is wrong.
    #[error("parsing time {}{}", quote(text), message)]
    Invalid {
        /// The whole text.
        text: Vec<u8>,
        /// What is wrong, from `: ` on.
        message: String,
    },
}

/// Why one element can't be read.
enum Bad {
    /// The text differs.
    Differs,
    /// The number is read, but out of range: of what.
    Range(&'static str),
}

/// What has been read so far.
#[derive(Default)]
struct Fields {
    year: i64,
    month: Option<i64>,
    day: Option<i64>,
    year_day: Option<i64>,
    hour: i64,
    minute: i64,
    second: i64,
    nanoseconds: u32,
    half: Option<Half>,
    is_utc: bool,
    offset: Option<i32>,
    zone_name: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Half {
    Morning,
    Afternoon,
}

/// Reads a time; without a zone in the text it is in the local one, UTC.
///
/// # Errors
/// When the text differs from the layout, or a field is out of its range.
pub(crate) fn parse(layout: &[u8], text: &[u8]) -> Result<Time, ParseTimeError> {
    let invalid = |message: String| ParseTimeError::Invalid { text: text.to_vec(), message };
    let differs = |rest: &[u8], element: &[u8]| ParseTimeError::Differs {
        text: text.to_vec(),
        layout: layout.to_vec(),
        rest: rest.to_vec(),
        element: element.to_vec(),
    };
    let mut fields = Fields::default();
    let (mut rest_of_layout, mut rest) = (layout, text);
    loop {
        let (prefix, element, suffix) = next_element(rest_of_layout);
        rest = skip(rest, prefix).map_err(|at| differs(at, prefix))?;
        let Some(element) = element else { break };
        let spelling =
            rest_of_layout.get(prefix.len()..rest_of_layout.len() - suffix.len()).unwrap_or_default();
        rest_of_layout = suffix;
        let mut reader = Reader { rest, fields: &mut fields };
        match reader.read(element, suffix) {
            Ok(()) => rest = reader.rest,
            Err(Bad::Differs) => return Err(differs(rest, spelling)),
            Err(Bad::Range(field)) => return Err(invalid(format!(": {field} out of range"))),
        }
    }
    if !rest.is_empty() {
        return Err(invalid(format!(": extra text: {}", quote(rest))));
    }
    fields.into_time().map_err(|message| invalid(format!(": {message}")))
}

/// Literal text of the layout: a run of blanks stands for any number of them. The error is where they differ.
fn skip<'a>(mut value: &'a [u8], mut prefix: &[u8]) -> Result<&'a [u8], &'a [u8]> {
    while let [first, rest_of_prefix @ ..] = prefix {
        match value {
            _ if *first == b' ' => {
                if value.first().is_some_and(|byte| *byte != b' ') {
                    return Err(value);
                }
                (prefix, value) = (cut_blanks(prefix), cut_blanks(value));
            }
            [byte, rest @ ..] if byte == first => (prefix, value) = (rest_of_prefix, rest),
            _ => return Err(value),
        }
    }
    Ok(value)
}

fn cut_blanks(text: &[u8]) -> &[u8] {
    let blanks = text.iter().take_while(|byte| **byte == b' ').count();
    text.get(blanks..).unwrap_or_default()
}

struct Reader<'a, 'f> {
    rest: &'a [u8],
    fields: &'f mut Fields,
}

impl<'a> Reader<'a, '_> {
    fn read(&mut self, element: Element, rest_of_layout: &[u8]) -> Result<(), Bad> {
        match element {
            Element::Year => self.year(4).map(|year| self.fields.year = year),
            Element::YearOfCentury => self.year_of_century(),
            Element::MonthName(length) => {
                self.name(&MONTHS, length).map(|index| self.fields.month = Some(index + 1))
            }
            Element::Month(fill) => self.month(fill),
            Element::Weekday(length) => self.name(&WEEKDAYS, length).map(|_| ()),
            Element::Day(fill) => self.day(fill),
            Element::YearDay(fill) => self.year_day(fill),
            Element::Hour => self.below(24, Fill::None, "hour").map(|hour| self.fields.hour = hour),
            Element::Hour12(fill) => self.below(13, fill, "hour").map(|hour| self.fields.hour = hour),
            Element::Minute(fill) => self.below(60, fill, "minute").map(|minute| self.fields.minute = minute),
            Element::Second(fill) => self.second(fill, rest_of_layout),
            Element::UpperHalf => self.half(b"AM", b"PM"),
            Element::LowerHalf => self.half(b"am", b"pm"),
            Element::ZoneName => self.zone_name(),
            Element::Offset(style) => self.offset(style),
            Element::Fraction { digits, keeps_zeros: true, .. } => self.fraction(digits),
            Element::Fraction { .. } => self.optional_fraction(),
        }
    }

    fn take(&mut self, count: usize) -> Result<&'a [u8], Bad> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or(Bad::Differs)?;
        self.rest = rest;
        Ok(taken)
    }

    fn is_digit(&self, at: usize) -> bool {
        self.rest.get(at).is_some_and(u8::is_ascii_digit)
    }

    /// One or two digits; exactly two where the layout is filled with zeros.
    fn number(&mut self, fill: Fill) -> Result<i64, Bad> {
        let count = match (self.is_digit(0), self.is_digit(1)) {
            (true, true) => 2,
            (true, false) if fill != Fill::Zero => 1,
            _ => return Err(Bad::Differs),
        };
        self.take(count).and_then(number_of)
    }

    fn below(&mut self, limit: i64, fill: Fill, field: &'static str) -> Result<i64, Bad> {
        let number = self.number(fill)?;
        if number < limit { Ok(number) } else { Err(Bad::Range(field)) }
    }

    fn year(&mut self, count: usize) -> Result<i64, Bad> {
        if count == 4 && !self.is_digit(0) {
            return Err(Bad::Differs);
        }
        self.take(count).and_then(number_of)
    }

    fn year_of_century(&mut self) -> Result<(), Bad> {
        let year = self.year(2)?;
        self.fields.year = year + if year >= 69 { 1900 } else { 2000 };
        Ok(())
    }

    fn month(&mut self, fill: Fill) -> Result<(), Bad> {
        let month = self.number(fill)?;
        self.fields.month = Some(month);
        if (1..=12).contains(&month) { Ok(()) } else { Err(Bad::Range("month")) }
    }

    fn name(&mut self, names: &[&str], length: Length) -> Result<i64, Bad> {
        for (name, index) in names.iter().zip(0..) {
            let name = if length == Length::Short { name.get(..3).unwrap_or(name) } else { name };
            let found = self.rest.get(..name.len());
            if found.is_some_and(|found| found.eq_ignore_ascii_case(name.as_bytes())) {
                self.take(name.len())?;
                return Ok(index);
            }
        }
        Err(Bad::Differs)
    }

    fn skip_blank(&mut self, fill: Fill) {
        if let (Fill::Space, [b' ', rest @ ..]) = (fill, self.rest) {
            self.rest = rest;
        }
    }

    /// Whether the month has such a day is asked at the end.
    fn day(&mut self, fill: Fill) -> Result<(), Bad> {
        self.skip_blank(fill);
        let day = self.number(fill)?;
        self.fields.day = Some(day);
        Ok(())
    }

    fn year_day(&mut self, fill: Fill) -> Result<(), Bad> {
        self.skip_blank(fill);
        self.skip_blank(fill);
        let count = (0..3).take_while(|at| self.is_digit(*at)).count();
        if count == 0 || fill == Fill::Zero && count != 3 {
            return Err(Bad::Differs);
        }
        let day = self.take(count).and_then(number_of)?;
        self.fields.year_day = Some(day);
        Ok(())
    }

    /// The text may have a fraction that the layout does not.
    fn second(&mut self, fill: Fill, rest_of_layout: &[u8]) -> Result<(), Bad> {
        self.fields.second = self.below(60, fill, "second")?;
        let has_fraction = matches!(self.rest.first(), Some(b'.' | b',')) && self.is_digit(1);
        let (_, next, _) = next_element(rest_of_layout);
        if has_fraction && !matches!(next, Some(Element::Fraction { .. })) {
            return self.optional_fraction();
        }
        Ok(())
    }

    fn half(&mut self, morning: &[u8], afternoon: &[u8]) -> Result<(), Bad> {
        let found = self.take(2)?;
        self.fields.half = match found {
            _ if found == morning => Some(Half::Morning),
            _ if found == afternoon => Some(Half::Afternoon),
            _ => return Err(Bad::Differs),
        };
        Ok(())
    }

    fn fraction(&mut self, count: usize) -> Result<(), Bad> {
        let taken = self.take(count + 1)?;
        let [b'.' | b',', found @ ..] = taken else { return Err(Bad::Differs) };
        self.nanoseconds(found)
    }

    fn optional_fraction(&mut self) -> Result<(), Bad> {
        if !matches!(self.rest.first(), Some(b'.' | b',')) || !self.is_digit(1) {
            return Ok(());
        }
        let count = (1..).take_while(|at| self.is_digit(*at)).count();
        self.fraction(count)
    }

    /// Digits beyond the ninth are not looked at.
    fn nanoseconds(&mut self, found: &[u8]) -> Result<(), Bad> {
        let shown = found.get(..9).unwrap_or(found);
        let number = number_of(shown)?;
        let missing = u32::try_from(9 - shown.len()).unwrap_or(0);
        let number = u32::try_from(number).map_err(|_| Bad::Range("fractional second"))?;
        self.fields.nanoseconds = number * 10_u32.pow(missing);
        Ok(())
    }

    fn offset(&mut self, style: OffsetStyle) -> Result<(), Bad> {
        if let (true, [b'Z', rest @ ..]) = (style.has_z, self.rest) {
            self.rest = rest;
            self.fields.is_utc = true;
            return Ok(());
        }
        let text = self.offset_text(style)?;
        let width = 2 + usize::from(style.has_colon);
        let mut parts = [0; 3];
        let mut is_bad = !matches!(text.first(), Some(b'+' | b'-'));
        for (at, part) in parts.iter_mut().enumerate().take(style.precision.parts()) {
            let start = 1 + at * width;
            match text.get(start..start + 2).and_then(two_digits) {
                Some(number) => *part = number,
                None => {
                    is_bad = true;
                    break;
                }
            }
        }
        let [hours, minutes, seconds] = parts;
        // A range is complained of before a wrong digit or sign, the last one first, and 24:60:60 is in range.
        match () {
            () if seconds > 60 => return Err(Bad::Range("time zone offset second")),
            () if minutes > 60 => return Err(Bad::Range("time zone offset minute")),
            () if hours > 24 => return Err(Bad::Range("time zone offset hour")),
            () if is_bad => return Err(Bad::Differs),
            () => {}
        }
        let amount = (hours * 60 + minutes) * 60 + seconds;
        self.fields.offset = Some(if text.starts_with(b"-") { -amount } else { amount });
        Ok(())
    }

    /// The sign and the digits, with colons where they belong.
    fn offset_text(&mut self, style: OffsetStyle) -> Result<&'a [u8], Bad> {
        let more = style.precision.parts() - 1;
        let text = self.take(3 + more * (2 + usize::from(style.has_colon)))?;
        let has_colons = (1..=more).all(|part| text.get(part * 3) == Some(&b':'));
        if style.has_colon && !has_colons { Err(Bad::Differs) } else { Ok(text) }
    }

    fn zone_name(&mut self) -> Result<(), Bad> {
        if let Some(rest) = self.rest.strip_prefix(b"UTC") {
            self.rest = rest;
            self.fields.is_utc = true;
            return Ok(());
        }
        let length = zone_name_length(self.rest).ok_or(Bad::Differs)?;
        let name = self.take(length)?;
        self.fields.zone_name = String::from_utf8_lossy(name).into_owned();
        Ok(())
    }
}

/// How long the zone's abbreviation is that a text begins with: three to five capitals with exceptions, `GMT+3`,
/// or a signed number of hours.
fn zone_name_length(text: &[u8]) -> Option<usize> {
    if text.len() < 3 {
        return None;
    }
    if text.starts_with(b"ChST") || text.starts_with(b"MeST") {
        return Some(4);
    }
    if let Some(rest) = text.strip_prefix(b"GMT") {
        return Some(3 + signed_hours_length(rest).unwrap_or(0));
    }
    if matches!(text.first(), Some(b'+' | b'-')) {
        return signed_hours_length(text);
    }
    let capitals = text.iter().take(6).take_while(|byte| byte.is_ascii_uppercase()).count();
    match capitals {
        5 if text.get(4) == Some(&b'T') => Some(5),
        4 if text.get(3) == Some(&b'T') || text.starts_with(b"WITA") => Some(4),
        3 => Some(3),
        _ => None,
    }
}

fn signed_hours_length(text: &[u8]) -> Option<usize> {
    let [b'+' | b'-', rest @ ..] = text else { return None };
    let count = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let hours: u64 = std::str::from_utf8(rest.get(..count)?).ok()?.parse().ok()?;
    (hours <= 23).then_some(count + 1)
}

/// A number; a sign is allowed, as in Go.
fn number_of(text: &[u8]) -> Result<i64, Bad> {
    let text = std::str::from_utf8(text).map_err(|_| Bad::Differs)?;
    text.parse().map_err(|_| Bad::Differs)
}

fn two_digits(text: &[u8]) -> Option<i32> {
    let is_number = text.iter().all(u8::is_ascii_digit);
    is_number.then(|| std::str::from_utf8(text).ok()?.parse().ok()).flatten()
}

// === impl Fields ===

impl Fields {
    fn into_time(self) -> Result<Time, &'static str> {
        let (month, day) = self.month_and_day()?;
        if day < 1 || day > days_in(month, self.year) {
            return Err("day out of range");
        }
        let hour = match self.half {
            Some(Half::Afternoon) if self.hour < 12 => self.hour + 12,
            Some(Half::Morning) if self.hour == 12 => 0,
            _ => self.hour,
        };
        let civil = Civil { year: self.year, month, day, hour, minute: self.minute, second: self.second };
        let mut time = Time::from_civil(&civil, self.nanoseconds, Zone::Utc);
        if self.is_utc {
            return Ok(time);
        }
        if let Some(offset) = self.offset {
            time.seconds -= i64::from(offset);
            // The local zone, UTC, is used where it says the same.
            let is_local = offset == 0 && matches!(self.zone_name.as_str(), "" | "UTC");
            time.zone = if is_local { Zone::Utc } else { Zone::Fixed { offset, name: self.zone_name } };
        } else if !self.zone_name.is_empty() {
            let hours = self.zone_name.strip_prefix("GMT").and_then(|hours| hours.parse::<i32>().ok());
            time.zone = Zone::Fixed { offset: hours.unwrap_or(0) * 3600, name: self.zone_name };
            // A named zone's offset is unknown: the clock is read as UTC and shown with the offset of the name.
        }
        Ok(time)
    }

    fn month_and_day(&self) -> Result<(i64, i64), &'static str> {
        let Some(year_day) = self.year_day else {
            return Ok((self.month.unwrap_or(1), self.day.unwrap_or(1)));
        };
        let days = if is_leap(self.year) { 366 } else { 365 };
        if !(1..=days).contains(&year_day) {
            return Err("day-of-year out of range");
        }
        let (mut month, mut day) = (1, year_day);
        while day > days_in(month, self.year) {
            day -= days_in(month, self.year);
            month += 1;
        }
        if self.month.is_some_and(|found| found != month) {
            return Err("day-of-year does not match month");
        }
        if self.day.is_some_and(|found| found != day) {
            return Err("day-of-year does not match day");
        }
        Ok((month, day))
    }
}
