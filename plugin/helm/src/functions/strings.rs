//! Functions on strings.

mod case;
mod layout;

use gotemplate::unicode::{is_space, runes};
use gotemplate::{Function, FunctionError, Map, Str, Type, Value, fmt, strconv};

use super::arguments::{Arguments, Outcome, fixed, text, to_text, to_texts, variadic};
use super::runes::{map, to_lower, to_upper};
use layout::LongWords;

const STRING: Type = Type::String;
const INT: Type = Type::INT;

/// The longest string that `repeat` makes, in bytes: templates must not exhaust the memory of the process.
const MAX_REPEATED: usize = 256 << 20;

pub(super) const FUNCTIONS: &[Function] = &[
    fixed("hello", &[], STRING, |_, _| text("Hello!")),
    // Helm's default is to ask no name server.
    fixed("getHostByName", &[STRING], STRING, |_, _| text("")),
    fixed("abbrev", &[INT, STRING], STRING, |_, a| text(layout::abbreviate(a.int(0), a.text(1)))),
    fixed("abbrevboth", &[INT, INT, STRING], STRING, |_, a| {
        text(layout::abbreviate_both(a.int(0), a.int(1), a.text(2)))
    }),
    fixed("trunc", &[INT, STRING], STRING, |_, a| text(truncate(a.int(0), a.text(1)))),
    fixed("trim", &[STRING], STRING, |_, a| text(trim(a.text(0)))),
    fixed("upper", &[STRING], STRING, |_, a| text(map(a.text(0), to_upper))),
    fixed("lower", &[STRING], STRING, |_, a| text(map(a.text(0), to_lower))),
    fixed("title", &[STRING], STRING, |_, a| text(case::title(a.text(0)))),
    fixed("untitle", &[STRING], STRING, |_, a| text(case::untitle(a.text(0)))),
    fixed("swapcase", &[STRING], STRING, |_, a| text(case::swap_case(a.text(0)))),
    fixed("snakecase", &[STRING], STRING, |_, a| text(case::separate(a.text(0), '_'))),
    fixed("kebabcase", &[STRING], STRING, |_, a| text(case::separate(a.text(0), '-'))),
    fixed("camelcase", &[STRING], STRING, |_, a| text(case::pascal_case(a.text(0)))),
    fixed("initials", &[STRING], STRING, |_, a| text(case::initials(a.text(0)))),
    fixed("substr", &[INT, INT, STRING], STRING, |_, a| substring(a.int(0), a.int(1), a.text(2))),
    fixed("repeat", &[INT, STRING], STRING, |_, a| repeat(a.int(0), a.text(1)).and_then(text)),
    fixed("trimall", &[STRING, STRING], STRING, trim_all),
    fixed("trimAll", &[STRING, STRING], STRING, trim_all),
    fixed("trimSuffix", &[STRING, STRING], STRING, |_, a| {
        text(a.text(1).strip_suffix(a.text(0)).unwrap_or(a.text(1)))
    }),
    fixed("trimPrefix", &[STRING, STRING], STRING, |_, a| {
        text(a.text(1).strip_prefix(a.text(0)).unwrap_or(a.text(1)))
    }),
    fixed("nospace", &[STRING], STRING, |_, a| text(without_space(a.text(0)))),
    fixed("wrap", &[INT, STRING], STRING, |_, a| {
        text(layout::wrap(a.text(1), a.int(0), b"", LongWords::Keep))
    }),
    fixed("wrapWith", &[INT, STRING, STRING], STRING, |_, a| {
        text(layout::wrap(a.text(2), a.int(0), a.text(1), LongWords::Break))
    }),
    fixed("contains", &[STRING, STRING], Type::Bool, |_, a| Ok(find(a.text(1), a.text(0)).is_some().into())),
    fixed("hasPrefix", &[STRING, STRING], Type::Bool, |_, a| Ok(a.text(1).starts_with(a.text(0)).into())),
    fixed("hasSuffix", &[STRING, STRING], Type::Bool, |_, a| Ok(a.text(1).ends_with(a.text(0)).into())),
    variadic("quote", &[Type::Any], STRING, |_, a| {
        text(join_present(a, |item| strconv::quote(to_text(item)).into()))
    }),
    variadic("squote", &[Type::Any], STRING, |_, a| {
        text(join_present(a, |item| {
            [b"'", fmt::sprint(std::slice::from_ref(item)).as_bytes(), b"'"].concat().into()
        }))
    }),
    variadic("cat", &[Type::Any], STRING, |_, a| {
        text(join_present(a, |item| fmt::sprint(std::slice::from_ref(item))))
    }),
    fixed("indent", &[INT, STRING], STRING, |_, a| indent(a.int(0), a.text(1)).and_then(text)),
    fixed("nindent", &[INT, STRING], STRING, |_, a| {
        indent(a.int(0), a.text(1)).and_then(|indented| text([b"\n", indented.as_slice()].concat()))
    }),
    fixed("replace", &[STRING, STRING, STRING], STRING, |_, a| {
        text(replace(a.text(2), a.text(0), a.text(1)))
    }),
    fixed("plural", &[STRING, STRING, INT], STRING, |_, a| text(a.text(usize::from(a.int(2) != 1)))),
    fixed("toString", &[Type::Any], STRING, |_, a| text(to_text(&a.any(0)))),
    fixed("toStrings", &[Type::Any], Type::STRINGS, |_, a| Ok(to_strings(&a.any(0)))),
    fixed("join", &[STRING, Type::Any], STRING, |_, a| text(join(&to_texts(&a.any(1)), a.text(0)))),
    fixed("sortAlpha", &[Type::Any], Type::STRINGS, |_, a| Ok(sort(&a.any(0)))),
    fixed("split", &[STRING, STRING], Type::Map(&STRING), |_, a| {
        Ok(numbered(split(a.text(1), a.text(0), -1)))
    }),
    fixed("splitn", &[STRING, INT, STRING], Type::Map(&STRING), |_, a| {
        Ok(numbered(split(a.text(2), a.text(0), a.int(1))))
    }),
    fixed("splitList", &[STRING, STRING], Type::STRINGS, |_, a| {
        Ok(Value::strings(split(a.text(1), a.text(0), -1)))
    }),
];

