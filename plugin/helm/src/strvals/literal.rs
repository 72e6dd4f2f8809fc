//! `--set-literal`: one name, and the rest of the line as it is.

use gotemplate::{Map, Value};

use super::{
    Backslash, Halt, Line, StrvalsError, deeper, list_at, list_value, map_at, nested_list, nested_map,
    set_entry, set_index, until_end,
};

/// Sets what `line` says in `data`.
pub(crate) fn set_literal(line: &str, data: &Map) -> Result<(), StrvalsError> {
    let mut line = Line::new(line);
    until_end(|| key(&mut line, data, 0))
}

fn key(line: &mut Line, data: &Map, nesting: usize) -> Result<(), Halt> {
    let (key, last) = line.until(&['=', '[', '.'], Backslash::IsLiteral);
    match last {
        None if key.is_empty() => Err(Halt::End),
        None => Err(StrvalsError::NoValue { key }.into()),
        Some('=') => {
            set_entry(data, &key, value(line));
            Ok(())
        }
        Some('.') => {
            let nesting = deeper(nesting)?;
            let inner = map_at(data, &key)?;
            let result = self::key(line, &inner, nesting);
            if result.is_ok() && inner.is_empty() {
                return Err(StrvalsError::EmptyMap { key }.into());
            }
            if !inner.is_empty() {
                set_entry(data, &key, Value::Map(inner));
            }
            result
        }
        Some(_) => {
            let index = line.index(Backslash::IsLiteral)?;
            let mut list = list_at(data, &key)?;
            let result = item(line, &mut list, index, nesting);
            set_entry(data, &key, list_value(list));
            result
        }
    }
}

fn item(line: &mut Line, list: &mut Vec<Value>, index: i64, nesting: usize) -> Result<(), Halt> {
    if index < 0 {
        return Err(StrvalsError::NegativeIndex { index }.into());
    }
    let (data, last) = line.until(&['[', '.', '='], Backslash::IsLiteral);
    if !data.is_empty() {
        return Err(StrvalsError::AfterIndex { data }.into());
    }
    match last.ok_or(Halt::End)? {
        '=' => Ok(set_index(list, index, value(line))?),
        '.' => {
            let inner = nested_map(list, index);
            key(line, &inner, nesting)?;
            Ok(set_index(list, index, Value::Map(inner))?)
        }
        _ => {
            let next = line.index(Backslash::IsLiteral)?;
            let mut inner = nested_list(list, index)?;
            item(line, &mut inner, next, nesting)?;
            Ok(set_index(list, index, list_value(inner))?)
        }
    }
}

fn value(line: &mut Line) -> Value {
    Value::string(line.until(&[], Backslash::IsLiteral).0)
}
