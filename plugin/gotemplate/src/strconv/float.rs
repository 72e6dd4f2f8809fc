//! Floating-point numbers.

use smallvec::SmallVec;

use super::{NumberError, NumberErrorKind, has_good_underscores, push_decimal};
use crate::{FloatKind, Str};

/// How a number is written; the letters are those of Go's verbs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FloatFormat {
    /// `e`: `-d.dddde±dd`.
    E,
    /// `E`: as `e` with a capital.
    UpperE,
    /// `f`: `-ddd.dddd`.
    F,
    /// `g`: `e` for large and small exponents, else `f`.
    G,
    /// `G`: as `g` with a capital.
    UpperG,
    /// `b`: `-ddddp±ddd`, binary exponent.
    B,
    /// `x`: `-0x1.yyyyp±dd`.
    X,
    /// `X`: as `x` with capitals.
    UpperX,
}

/// From here on, whole numbers have an exponent in the shortest form.
const SHORT: f64 = 1e6;

/// Digits past this many are zero, whatever the number.
const LAST_DIGIT: usize = 1100;

/// Go's `strconv.FormatFloat`. Without a precision, as many digits are written as tell the number from all
/// others of its kind.
///
/// ```
/// use gotemplate::FloatKind::Float64;
/// use gotemplate::strconv::{FloatFormat, format_float};
/// assert_eq!(format_float(1e6, FloatFormat::G, None, Float64), "1e+06");
/// assert_eq!(format_float(2.5, FloatFormat::F, Some(2), Float64), "2.50");
/// ```
#[must_use]
pub fn format_float(value: f64, format: FloatFormat, precision: Option<usize>, kind: FloatKind) -> String {
    let mut out = Vec::new();
    push_float(&mut out, value, format, precision, kind);
    String::from_utf8(out).unwrap_or_default()
}

/// Appends what [`format_float`] returns.
pub fn push_float(
    out: &mut Vec<u8>,
    value: f64,
    format: FloatFormat,
    precision: Option<usize>,
    kind: FloatKind,
) {
    if value.is_nan() {
        return out.extend_from_slice(b"NaN");
    }
    if value.is_infinite() {
        return out.extend_from_slice(if value < 0.0 { b"-Inf" } else { b"+Inf" });
    }
    if value.is_sign_negative() {
        out.push(b'-');
    }
    let value = value.abs();
    match format {
        FloatFormat::E => push_exponent(out, &Digits::scientific(value, precision, kind), precision, b'e'),
        FloatFormat::UpperE => {
            push_exponent(out, &Digits::scientific(value, precision, kind), precision, b'E')
        }
        FloatFormat::F => push_fixed(out, value, precision, kind),
        FloatFormat::G => push_general(out, value, precision, kind, b'e'),
        FloatFormat::UpperG => push_general(out, value, precision, kind, b'E'),
        FloatFormat::B => push_binary(out, value, kind),
        FloatFormat::X => push_hex(out, value, precision, kind, Case::Lower),
        FloatFormat::UpperX => push_hex(out, value, precision, kind, Case::Upper),
    }
}

/// Decimal digits without zeros at the end; `0.d₁d₂… × 10^point`. Zero has no digits.
struct Digits {
    /// The shortest texts of numbers fit in place.
    digits: SmallVec<[u8; 24]>,
    point: i32,
}

impl Digits {
    /// With `precision` digits after the first, or as many as are needed.
    fn scientific(value: f64, precision: Option<usize>, kind: FloatKind) -> Self {
        if value == 0.0 {
            return Self { digits: SmallVec::new(), point: 0 };
        }
        match (precision, kind) {
            (Some(precision), _) => Self::parse(&format!("{value:.*e}", precision.min(LAST_DIGIT))),
            // Of two shortest texts that are equally near, these take the even one, as Go does.
            #[expect(clippy::cast_possible_truncation, reason = "the value came from a float32")]
            (None, FloatKind::Float32) => Self::parse(zmij::Buffer::new().format_finite(value as f32)),
            (None, FloatKind::Float64) => Self::parse(zmij::Buffer::new().format_finite(value)),
        }
    }

    /// Digits with a point somewhere, and perhaps an exponent.
    fn parse(text: &str) -> Self {
        let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
        let (before, after) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all = || before.bytes().chain(after.bytes());
        let zeros = all().take_while(|digit| *digit == b'0').count();
        let mut digits: SmallVec<_> = all().skip(zeros).collect();
        while digits.last() == Some(&b'0') {
            digits.pop();
        }
        let point = i32::try_from(before.len()).unwrap_or(0) - i32::try_from(zeros).unwrap_or(0);
        Self { digits, point: point + exponent.parse::<i32>().unwrap_or(0) }
    }

