//! Go's time layouts: the reference time `Mon Jan 2 15:04:05 MST 2006` in any spelling.

use super::time::{Civil, Time};

pub(crate) const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
pub(crate) const WEEKDAYS: [&str; 7] =
    ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

/// How a number is filled up to its width.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fill {
    None,
    Zero,
    Space,
}

/// How long a name is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Length {
    Short,
    Long,
}

/// How an offset is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct OffsetStyle {
    /// `Z` stands for an offset of 0.
    pub(crate) has_z: bool,
    pub(crate) has_colon: bool,
    pub(crate) precision: OffsetPrecision,
}

/// The smallest part of an offset that is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OffsetPrecision {
    Hour,
    Minute,
    Second,
}

impl OffsetPrecision {
    /// How many numbers of two digits an offset has.
    pub(crate) fn parts(self) -> usize {
        match self {
            Self::Hour => 1,
            Self::Minute => 2,
            Self::Second => 3,
        }
    }
}

/// One element of a layout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Element {
    /// `2006`.
    Year,
    /// `06`.
    YearOfCentury,
    /// `January`, `Jan`.
    MonthName(Length),
    /// `1`, `01`.
    Month(Fill),
    /// `Monday`, `Mon`.
    Weekday(Length),
    /// `2`, `02`, `_2`.
    Day(Fill),
    /// `002`, `__2`.
    YearDay(Fill),
    /// `15`.
    Hour,
    /// `3`, `03`.
    Hour12(Fill),
    /// `4`, `04`.
    Minute(Fill),
    /// `5`, `05`.
    Second(Fill),
    /// `PM`.
    UpperHalf,
    /// `pm`.
    LowerHalf,
    /// `MST`.
    ZoneName,
    /// `-0700` and its like.
    Offset(OffsetStyle),
    /// `.000` or `.999`: the separator, the digits, and whether zeros at the end are kept.
    Fraction { separator: u8, digits: usize, keeps_zeros: bool },
}

/// The first element of a layout: what stands before it, the element (`None` at the end), and what follows.
pub(crate) fn next_element(layout: &[u8]) -> (&[u8], Option<Element>, &[u8]) {
    for at in 0..layout.len() {
        let (prefix, rest) = layout.split_at(at);
        if let Some((element, skipped, length)) = element_at(rest) {
            let prefix = layout.get(..prefix.len() + skipped).unwrap_or(layout);
            return (prefix, Some(element), rest.get(length..).unwrap_or_default());
        }
    }
    (layout, None, &[])
}

/// The element at the start of the text, the bytes of it that are literal after all, and its length.
fn element_at(rest: &[u8]) -> Option<(Element, usize, usize)> {
    let whole = |element, length| Some((element, 0, length));
    let is_word = |length: usize| !rest.get(length).is_some_and(u8::is_ascii_lowercase);
    match rest {
        [b'J', b'a', b'n', b'u', b'a', b'r', b'y', ..] => whole(Element::MonthName(Length::Long), 7),
        [b'J', b'a', b'n', ..] if is_word(3) => whole(Element::MonthName(Length::Short), 3),
        [b'M', b'o', b'n', b'd', b'a', b'y', ..] => whole(Element::Weekday(Length::Long), 6),
        [b'M', b'o', b'n', ..] if is_word(3) => whole(Element::Weekday(Length::Short), 3),
        [b'M', b'S', b'T', ..] => whole(Element::ZoneName, 3),
        [b'0', digit @ b'1'..=b'6', ..] => whole(zero_filled(*digit), 2),
        [b'0', b'0', b'2', ..] => whole(Element::YearDay(Fill::Zero), 3),
        [b'1', b'5', ..] => whole(Element::Hour, 2),
        [b'1', ..] => whole(Element::Month(Fill::None), 1),
        [b'2', b'0', b'0', b'6', ..] => whole(Element::Year, 4),
        [b'2', ..] => whole(Element::Day(Fill::None), 1),
        [b'_', b'2', b'0', b'0', b'6', ..] => Some((Element::Year, 1, 5)),
        [b'_', b'2', ..] => whole(Element::Day(Fill::Space), 2),
        [b'_', b'_', b'2', ..] => whole(Element::YearDay(Fill::Space), 3),
        [b'3', ..] => whole(Element::Hour12(Fill::None), 1),
        [b'4', ..] => whole(Element::Minute(Fill::None), 1),
        [b'5', ..] => whole(Element::Second(Fill::None), 1),
        [b'P', b'M', ..] => whole(Element::UpperHalf, 2),
        [b'p', b'm', ..] => whole(Element::LowerHalf, 2),
        [sign @ (b'-' | b'Z'), offset @ ..] => {
            offset_at(*sign, offset).map(|(element, length)| (element, 0, length))
        }
        [separator @ (b'.' | b','), digits @ ..] => fraction_at(*separator, digits),
        _ => None,
    }
}

fn zero_filled(digit: u8) -> Element {
    match digit {
        b'1' => Element::Month(Fill::Zero),
        b'2' => Element::Day(Fill::Zero),
        b'3' => Element::Hour12(Fill::Zero),
        b'4' => Element::Minute(Fill::Zero),
        b'5' => Element::Second(Fill::Zero),
        _ => Element::YearOfCentury,
    }
}

