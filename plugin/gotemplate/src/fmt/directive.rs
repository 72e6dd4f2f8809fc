//! The directives of a format: argument indexes, flags, width, precision, verb.

use super::flags::Flags;
use super::printer::Printer;
use crate::unicode::{decode_rune, push_rune};
use crate::{Kind, Value};

/// Widths, precisions and argument numbers beyond this are errors.
const TOO_LARGE: i64 = 1_000_000;

/// Go's `doPrintf`.
pub(super) fn print(printer: &mut Printer<'_>, format: &[u8], operands: &[Value]) {
    let mut cursor = Cursor { format, position: 0, operands, operand: 0, is_reordered: false, is_good: true };
    loop {
        printer.out.extend_from_slice(cursor.text());
        if cursor.rest().is_empty() {
            break;
        }
        cursor.position += 1;
        if !cursor.directive(printer) {
            break;
        }
    }
    if !cursor.is_reordered {
        print_extra(printer, operands.get(cursor.operand..).unwrap_or_default());
    }
}

/// Operands that no verb took.
fn print_extra(printer: &mut Printer<'_>, operands: &[Value]) {
    if operands.is_empty() {
        return;
    }
    printer.flags = Flags::default();
    printer.out.extend_from_slice(b"%!(EXTRA ");
    for (index, operand) in operands.iter().enumerate() {
        if index > 0 {
            printer.out.extend_from_slice(b", ");
        }
        printer.print_typed(operand);
    }
    printer.out.push(b')');
}

struct Cursor<'f> {
    format: &'f [u8],
    position: usize,
    operands: &'f [Value],
    /// The index of the next operand.
    operand: usize,
    /// Whether the format has explicit argument indexes.
    is_reordered: bool,
    /// Whether the indexes of the current directive were right.
    is_good: bool,
}

