//! Go's `fmt.Sprint`, `Sprintln` and `Sprintf`.

mod directive;
mod flags;
mod printer;

use crate::fmt::printer::Printer;
use crate::strconv::{self, FloatFormat};
use crate::{Kind, Str, Value};

/// Go's `fmt.Sprint`: the operands with `%v`, with a space between two of which neither is a string.
///
/// ```
/// use gotemplate::{Value, fmt};
/// let operands = [Value::int(1), Value::int(2), "a".into(), "b".into(), Value::int(3)];
/// assert_eq!(fmt::sprint(&operands), "1 2ab3");
/// ```
#[must_use]
pub fn sprint(operands: &[Value]) -> Str {
    let mut out = Vec::new();
    push_sprint(&mut out, operands);
    out.into()
}

/// Appends what [`sprint`] returns.
pub fn push_sprint(out: &mut Vec<u8>, operands: &[Value]) {
    let mut after_string = true;
    for operand in operands {
        let is_string = matches!(operand, Value::String(_)) || operand.kind() == Kind::String;
        if !is_string && !after_string {
            out.push(b' ');
        }
        push_value(out, operand);
        after_string = is_string;
    }
}

/// Go's `fmt.Sprintln`: the operands with `%v`, always with a space between two, and a newline.
///
/// ```
/// use gotemplate::{Value, fmt};
/// assert_eq!(fmt::sprintln(&["a".into(), Value::Nil, Value::list(vec![Value::Bool(true)])]), "a <nil> [true]\n");
/// ```
#[must_use]
pub fn sprintln(operands: &[Value]) -> Str {
    let mut out = Vec::new();
    for (index, operand) in operands.iter().enumerate() {
        if index > 0 {
            out.push(b' ');
        }
        push_value(&mut out, operand);
    }
    out.push(b'\n');
    out.into()
}

/// Go's `fmt.Sprintf`, with its texts for operands that do not fit (`%!d(string=x)`).
///
/// ```
/// use gotemplate::{Value, fmt};
/// assert_eq!(fmt::sprintf(b"%s-%04d", &["a".into(), Value::int(7)]), "a-0007");
/// assert_eq!(fmt::sprintf(b"%d", &["x".into()]), "%!d(string=x)");
/// ```
#[must_use]
pub fn sprintf(format: &[u8], operands: &[Value]) -> Str {
    let mut out = Vec::with_capacity(format.len() + 16 * operands.len());
    directive::print(&mut Printer::new(&mut out), format, operands);
    out.into()
}

/// Appends `value` as `%v` prints it.
pub fn push_value(out: &mut Vec<u8>, value: &Value) {
    match value {
        Value::String(text) => out.extend_from_slice(text.as_bytes()),
        Value::Float(number, kind) => strconv::push_float(out, *number, FloatFormat::G, None, *kind),
        other => Printer::new(out).print_operand(other, 'v'),
    }
}

/// A function is not printable.
#[derive(Debug)]
pub(crate) struct NotPrintable;

/// Appends `value` as a template action prints it: as `%v`, but what a pointer points to instead of the pointer.
pub(crate) fn push_printable(out: &mut Vec<u8>, value: &Value) -> Result<(), NotPrintable> {
    match value {
        Value::Object(object) => match object.addressable_text() {
            Some(text) if !object.is_nil() => out.extend_from_slice(text.as_bytes()),
            _ if value.kind() == Kind::Func => return Err(NotPrintable),
            _ => Printer::new(out).print_pointee(value),
        },
        other => push_value(out, other),
    }
    Ok(())
}

/// `value` with `%v`, but what a pointer points to instead of the pointer.
pub(crate) fn sprint_pointee(value: &Value) -> Str {
    let mut out = Vec::new();
    Printer::new(&mut out).print_pointee(value);
    out.into()
}