fn truncate(count: i64, text: &[u8]) -> &[u8] {
    match usize::try_from(count.unsigned_abs()) {
        Ok(tail) if count < 0 && tail < text.len() => text.get(text.len() - tail..).unwrap_or(text),
        Ok(head) if count >= 0 => text.get(..head).unwrap_or(text),
        _ => text,
    }
}

fn substring(start: i64, end: i64, bytes: &[u8]) -> Outcome {
    let length = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
    let (low, high, is_from_start) = match () {
        () if start < 0 => (0, end, true),
        () if end < 0 || end > length => (start, length, false),
        () => (start, end, false),
    };
    let range = usize::try_from(low).ok().zip(usize::try_from(high).ok());
    match range.and_then(|(low, high)| bytes.get(low..high)) {
        Some(part) => text(part),
        None if is_from_start && high < 0 => Err(out_of_bounds(&format!(":{high}"))),
        None if is_from_start => Err(out_of_bounds(&format!(":{high}] with length {length}"))),
        None => Err(out_of_bounds(&format!("{low}:{high}"))),
    }
}

/// Go's panic, whose text closes the bracket before the length.
fn out_of_bounds(range: &str) -> FunctionError {
    let range = if range.contains(']') { range.to_owned() } else { format!("{range}]") };
    FunctionError::new(format!("runtime error: slice bounds out of range [{range}"))
}

fn repeat(count: i64, text: &[u8]) -> Result<Vec<u8>, FunctionError> {
    let count = usize::try_from(count).map_err(|_| FunctionError::new("strings: negative Repeat count"))?;
    match text.len().checked_mul(count) {
        Some(length) if length <= MAX_REPEATED => Ok(text.repeat(count)),
        _ => Err(FunctionError::new("strings: Repeat output length overflow")),
    }
}

fn indent(padding: i64, text: &[u8]) -> Result<Vec<u8>, FunctionError> {
    let padding = repeat(padding, b" ")?.len();
    let lines = text.iter().filter(|byte| **byte == b'\n').count() + 1;
    if padding.saturating_mul(lines) > MAX_REPEATED {
        return Err(FunctionError::new("strings: Repeat output length overflow"));
    }
    Ok(layout::indent(padding, text))
}

/// `strings.TrimSpace`.
pub(super) fn trim(text: &[u8]) -> &[u8] {
    trim_where(text, is_space)
}