impl<'f> Cursor<'f> {
    fn rest(&self) -> &'f [u8] {
        self.format.get(self.position..).unwrap_or_default()
    }

    fn peek(&self) -> Option<u8> {
        self.format.get(self.position).copied()
    }

    /// The text up to the next `%`.
    fn text(&mut self) -> &'f [u8] {
        let rest = self.rest();
        let length = rest.iter().position(|byte| *byte == b'%').unwrap_or(rest.len());
        self.position += length;
        rest.get(..length).unwrap_or_default()
    }

    /// Prints one directive, whose `%` is past; whether the format goes on.
    fn directive(&mut self, printer: &mut Printer<'_>) -> bool {
        self.is_good = true;
        printer.flags = self.flags();
        match self.peek() {
            Some(verb @ b'a'..=b'z') if self.operand < self.operands.len() => {
                self.position += 1;
                self.print_operand(printer, char::from(verb));
                return true;
            }
            _ => {}
        }
        let after_index = self.argument_index();
        let after_index = self.width(printer, after_index);
        let after_index = self.precision(printer, after_index);
        if !after_index {
            self.argument_index();
        }
        self.verb(printer)
    }

    fn flags(&mut self) -> Flags {
        let mut flags = Flags::default();
        while let Some(byte) = self.peek() {
            match byte {
                b'#' => flags.sharp = true,
                b'0' => flags.zero = true,
                b'+' => flags.plus = true,
                b'-' => flags.minus = true,
                b' ' => flags.space = true,
                _ => break,
            }
            self.position += 1;
        }
        flags
    }

    /// Reads a width; whether what was read last is an argument index.
    fn width(&mut self, printer: &mut Printer<'_>, after_index: bool) -> bool {
        if self.peek() == Some(b'*') {
            self.position += 1;
            let width = self.number_operand();
            if width.is_none() {
                printer.out.extend_from_slice(b"%!(BADWIDTH)");
            }
            if width.is_some_and(|width| width < 0) {
                printer.flags.minus = true;
                printer.flags.zero = false;
            }
            printer.flags.width = width.and_then(|width| usize::try_from(width.unsigned_abs()).ok());
            return false;
        }
        printer.flags.width = self.number();
        if after_index && printer.flags.width.is_some() {
            self.is_good = false;
        }
        after_index
    }

    /// Reads a precision; whether what was read last is an argument index.
    fn precision(&mut self, printer: &mut Printer<'_>, mut after_index: bool) -> bool {
        if self.peek() != Some(b'.') || self.rest().len() < 2 {
            return after_index;
        }
        self.position += 1;
        if after_index {
            self.is_good = false;
        }
        after_index = self.argument_index();
        if self.peek() == Some(b'*') {
            self.position += 1;
            let precision = self.number_operand().and_then(|precision| usize::try_from(precision).ok());
            if precision.is_none() {
                printer.out.extend_from_slice(b"%!(BADPREC)");
            }
            printer.flags.precision = precision;
            return false;
        }
        printer.flags.precision = Some(self.number().unwrap_or(0));
        after_index
    }

    /// Reads the verb and prints its operand; whether the format goes on.
    fn verb(&mut self, printer: &mut Printer<'_>) -> bool {
        let (verb, length) = decode_rune(self.rest());
        if length == 0 {
            printer.out.extend_from_slice(b"%!(NOVERB)");
            return false;
        }
        self.position += length;
        if verb == '%' {
            printer.out.push(b'%');
        } else if !self.is_good {
            print_bad(printer, verb, b"(BADINDEX)");
        } else if self.operand >= self.operands.len() {
            print_bad(printer, verb, b"(MISSING)");
        } else {
            self.print_operand(printer, verb);
        }
        true
    }

    fn print_operand(&mut self, printer: &mut Printer<'_>, verb: char) {
        if matches!(verb, 'v' | 'w') {
            printer.flags = printer.flags.for_v();
        }
        if let Some(operand) = self.operands.get(self.operand) {
            printer.print_operand(operand, verb);
        }
        self.operand += 1;
    }

    /// Reads `[n]`; whether there was one that is well formed.
    fn argument_index(&mut self) -> bool {
        if self.peek() != Some(b'[') {
            return false;
        }
        self.is_reordered = true;
        let rest = self.rest();
        let end = if rest.len() < 3 { None } else { rest.iter().position(|byte| *byte == b']') };
        let Some(end) = end else {
            self.position += 1;
            self.is_good = false;
            return false;
        };
        let inner =
            Cursor { format: rest.get(..end).unwrap_or_default(), position: 1, ..*self }.whole_number();
        self.position += end + 1;
        match inner.map(|number| number.checked_sub(1)) {
            Some(Some(index)) if index < self.operands.len() => self.operand = index,
            _ => self.is_good = false,
        }
        inner.is_some()
    }

    fn whole_number(mut self) -> Option<usize> {
        let number = self.number();
        number.filter(|_| self.rest().is_empty())
    }

    /// Reads digits. A number that is too large ends the format, as in Go.
    fn number(&mut self) -> Option<usize> {
        let mut number = None;
        while let Some(digit @ b'0'..=b'9') = self.peek() {
            let value: i64 = number.unwrap_or(0);
            if value > TOO_LARGE {
                self.position = self.format.len();
                return None;
            }
            number = Some(value * 10 + i64::from(digit - b'0'));
            self.position += 1;
        }
        number.and_then(|number| usize::try_from(number).ok())
    }

    /// The next operand as a number, for `*`.
    fn number_operand(&mut self) -> Option<i64> {
        let operand = self.operands.get(self.operand)?;
        self.operand += 1;
        let number = match operand.kind() {
            Kind::Int(_) => operand.as_int(),
            Kind::Uint(_) => operand.as_uint().and_then(|number| i64::try_from(number).ok()),
            _ => None,
        };
        number.filter(|number| (-TOO_LARGE..=TOO_LARGE).contains(number))
    }
}

fn print_bad(printer: &mut Printer<'_>, verb: char, what: &[u8]) {
    printer.out.extend_from_slice(b"%!");
    push_rune(printer.out, verb);
    printer.out.extend_from_slice(what);
}
