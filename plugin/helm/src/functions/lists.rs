//! Functions on lists. They take lists of any element type and return lists of anything.

use gotemplate::{Call, Function, FunctionError, List, Type, Value};

use super::arguments::{Arguments, NIL_DEREFERENCE, Outcome, fixed, list, nil_list, variadic};
use super::numbers::cast::to_int;

const ANY: Type = Type::Any;
const LIST: Type = Type::LIST;
const LISTS: Type = Type::Slice(&Type::LIST);

/// Each function that panics has a twin that returns an error, whose text is the same to a template.
pub(super) const FUNCTIONS: &[Function] = &[
    variadic("list", &[ANY], LIST, |_, a| list(a.to_vec())),
    variadic("tuple", &[ANY], LIST, |_, a| list(a.to_vec())),
    fixed("append", &[ANY, ANY], LIST, push),
    fixed("mustAppend", &[ANY, ANY], LIST, push),
    fixed("push", &[ANY, ANY], LIST, push),
    fixed("mustPush", &[ANY, ANY], LIST, push),
    fixed("prepend", &[ANY, ANY], LIST, prepend),
    fixed("mustPrepend", &[ANY, ANY], LIST, prepend),
    fixed("first", &[ANY], ANY, first),
    fixed("mustFirst", &[ANY], ANY, first),
    fixed("rest", &[ANY], LIST, rest),
    fixed("mustRest", &[ANY], LIST, rest),
    fixed("last", &[ANY], ANY, last),
    fixed("mustLast", &[ANY], ANY, last),
    fixed("initial", &[ANY], LIST, initial),
    fixed("mustInitial", &[ANY], LIST, initial),
    fixed("reverse", &[ANY], LIST, reverse),
    fixed("mustReverse", &[ANY], LIST, reverse),
    fixed("uniq", &[ANY], LIST, uniq),
    fixed("mustUniq", &[ANY], LIST, uniq),
    variadic("without", &[ANY, ANY], LIST, without),
    variadic("mustWithout", &[ANY, ANY], LIST, without),
    fixed("has", &[ANY, ANY], Type::Bool, has),
    fixed("mustHas", &[ANY, ANY], Type::Bool, has),
    fixed("compact", &[ANY], LIST, compact),
    fixed("mustCompact", &[ANY], LIST, compact),
    variadic("slice", &[ANY, ANY], ANY, slice),
    variadic("mustSlice", &[ANY, ANY], ANY, slice),
    fixed("chunk", &[Type::INT, ANY], LISTS, chunk),
    fixed("mustChunk", &[Type::INT, ANY], LISTS, chunk),
    variadic("concat", &[ANY], ANY, concat),
];

/// The list, or Go's error for another value; `complaint` comes before its kind.
fn list_of<'a>(value: Option<&'a Value>, complaint: &str) -> Result<&'a List, FunctionError> {
    match value {
        Some(Value::List(list)) => Ok(list),
        None | Some(Value::Nil) => Err(FunctionError::new(NIL_DEREFERENCE)),
        Some(other) => Err(FunctionError::new(format!("{complaint} {}", other.kind()))),
    }
}

fn push(_: &mut Call<'_>, a: &[Value]) -> Outcome {
    let items = list_of(a.first(), "Cannot push on type")?;
    list(items.iter().chain([a.any(1)]).collect())
}

fn prepend(_: &mut Call<'_>, a: &[Value]) -> Outcome {
    let items = list_of(a.first(), "Cannot prepend on type")?;
    list([a.any(1)].into_iter().chain(items.iter()).collect())
}

fn first(_: &mut Call<'_>, a: &[Value]) -> Outcome {
    Ok(list_of(a.first(), "Cannot find first on type")?.get(0).unwrap_or_default())
}

fn last(_: &mut Call<'_>, a: &[Value]) -> Outcome {
    Ok(list_of(a.first(), "Cannot find last on type")?.iter().next_back().unwrap_or_default())
}