    fn len(&self) -> usize {
        self.digits.len()
    }

    /// The digit at `place` after the point, which may be before it; zero where there is none.
    fn at(&self, place: i32) -> u8 {
        let index = usize::try_from(self.point + place).ok();
        index.and_then(|index| self.digits.get(index)).copied().unwrap_or(b'0')
    }
}

/// `d.ddde±dd`; without a precision all digits are written.
fn push_exponent(out: &mut Vec<u8>, digits: &Digits, precision: Option<usize>, letter: u8) {
    out.push(digits.digits.first().copied().unwrap_or(b'0'));
    let precision = precision.unwrap_or_else(|| digits.len().saturating_sub(1));
    if precision > 0 {
        out.push(b'.');
        let fraction = digits.digits.get(1..).unwrap_or_default();
        let written = fraction.get(..precision).unwrap_or(fraction);
        out.extend_from_slice(written);
        out.resize(out.len() + precision - written.len(), b'0');
    }
    let exponent = if digits.len() == 0 { 0 } else { digits.point - 1 };
    out.push(letter);
    push_signed(out, exponent);
}

/// A sign and at least two digits.
fn push_signed(out: &mut Vec<u8>, exponent: i32) {
    out.push(if exponent < 0 { b'-' } else { b'+' });
    out.extend_from_slice(format!("{:02}", exponent.unsigned_abs()).as_bytes());
}

fn push_fixed(out: &mut Vec<u8>, value: f64, precision: Option<usize>, kind: FloatKind) {
    match precision {
        None => {
            let digits = Digits::scientific(value, None, kind);
            push_plain(out, &digits, places_after_point(&digits));
        }
        Some(precision) => {
            let digits = precision.min(LAST_DIGIT);
            out.extend_from_slice(format!("{value:.digits$}").as_bytes());
            out.resize(out.len() + precision - digits, b'0');
        }
    }
}

fn places_after_point(digits: &Digits) -> usize {
    let length = i32::try_from(digits.len()).unwrap_or(i32::MAX);
    usize::try_from(length - digits.point).unwrap_or(0)
}

/// `ddd.ddd` with `places` digits after the point.
fn push_plain(out: &mut Vec<u8>, digits: &Digits, places: usize) {
    if digits.point > 0 {
        out.extend((-digits.point..0).map(|place| digits.at(place)));
    } else {
        out.push(b'0');
    }
    if places > 0 {
        out.push(b'.');
        let places = i32::try_from(places).unwrap_or(i32::MAX);
        out.extend((0..places).map(|place| if digits.point + place < 0 { b'0' } else { digits.at(place) }));
    }
}

fn push_general(out: &mut Vec<u8>, value: f64, precision: Option<usize>, kind: FloatKind, letter: u8) {
    if precision.is_none() && value < SHORT && value.fract() == 0.0 {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a short whole number")]
        return push_decimal(out, value as u64);
    }
    let wanted = precision.map(|precision| precision.max(1));
    let digits = Digits::scientific(value, wanted.map(|wanted| wanted - 1), kind);
    let wanted = wanted.unwrap_or_else(|| digits.len());
    let length = i32::try_from(digits.len()).unwrap_or(i32::MAX);
    let threshold = match precision {
        None => 6,
        Some(_) if wanted > digits.len() && length >= digits.point => length,
        Some(_) => i32::try_from(wanted).unwrap_or(i32::MAX),
    };
    let exponent = digits.point - 1;
    if exponent < -4 || exponent >= threshold {
        push_exponent(out, &digits, Some(wanted.min(digits.len()).saturating_sub(1)), letter);
    } else {
        let point = usize::try_from(digits.point).unwrap_or(0);
        let wanted = if digits.point < 0 || wanted > point { digits.len() } else { wanted };
        let places = i64::try_from(wanted).unwrap_or(i64::MAX) - i64::from(digits.point);
        push_plain(out, &digits, usize::try_from(places).unwrap_or(0));
    }
}

/// The layout of a floating-point kind.
struct Layout {
    mantissa_bits: u32,
    exponent_bits: u32,
    bias: i32,
}

impl Layout {
    fn of(kind: FloatKind) -> Self {
        match kind {
            FloatKind::Float32 => Self { mantissa_bits: 23, exponent_bits: 8, bias: -127 },
            FloatKind::Float64 => Self { mantissa_bits: 52, exponent_bits: 11, bias: -1023 },
        }
    }

