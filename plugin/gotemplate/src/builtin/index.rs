//! `index`, `slice` and `len`.

use super::{Operated, argument, prepare};
use crate::exec::Operand;
use crate::{FunctionError, Kind, List, Str, Type, Value};

/// `x[1][2]`, where `x` is a map, a list or a string.
pub(super) fn index(operands: &[Operand]) -> Operated {
    let (item, indexes) = operands.split_first().unwrap_or((&Operand::Invalid, &[]));
    let mut item = item.clone().out_of_interface();
    if matches!(item, Operand::Invalid) {
        return Err("index of untyped nil".into());
    }
    for index in indexes {
        item = element(item.value(), &index.clone().out_of_interface())?;
    }
    Ok(item)
}

fn element(item: &Value, index: &Operand) -> Operated {
    match item {
        Value::Nil => Err("index of nil pointer".into()),
        Value::List(list) => {
            let index = position(index, list.len())?;
            let element = list.get(index).ok_or("reflect: slice index out of range")?;
            Ok(Operand::typed(element, list.element()))
        }
        Value::String(text) => {
            let index = position(index, text.len())?;
            let byte = text.as_bytes().get(index).ok_or("reflect: string index out of range")?;
            Ok(Operand::Concrete(Value::byte(*byte)))
        }
        Value::Map(map) => {
            let key = prepare(index.value(), Type::String)?;
            let key = key.as_str().map(Str::as_bytes).unwrap_or_default();
            let element = map.element();
            Ok(Operand::typed(map.get(key).unwrap_or_else(|| Value::zero(element)), element))
        }
        Value::Object(object) if object.is_nil() => Err("index of nil pointer".into()),
        other => Err(format!("can't index item of type {}", pointee_name(other)).into()),
    }
}

/// An index as a number. As in Go, the length itself is let through here, and `slice` does not look into
/// interfaces.
fn position(index: &Operand, length: usize) -> Result<usize, FunctionError> {
    let number = match index {
        Operand::Invalid => return Err("cannot index slice/array with nil".into()),
        Operand::Concrete(value) => value.as_int().or(value.as_uint().map(u64::cast_signed)),
        Operand::Interface(_) => None,
    };
    let Some(number) = number else {
        return Err(format!("cannot index slice/array with type {}", index.type_name()).into());
    };
    usize::try_from(number)
        .ok()
        .filter(|index| *index <= length)
        .ok_or_else(|| format!("index out of range: {number}").into())
}

/// `x[1:2:3]`, where `x` is a list or a string. The capacity of a list is its length.
pub(super) fn slice(operands: &[Operand]) -> Operated {
    let (item, indexes) = operands.split_first().unwrap_or((&Operand::Invalid, &[]));
    let item = item.value();
    match item {
        Value::Nil => return Err("slice of untyped nil".into()),
        Value::Object(object) if object.is_nil() => return Err("slice of nil pointer".into()),
        _ if indexes.len() > 3 => return Err(format!("too many slice indexes: {}", indexes.len()).into()),
        _ => {}
    }
    match item {
        Value::String(_) if indexes.len() == 3 => Err("cannot 3-index slice a string".into()),
        Value::String(text) => {
            let (start, end) = bounds(indexes, text.len())?;
            let part = text.as_bytes().get(start..end).unwrap_or_default();
            Ok(Operand::Concrete(Value::string(part)))
        }
        Value::List(list) => {
            let (start, end) = bounds(indexes, list.len())?;
            Ok(Operand::Concrete(Value::List(list.slice(start, end).unwrap_or_else(|| list.clone()))))
        }
        other => Err(format!("can't slice item of type {}", pointee_name(other)).into()),
    }
}

fn bounds(indexes: &[Operand], length: usize) -> Result<(usize, usize), FunctionError> {
    let mut given =
        indexes.iter().map(|index| position(index, length)).collect::<Result<Vec<_>, _>>()?.into_iter();
    let (start, end) = (given.next().unwrap_or(0), given.next().unwrap_or(length));
    if start > end {
        return Err(format!("invalid slice index: {start} > {end}").into());
    }
    match given.next() {
        Some(capacity) if end > capacity => Err(format!("invalid slice index: {end} > {capacity}").into()),
        _ => Ok((start, end)),
    }
}

/// The number of elements, entries or bytes.
pub(super) fn len(operands: &[Operand]) -> Operated {
    let length = match argument(operands, 0) {
        Operand::Invalid => return Err("reflect: call of reflect.Value.Type on zero Value".into()),
        Operand::Interface(Value::Nil) => return Err("len of nil pointer".into()),
        Operand::Interface(value) | Operand::Concrete(value) => match value {
            Value::String(text) => text.len(),
            Value::List(list) => List::len(list),
            Value::Map(map) => map.len(),
            Value::Object(object) if object.is_nil() => return Err("len of nil pointer".into()),
            other => return length_of(other),
        },
    };
    Ok(number(length))
}

/// The length of a string with a named type.
fn length_of(value: &Value) -> Operated {
    match value {
        Value::Object(object) if object.ty().underlying.kind() == Kind::String => {
            let text = object.basic().and_then(|basic| basic.as_str().map(Str::len));
            Ok(number(text.unwrap_or(0)))
        }
        other => Err(format!("len of type {}", pointee_name(other)).into()),
    }
}

/// The name of the type, or of the type that a pointer points to.
fn pointee_name(value: &Value) -> String {
    value.type_name().trim_start_matches('*').to_owned()
}

fn number(length: usize) -> Operand {
    Operand::Concrete(Value::int(i64::try_from(length).unwrap_or(i64::MAX)))
}
