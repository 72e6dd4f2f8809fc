//! `eq`, `ne`, `lt`, `le`, `gt` and `ge`.

use super::{Operated, argument};
use crate::exec::Operand;
use crate::{FunctionError, Value, fmt};

/// A value of a basic kind; integers of all sizes are of one kind, floats as well.
#[derive(PartialEq, PartialOrd)]
enum Basic {
    Bool(bool),
    Int(i64),
    Uint(u64),
    Float(f64),
    Complex(f64, f64),
    String(crate::Str),
}

fn basic(value: &Value) -> Option<Basic> {
    Some(match value {
        Value::Bool(value) => Basic::Bool(*value),
        Value::Int(value, _) => Basic::Int(*value),
        Value::Uint(value, _) => Basic::Uint(*value),
        Value::Float(value, _) => Basic::Float(*value),
        Value::Complex(real, imaginary) => Basic::Complex(*real, *imaginary),
        Value::String(text) => Basic::String(text.clone()),
        Value::Object(object) => return basic(&object.basic()?),
        Value::Nil | Value::List(_) | Value::Map(_) => return None,
    })
}

fn incompatible(one: &Value, two: &Value) -> FunctionError {
    format!("incompatible types for comparison: {} and {}", one.type_name(), two.type_name()).into()
}

fn invalid() -> FunctionError {
    "invalid type for comparison".into()
}

fn boolean(value: bool) -> Operand {
    Operand::Concrete(Value::Bool(value))
}

/// Whether the first operand equals one of the others.
pub(super) fn eq(operands: &[Operand]) -> Operated {
    let Some((first, others)) = operands.split_first().filter(|(_, others)| !others.is_empty()) else {
        return Err("missing argument for comparison".into());
    };
    for other in others {
        if equal(first.value(), other.value())? {
            return Ok(boolean(true));
        }
    }
    Ok(boolean(false))
}

fn equal(one: &Value, two: &Value) -> Result<bool, FunctionError> {
    if let (Value::String(one), Value::String(two)) = (one, two) {
        return Ok(one == two);
    }
    match (basic(one), basic(two)) {
        (Some(Basic::Int(one)), Some(Basic::Uint(two))) => Ok(u64::try_from(one) == Ok(two)),
        (Some(Basic::Uint(one)), Some(Basic::Int(two))) => Ok(Ok(one) == u64::try_from(two)),
        (Some(a), Some(b)) if std::mem::discriminant(&a) == std::mem::discriminant(&b) => Ok(a == b),
        (None, None) => equal_references(one, two),
        _ if one.is_untyped_nil() || two.is_untyped_nil() => Ok(false),
        _ => Err(incompatible(one, two)),
    }
}

/// Equality of what is not basic: only nil, structs and pointers have one.
fn equal_references(one: &Value, two: &Value) -> Result<bool, FunctionError> {
    let is_untyped_nil = one.is_untyped_nil() || two.is_untyped_nil();
    if one.kind() != two.kind() && !is_untyped_nil {
        let (first, second) = (in_error(one), sprint(two));
        return Err(format!(
            "non-comparable types {first}: {}, {}: {second}",
            one.type_name(),
            two.type_name()
        )
        .into());
    }
    match (one, two) {
        _ if one.is_nil() || two.is_nil() => Ok(one.is_nil() == two.is_nil()),
        (Value::Object(first), Value::Object(second)) if second.is_comparable() => {
            Ok(first.ty() == second.ty() && first.equals(second.as_ref()))
        }
        _ => Err(not_comparable(two)),
    }
}

fn not_comparable(value: &Value) -> FunctionError {
    format!("non-comparable type {}: {}", in_error(value), value.type_name()).into()
}

/// A value as `%s` prints it.
fn in_error(value: &Value) -> crate::Str {
    fmt::sprintf(b"%s", std::slice::from_ref(value))
}

fn sprint(value: &Value) -> crate::Str {
    fmt::sprint(std::slice::from_ref(value))
}

fn less(operands: &[Operand]) -> Result<bool, FunctionError> {
    let (one, two) = (argument(operands, 0).value(), argument(operands, 1).value());
    let (a, b) = (basic(one).ok_or_else(invalid)?, basic(two).ok_or_else(invalid)?);
    match (a, b) {
        (Basic::Int(one), Basic::Uint(two)) => Ok(u64::try_from(one).map_or(true, |one| one < two)),
        (Basic::Uint(one), Basic::Int(two)) => Ok(u64::try_from(two).is_ok_and(|two| one < two)),
        (a, b) if std::mem::discriminant(&a) != std::mem::discriminant(&b) => Err(incompatible(one, two)),
        (Basic::Bool(_) | Basic::Complex(..), _) => Err(invalid()),
        (a, b) => Ok(a < b),
    }
}

fn less_or_equal(operands: &[Operand]) -> Result<bool, FunctionError> {
    Ok(less(operands)? || equal(argument(operands, 0).value(), argument(operands, 1).value())?)
}

pub(super) fn ne(operands: &[Operand]) -> Operated {
    Ok(boolean(!equal(argument(operands, 0).value(), argument(operands, 1).value())?))
}

pub(super) fn lt(operands: &[Operand]) -> Operated {
    less(operands).map(boolean)
}

pub(super) fn le(operands: &[Operand]) -> Operated {
    less_or_equal(operands).map(boolean)
}

pub(super) fn gt(operands: &[Operand]) -> Operated {
    less_or_equal(operands).map(|is| boolean(!is))
}

pub(super) fn ge(operands: &[Operand]) -> Operated {
    less(operands).map(|is| boolean(!is))
}