    /// The mantissa with its leading bit, and the binary exponent of that bit.
    fn split(&self, value: f64) -> (u64, i32) {
        let bits = self.bits(value);
        let mantissa = bits & ((1 << self.mantissa_bits) - 1);
        match i32::try_from(bits >> self.mantissa_bits).unwrap_or(0) {
            0 => (mantissa, self.bias + 1),
            exponent => (mantissa | 1 << self.mantissa_bits, exponent + self.bias),
        }
    }

    fn bits(&self, value: f64) -> u64 {
        #[expect(clippy::cast_possible_truncation, reason = "the value came from a float32")]
        if self.mantissa_bits == 23 { (value as f32).to_bits().into() } else { value.to_bits() }
    }
}

fn push_binary(out: &mut Vec<u8>, value: f64, kind: FloatKind) {
    let layout = Layout::of(kind);
    let (mantissa, exponent) = layout.split(value);
    let exponent = i64::from(exponent) - i64::from(layout.mantissa_bits);
    out.extend_from_slice(format!("{mantissa}p{exponent:+}").as_bytes());
}

#[derive(Clone, Copy, PartialEq)]
enum Case {
    Lower,
    Upper,
}

fn push_hex(out: &mut Vec<u8>, value: f64, precision: Option<usize>, kind: FloatKind, case: Case) {
    let layout = Layout::of(kind);
    let (mut mantissa, mut exponent) = layout.split(value);
    mantissa <<= 60 - layout.mantissa_bits;
    if mantissa == 0 {
        exponent = 0;
    } else {
        let shift = mantissa.leading_zeros().saturating_sub(3);
        mantissa <<= shift;
        exponent -= i32::try_from(shift).unwrap_or(0);
    }
    if let Some(precision @ 0..15) = precision {
        (mantissa, exponent) = round_hex(mantissa, exponent, precision);
    }
    let (letter, power): (&[u8], u8) = if case == Case::Upper { (b"0X", b'P') } else { (b"0x", b'p') };
    out.extend_from_slice(letter);
    out.push(if mantissa >> 60 & 1 == 1 { b'1' } else { b'0' });
    mantissa <<= 4;
    let digits = precision.unwrap_or_else(|| (64 - mantissa.trailing_zeros() as usize).div_ceil(4));
    if digits > 0 {
        out.push(b'.');
    }
    for _ in 0..digits {
        let digit = char::from_digit((mantissa >> 60) as u32, 16).unwrap_or('0');
        out.push(if case == Case::Upper { digit.to_ascii_uppercase() } else { digit } as u8);
        mantissa <<= 4;
    }
    out.push(power);
    push_signed(out, exponent);
}

/// Rounds a mantissa whose leading bit is bit 60 to `digits` hexadecimal digits after it, half to even.
fn round_hex(mantissa: u64, exponent: i32, digits: usize) -> (u64, i32) {
    let shift = digits * 4;
    let extra = (mantissa << shift) & ((1 << 60) - 1);
    let mut kept = mantissa >> (60 - shift);
    if extra | (kept & 1) > 1 << 59 {
        kept += 1;
    }
    kept <<= 60 - shift;
    if kept & (1 << 61) == 0 { (kept, exponent) } else { (kept >> 1, exponent + 1) }
}

/// Go's `strconv.ParseFloat`: decimal and hexadecimal numbers, `inf`, `infinity` and `nan` in any case.
///
/// ```
/// use gotemplate::FloatKind::Float64;
/// use gotemplate::strconv::parse_float;
/// assert_eq!(parse_float(b"1_000.5", Float64), Ok(1000.5));
/// assert_eq!(parse_float(b"0x1p-2", Float64), Ok(0.25));
/// ```
///
/// # Errors
/// That the text is not a number, or that it is beyond the largest of the kind.
pub fn parse_float(text: &[u8], kind: FloatKind) -> Result<f64, NumberError> {
    let error = |reason| NumberError { function: "ParseFloat", text: Str::from(text), kind: reason };
    let (sign, magnitude) = match text {
        [b'-', rest @ ..] => (-1.0, rest),
        [b'+', rest @ ..] => (1.0, rest),
        rest => (1.0, rest),
    };
    let is_word = |word: &str| magnitude.eq_ignore_ascii_case(word.as_bytes());
    if is_word("inf") || is_word("infinity") {
        return Ok(sign * f64::INFINITY);
    }
    if text.eq_ignore_ascii_case(b"nan") {
        return Ok(f64::NAN);
    }
    if magnitude.contains(&b'_') && !has_good_underscores(text) {
        return Err(error(NumberErrorKind::Syntax));
    }
    let digits: Vec<u8> = magnitude.iter().copied().filter(|byte| *byte != b'_').collect();
    let value = match digits.as_slice() {
        [b'0', b'x' | b'X', hex @ ..] => parse_hex(hex, kind),
        decimal => parse_decimal(decimal, kind),
    };
    match value {
        Some(value) if value.is_infinite() => Err(error(NumberErrorKind::Range)),
        Some(value) => Ok(sign * value),
        None => Err(error(NumberErrorKind::Syntax)),
    }
}