/// Trims what is in the cutset, which is one of characters.
fn trim_all(_: &mut gotemplate::Call<'_>, a: &[Value]) -> Outcome {
    let cutset: Vec<char> = super::runes::characters(a.text(0)).collect();
    text(trim_where(a.text(1), |character| cutset.contains(&character)))
}

fn trim_where(text: &[u8], is_cut: impl Fn(char) -> bool) -> &[u8] {
    let kept = |(_, character, _): &(usize, char, usize)| !is_cut(*character);
    let Some((start, _, _)) = runes(text).find(kept) else { return &[] };
    let end = runes(text).filter(kept).last().map_or(text.len(), |(at, _, length)| at + length);
    text.get(start..end).unwrap_or_default()
}

/// `nospace` looks at bytes, and writes each as a character once it has taken one out.
fn without_space(text: &[u8]) -> Vec<u8> {
    let is_kept = |byte: &u8| !is_space(char::from(*byte));
    if text.iter().all(is_kept) {
        return text.to_vec();
    }
    let kept: String = text.iter().copied().filter(is_kept).map(char::from).collect();
    kept.into_bytes()
}

/// The values other than nil, with a blank between them.
fn join_present(values: &[Value], print: impl Fn(&Value) -> Str) -> Vec<u8> {
    let printed: Vec<Str> = values.iter().filter(|value| !value.is_untyped_nil()).map(print).collect();
    join(&printed, b" ")
}

fn join(texts: &[Str], separator: &[u8]) -> Vec<u8> {
    texts.iter().map(Str::as_bytes).collect::<Vec<_>>().join(separator)
}

/// A `[]string` stays what it is, also when it is nil.
fn to_strings(value: &Value) -> Value {
    match value {
        Value::List(list) if list.ty() == Type::STRINGS => value.clone(),
        _ => Value::strings(to_texts(value)),
    }
}

fn sort(value: &Value) -> Value {
    let mut texts = match value {
        Value::List(list) if list.ty() == Type::STRINGS && list.is_nil() => return value.clone(),
        Value::List(_) => to_texts(value),
        _ => vec![to_text(value)],
    };
    texts.sort();
    Value::strings(texts)
}

/// Where `pattern` begins first.
fn find(text: &[u8], pattern: &[u8]) -> Option<usize> {
    memchr::memmem::find(text, pattern)
}

/// `strings.Replace` of all: an empty pattern is found before each character and at the end.
fn replace(text: &[u8], pattern: &[u8], replacement: &[u8]) -> Vec<u8> {
    if pattern.is_empty() {
        let characters = runes(text).filter_map(|(at, _, length)| text.get(at..at + length));
        let spread: Vec<u8> = characters.flat_map(|character| [replacement, character].concat()).collect();
        return [&spread, replacement].concat();
    }
    let mut replaced = Vec::with_capacity(text.len());
    let mut after = 0;
    for at in memchr::memmem::find_iter(text, pattern) {
        replaced.extend_from_slice(text.get(after..at).unwrap_or_default());
        replaced.extend_from_slice(replacement);
        after = at + pattern.len();
    }
    replaced.extend_from_slice(text.get(after..).unwrap_or_default());
    replaced
}

/// `strings.SplitN`: at most `limit` parts, all of them if it is negative. An empty separator splits characters.
fn split<'a>(text: &'a [u8], separator: &[u8], limit: i64) -> Vec<&'a [u8]> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    if limit == 0 {
        return Vec::new();
    }
    let mut parts = Vec::new();
    let mut rest = text;
    while parts.len() + 1 < limit {
        let cut = match find(rest, separator) {
            Some(_) if separator.is_empty() => match runes(rest).next() {
                Some((_, _, length)) if length < rest.len() => (length, length),
                _ => break,
            },
            Some(at) => (at, at + separator.len()),
            None => break,
        };
        parts.push(rest.get(..cut.0).unwrap_or_default());
        rest = rest.get(cut.1..).unwrap_or_default();
    }
    if !separator.is_empty() || !rest.is_empty() {
        parts.push(rest);
    }
    parts
}

/// A map from `_0`, `_1` and so on.
fn numbered(parts: Vec<&[u8]>) -> Value {
    let entries =
        parts.into_iter().enumerate().map(|(at, part)| (format!("_{at}").into(), Value::string(part)));
    Value::Map(Map::typed(&Type::String, entries))
}
