//! Integers, runes and floating-point numbers.

use super::Printer;
use crate::FloatKind;
use crate::strconv::{FloatFormat, QuoteStyle, push_decimal, push_float, push_quoted_rune};
use crate::unicode::{RUNE_ERROR, is_print, push_rune};

/// How an integer's digits are written.
#[derive(Clone, Copy, PartialEq)]
enum Base {
    Two,
    Eight,
    /// With the verb `O`: always prefixed.
    EightPrefixed,
    Ten,
    Sixteen,
    UpperSixteen,
}

/// An integer: its magnitude and whether it is below zero.
#[derive(Clone, Copy)]
struct Integer {
    magnitude: u64,
    is_negative: bool,
}

impl Printer<'_> {
    pub(super) fn print_int(&mut self, value: i64, verb: char) -> bool {
        self.print_integer(Integer { magnitude: value.unsigned_abs(), is_negative: value < 0 }, verb)
    }

    pub(super) fn print_uint(&mut self, value: u64, verb: char) -> bool {
        if verb == 'v' && self.flags.sharp_v {
            self.print_address(value, true);
            return true;
        }
        self.print_integer(Integer { magnitude: value, is_negative: false }, verb)
    }

    pub(super) fn print_byte(&mut self, value: u8) {
        self.print_digits(Integer { magnitude: value.into(), is_negative: false }, Base::Ten);
    }

    /// Prints with a verb of integers; whether it is one.
    fn print_integer(&mut self, integer: Integer, verb: char) -> bool {
        match verb {
            'v' | 'd' => self.print_digits(integer, Base::Ten),
            'b' => self.print_digits(integer, Base::Two),
            'o' => self.print_digits(integer, Base::Eight),
            'O' => self.print_digits(integer, Base::EightPrefixed),
            'x' => self.print_digits(integer, Base::Sixteen),
            'X' => self.print_digits(integer, Base::UpperSixteen),
            'c' => {
                let mut text = Vec::new();
                push_rune(&mut text, rune_of(integer));
                self.pad(&text);
            }
            'q' => self.print_quoted_rune(rune_of(integer)),
            'U' => self.print_unicode(integer),
            _ => return false,
        }
        true
    }

    /// A number in hexadecimal, with or without `0x`.
    pub(super) fn print_address(&mut self, value: u64, is_prefixed: bool) {
        let sharp = std::mem::replace(&mut self.flags.sharp, is_prefixed);
        self.print_digits(Integer { magnitude: value, is_negative: false }, Base::Sixteen);
        self.flags.sharp = sharp;
    }

    /// Go's `fmtInteger`.
    fn print_digits(&mut self, integer: Integer, base: Base) {
        if base == Base::Ten && self.is_plain() {
            if integer.is_negative {
                self.out.push(b'-');
            }
            return push_decimal(self.out, integer.magnitude);
        }
        if self.flags.precision == Some(0) && integer.magnitude == 0 {
            let zero = std::mem::replace(&mut self.flags.zero, false);
            self.fill(self.flags.width.unwrap_or(0));
            self.flags.zero = zero;
            return;
        }
        let sign = match integer {
            Integer { is_negative: true, .. } => "-",
            _ if self.flags.plus => "+",
            _ if self.flags.space => " ",
            _ => "",
        };
        let digits = match base {
            Base::Two => format!("{:b}", integer.magnitude),
            Base::Eight | Base::EightPrefixed => format!("{:o}", integer.magnitude),
            Base::Ten => integer.magnitude.to_string(),
            Base::Sixteen => format!("{:x}", integer.magnitude),
            Base::UpperSixteen => format!("{:X}", integer.magnitude),
        };
        let zeros = self.least_digits(sign).saturating_sub(digits.len());
        let prefix = self.prefix(base, zeros > 0 || digits.starts_with('0'));
        let text = format!("{sign}{prefix}{}{digits}", "0".repeat(zeros));
        self.pad_with_spaces(text.as_bytes());
    }

    /// Whether nothing asks for more than the digits.
    fn is_plain(&self) -> bool {
        let flags = &self.flags;
        flags.width.is_none() && flags.precision.is_none() && !flags.plus && !flags.space
    }

    /// How many digits the precision, or the width with the flag `0`, asks for.
    fn least_digits(&self, sign: &str) -> usize {
        match (self.flags.precision, self.flags.width) {
            (Some(precision), _) => precision,
            (None, Some(width)) if self.flags.zero && !self.flags.minus => width.saturating_sub(sign.len()),
            _ => 0,
        }
    }

    fn prefix(&self, base: Base, begins_with_zero: bool) -> &'static str {
        match base {
            Base::EightPrefixed if self.flags.sharp && !begins_with_zero => "0o0",
            Base::EightPrefixed => "0o",
            _ if !self.flags.sharp => "",
            Base::Two => "0b",
            Base::Eight if !begins_with_zero => "0",
            Base::Sixteen => "0x",
            Base::UpperSixteen => "0X",
            Base::Eight | Base::Ten => "",
        }
    }

    fn print_quoted_rune(&mut self, rune: char) {
        let style = if self.flags.plus { QuoteStyle::Ascii } else { QuoteStyle::Print };
        let mut text = Vec::new();
        push_quoted_rune(&mut text, rune, style);
        self.pad(&text);
    }

    /// `U+0078`, with `#` also the rune itself.
    fn print_unicode(&mut self, integer: Integer) {
        let code = bits_of(integer);
        let digits = self.flags.precision.unwrap_or(4).max(4);
        let mut text = format!("U+{code:0digits$X}").into_bytes();
        let rune = u32::try_from(code).ok().and_then(char::from_u32).filter(|rune| is_print(*rune));
        if let Some(rune) = rune.filter(|_| self.flags.sharp) {
            text.extend_from_slice(b" '");
            push_rune(&mut text, rune);
            text.push(b'\'');
        }
        self.pad_with_spaces(&text);
    }

    pub(super) fn print_float(&mut self, value: f64, kind: FloatKind, verb: char) -> bool {
        let (format, precision) = match verb {
            'v' | 'g' => (FloatFormat::G, None),
            'G' => (FloatFormat::UpperG, None),
            'e' => (FloatFormat::E, Some(6)),
            'E' => (FloatFormat::UpperE, Some(6)),
            'f' | 'F' => (FloatFormat::F, Some(6)),
            'b' => (FloatFormat::B, None),
            'x' => (FloatFormat::X, None),
            'X' => (FloatFormat::UpperX, None),
            _ => return false,
        };
        let precision = self.flags.precision.or(precision);
        let mut text = vec![b'+'];
        push_float(&mut text, value, format, precision, kind);
        if matches!(text.get(1), Some(b'-' | b'+')) {
            text.remove(0);
        }
        if let Some(sign @ b'+') = text.first_mut().filter(|_| self.flags.space && !self.flags.plus) {
            *sign = b' ';
        }
        match text.get(1) {
            Some(b'I' | b'N') => self.print_not_finite(&text),
            _ => self.print_finite(text, format, precision),
        }
        true
    }

    fn print_not_finite(&mut self, text: &[u8]) {
        let is_unsigned = text.ends_with(b"NaN") && !self.flags.space && !self.flags.plus;
        let text = if is_unsigned { text.get(1..).unwrap_or_default() } else { text };
        self.pad_with_spaces(text);
    }

    /// `text` begins with its sign.
    fn print_finite(&mut self, mut text: Vec<u8>, format: FloatFormat, precision: Option<usize>) {
        if self.flags.sharp && format != FloatFormat::B {
            keep_point(&mut text, format, precision);
        }
        let (sign, digits) = text.split_at(1);
        if sign == b"+" && !self.flags.plus {
            return self.pad(digits);
        }
        match self.flags.width {
            Some(width) if self.flags.zero && !self.flags.minus && width > text.len() => {
                self.out.extend_from_slice(sign);
                self.fill(width - text.len());
                self.out.extend_from_slice(digits);
            }
            _ => self.pad(&text),
        }
    }
}