/// Of an empty list, nil.
fn rest(_: &mut Call<'_>, a: &[Value]) -> Outcome {
    let items = list_of(a.first(), "Cannot find rest on type")?;
    if items.is_empty() { Ok(nil_list()) } else { list(items.iter().skip(1).collect()) }
}

/// Of an empty list, nil.
fn initial(_: &mut Call<'_>, a: &[Value]) -> Outcome {
    let items = list_of(a.first(), "Cannot find initial on type")?;
    if items.is_empty() { Ok(nil_list()) } else { list(items.iter().take(items.len() - 1).collect()) }
}

fn reverse(_: &mut Call<'_>, a: &[Value]) -> Outcome {
    list(list_of(a.first(), "Cannot find reverse on type")?.iter().rev().collect())
}

fn uniq(_: &mut Call<'_>, a: &[Value]) -> Outcome {
    let mut kept = Vec::new();
    for item in list_of(a.first(), "Cannot find uniq on type")?.iter() {
        if !kept.contains(&item) {
            kept.push(item);
        }
    }
    list(kept)
}

fn without(_: &mut Call<'_>, a: &[Value]) -> Outcome {
    let items = list_of(a.first(), "Cannot find without on type")?;
    list(items.iter().filter(|item| !a.from(1).contains(item)).collect())
}

fn has(_: &mut Call<'_>, a: &[Value]) -> Outcome {
    if a.any(1).is_untyped_nil() {
        return Ok(false.into());
    }
    let needle = a.any(0);
    Ok(list_of(a.get(1), "Cannot find has on type")?.iter().any(|item| item == needle).into())
}

fn compact(_: &mut Call<'_>, a: &[Value]) -> Outcome {
    list(list_of(a.first(), "Cannot compact on type")?.iter().filter(Value::is_true).collect())
}

/// Keeps the type of the list; of an empty one, nil.
fn slice(_: &mut Call<'_>, a: &[Value]) -> Outcome {
    let items = list_of(a.first(), "list should be type of slice or array but")?;
    if items.is_empty() {
        return Ok(Value::Nil);
    }
    let bound = |at: usize, otherwise: usize| match a.get(at) {
        Some(value) => usize::try_from(to_int(value)).ok(),
        None => Some(otherwise),
    };
    let part = bound(1, 0).zip(bound(2, items.len())).and_then(|(start, end)| items.slice(start, end));
    part.map(Value::List).ok_or_else(|| FunctionError::new("reflect.Value.Slice: slice index out of bounds"))
}

fn chunk(_: &mut Call<'_>, a: &[Value]) -> Outcome {
    let items = list_of(a.get(1), "Cannot chunk type")?;
    let chunks = match usize::try_from(a.int(0)) {
        Ok(size @ 1..) => items.values().chunks(size).map(|chunk| Value::list(chunk.to_vec())).collect(),
        // The number of chunks is computed before their size is looked at.
        _ if is_short_of(items.len(), a.int(0)) => Vec::new(),
        _ => return Err(FunctionError::new("runtime error: makeslice: len out of range")),
    };
    Ok(Value::List(List::typed(&LIST, chunks)))
}

/// Whether a negative size makes no chunks: `⌊(length - 1) / size⌋ = -1`.
fn is_short_of(length: usize, size: i64) -> bool {
    let last = i64::try_from(length).unwrap_or(i64::MAX) - 1;
    size < 0 && last > 0 && last <= size.saturating_abs()
}

/// Of no lists, or empty ones, nil.
fn concat(_: &mut Call<'_>, a: &[Value]) -> Outcome {
    let mut joined = Vec::new();
    for value in a {
        match value {
            Value::List(items) => joined.extend(items.iter()),
            Value::Nil => return Err(FunctionError::new(NIL_DEREFERENCE)),
            other => return Err(FunctionError::new(format!("Cannot concat type {} as list", other.kind()))),
        }
    }
    if joined.is_empty() { Ok(nil_list()) } else { list(joined) }
}