/// Digits, perhaps with a point, perhaps with an exponent: Rust reads the same form.
fn parse_decimal(text: &[u8], kind: FloatKind) -> Option<f64> {
    let is_number = |byte: &u8| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E' | b'+' | b'-');
    let begins_well = matches!(text.first(), Some(b'0'..=b'9' | b'.'));
    let text =
        std::str::from_utf8(text).ok().filter(|text| begins_well && text.as_bytes().iter().all(is_number))?;
    match kind {
        FloatKind::Float32 => text.parse::<f32>().ok().map(f64::from),
        FloatKind::Float64 => text.parse().ok(),
    }
}

/// What follows `0x`: digits with an optional point, then `p` and an exponent.
fn parse_hex(text: &[u8], kind: FloatKind) -> Option<f64> {
    let split = text.iter().position(|byte| matches!(byte, b'p' | b'P'))?;
    let (digits, exponent) = (text.get(..split)?, text.get(split + 1..)?);
    let mut exponent = parse_exponent(exponent)?;
    let mut mantissa = 0u64;
    let mut has_digits = false;
    let mut after_point = false;
    for &byte in digits {
        if byte == b'.' && !after_point {
            after_point = true;
            continue;
        }
        let digit = char::from(byte).to_digit(16)?;
        has_digits = true;
        if mantissa >> 58 == 0 {
            mantissa = mantissa << 4 | u64::from(digit);
            exponent -= if after_point { 4 } else { 0 };
        } else {
            // What no longer fits only matters for rounding.
            mantissa |= u64::from(digit != 0);
            exponent += if after_point { 0 } else { 4 };
        }
    }
    has_digits.then(|| assemble(mantissa, exponent, &Layout::of(kind)))
}

/// A decimal exponent, cut at a size past which all numbers are zero or infinite.
fn parse_exponent(text: &[u8]) -> Option<i64> {
    let (sign, digits) = match text {
        [b'-', digits @ ..] => (-1, digits),
        [b'+', digits @ ..] => (1, digits),
        digits => (1, digits),
    };
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let value =
        digits.iter().fold(0i64, |value, digit| (value * 10 + i64::from(digit - b'0')).min(1_000_000));
    Some(sign * value)
}

/// The number nearest to `mantissa × 2^exponent`, half to even; infinite if it is too large.
fn assemble(mantissa: u64, exponent: i64, layout: &Layout) -> f64 {
    if mantissa == 0 {
        return 0.0;
    }
    let lowest = i64::from(layout.bias) + 1 - i64::from(layout.mantissa_bits);
    let top = 64 - i64::from(mantissa.leading_zeros()) - 1;
    let drop = (top - i64::from(layout.mantissa_bits)).max(lowest - exponent);
    let rounded = match u32::try_from(drop) {
        Ok(drop @ 0..=63) => round_shift(mantissa, drop),
        Ok(64) => u64::from(mantissa > 1 << 63),
        Ok(_) => 0,
        Err(_) => return scale(mantissa, exponent, layout),
    };
    scale(rounded, exponent + drop, layout)
}

fn round_shift(mantissa: u64, drop: u32) -> u64 {
    if drop == 0 {
        return mantissa;
    }
    let half = 1 << (drop - 1);
    let (kept, rest) = (mantissa >> drop, mantissa & ((1 << drop) - 1));
    if rest > half || (rest == half && kept & 1 == 1) { kept + 1 } else { kept }
}

/// `mantissa × 2^exponent`, which the kind holds exactly unless it is too large.
fn scale(mantissa: u64, exponent: i64, layout: &Layout) -> f64 {
    let top = 64 - i64::from(mantissa.leading_zeros());
    if mantissa != 0 && top + exponent > (1 << (layout.exponent_bits - 1)) {
        return f64::INFINITY;
    }
    #[expect(clippy::cast_precision_loss, reason = "the mantissa has at most 53 bits")]
    let mut value = mantissa as f64;
    let mut left = exponent;
    while left != 0 {
        let step = left.clamp(-1000, 1000);
        value *= 2f64.powi(i32::try_from(step).unwrap_or(0));
        left -= step;
    }
    value
}