/// The flag `#`: the decimal point always stands, and zeros at the end are not taken away.
fn keep_point(text: &mut Vec<u8>, format: FloatFormat, precision: Option<usize>) {
    let is_hex = matches!(format, FloatFormat::X | FloatFormat::UpperX);
    let mut wanted = match format {
        FloatFormat::G | FloatFormat::UpperG | FloatFormat::X => precision.unwrap_or(6),
        _ => 0,
    };
    let is_exponent = |byte: &u8| matches!(byte, b'p' | b'P') || (!is_hex && matches!(byte, b'e' | b'E'));
    let end = text.iter().skip(1).position(is_exponent).map_or(text.len(), |index| index + 1);
    let tail = text.split_off(end);
    let digits = text.iter().skip(1).filter(|byte| **byte != b'.');
    let significant = digits.skip_while(|byte| **byte == b'0').count();
    wanted = wanted.saturating_sub(significant);
    if !text.contains(&b'.') {
        if text.get(1..) == Some(b"0") {
            wanted = wanted.saturating_sub(1);
        }
        text.push(b'.');
    }
    text.resize(text.len() + wanted, b'0');
    text.extend_from_slice(&tail);
}

/// The value as Go converts it to 64 unsigned bits.
fn bits_of(integer: Integer) -> u64 {
    if integer.is_negative { integer.magnitude.wrapping_neg() } else { integer.magnitude }
}

fn rune_of(integer: Integer) -> char {
    u32::try_from(bits_of(integer)).ok().and_then(char::from_u32).unwrap_or(RUNE_ERROR)
}