fn offset_at(sign: u8, offset: &[u8]) -> Option<(Element, usize)> {
    let spellings: [(&[u8], bool, OffsetPrecision); 5] = [
        (b"070000", false, OffsetPrecision::Second),
        (b"07:00:00", true, OffsetPrecision::Second),
        (b"0700", false, OffsetPrecision::Minute),
        (b"07:00", true, OffsetPrecision::Minute),
        (b"07", false, OffsetPrecision::Hour),
    ];
    let (spelling, has_colon, precision) =
        spellings.into_iter().find(|(spelling, ..)| offset.starts_with(spelling))?;
    Some((Element::Offset(OffsetStyle { has_z: sign == b'Z', has_colon, precision }), spelling.len() + 1))
}

/// `.000` or `.999`, but not when other digits follow.
fn fraction_at(separator: u8, rest: &[u8]) -> Option<(Element, usize, usize)> {
    let digit = *rest.first().filter(|digit| matches!(digit, b'0' | b'9'))?;
    let digits = rest.iter().take_while(|byte| **byte == digit).count();
    let ends = !rest.get(digits).is_some_and(u8::is_ascii_digit);
    ends.then_some((Element::Fraction { separator, digits, keeps_zeros: digit == b'0' }, 0, digits + 1))
}

/// `Time.Format`.
pub(crate) fn format(time: &Time, layout: &[u8]) -> Vec<u8> {
    let (civil, offset, zone) = time.local();
    let mut text = Vec::with_capacity(layout.len() + 8);
    let mut rest = layout;
    loop {
        let (prefix, element, suffix) = next_element(rest);
        text.extend_from_slice(prefix);
        let Some(element) = element else { return text };
        text.extend_from_slice(print(element, time, &civil, offset, &zone).as_bytes());
        rest = suffix;
    }
}

fn print(element: Element, time: &Time, civil: &Civil, offset: i32, zone: &str) -> String {
    let hour12 = (civil.hour + 11) % 12 + 1;
    match element {
        Element::Year if civil.year < 0 => format!("-{:04}", -civil.year),
        Element::Year => format!("{:04}", civil.year),
        Element::YearOfCentury => format!("{:02}", civil.year.abs() % 100),
        Element::MonthName(length) => name(&MONTHS, civil.month - 1, length),
        Element::Month(fill) => number(civil.month, fill, 2),
        Element::Weekday(length) => name(&WEEKDAYS, civil.weekday(), length),
        Element::Day(fill) => number(civil.day, fill, 2),
        Element::YearDay(fill) => number(civil.year_day(), fill, 3),
        Element::Hour => number(civil.hour, Fill::Zero, 2),
        Element::Hour12(fill) => number(hour12, fill, 2),
        Element::Minute(fill) => number(civil.minute, fill, 2),
        Element::Second(fill) => number(civil.second, fill, 2),
        Element::UpperHalf => if civil.hour >= 12 { "PM" } else { "AM" }.to_owned(),
        Element::LowerHalf => if civil.hour >= 12 { "pm" } else { "am" }.to_owned(),
        Element::ZoneName if zone.is_empty() => print_offset(
            offset,
            OffsetStyle { has_z: false, has_colon: false, precision: OffsetPrecision::Minute },
        ),
        Element::ZoneName => zone.to_owned(),
        Element::Offset(style) => print_offset(offset, style),
        Element::Fraction { separator, digits, keeps_zeros } => {
            print_fraction(time.nanoseconds, separator, digits, keeps_zeros)
        }
    }
}

fn number(number: i64, fill: Fill, width: usize) -> String {
    match fill {
        Fill::None => number.to_string(),
        Fill::Zero => format!("{number:0width$}"),
        Fill::Space => format!("{number:width$}"),
    }
}

fn name(names: &[&str], index: i64, length: Length) -> String {
    let name = usize::try_from(index).ok().and_then(|index| names.get(index)).copied().unwrap_or_default();
    match length {
        Length::Long => name.to_owned(),
        Length::Short => name.chars().take(3).collect(),
    }
}

fn print_offset(offset: i32, style: OffsetStyle) -> String {
    if style.has_z && offset == 0 {
        return "Z".to_owned();
    }
    let minutes = (offset / 60).abs();
    let sign = if offset / 60 < 0 { '-' } else { '+' };
    // Go takes the seconds of the offset's amount only where it has turned the sign.
    let seconds = if offset / 60 < 0 { -offset % 60 } else { offset % 60 };
    let colon = if style.has_colon { ":" } else { "" };
    let hours = format!("{sign}{:02}", minutes / 60);
    match style.precision {
        OffsetPrecision::Hour => hours,
        OffsetPrecision::Minute => format!("{hours}{colon}{:02}", minutes % 60),
        OffsetPrecision::Second => format!("{hours}{colon}{:02}{colon}{seconds:02}", minutes % 60),
    }
}

fn print_fraction(nanoseconds: u32, separator: u8, digits: usize, keeps_zeros: bool) -> String {
    if !keeps_zeros && nanoseconds == 0 {
        return String::new();
    }
    let all = format!("{nanoseconds:09}");
    let shown = all.get(..digits).unwrap_or(&all);
    let shown = if keeps_zeros { shown } else { shown.trim_end_matches('0') };
    if shown.is_empty() { String::new() } else { format!("{}{shown}", char::from(separator)) }
}
