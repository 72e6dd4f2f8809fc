//! Functions on dicts: maps from strings to anything, which are shared and changed in place.

mod merge;

use gotemplate::{Call, Function, FunctionError, List, Map, Str, Type, Value};

use super::arguments::{Arguments, Outcome, fixed, list, to_text, variadic};
use super::versions;
use merge::Precedence;

const ANY: Type = Type::Any;
const DICT: Type = Type::MAP;
const STRING: Type = Type::String;

pub(super) const FUNCTIONS: &[Function] = &[
    variadic("dict", &[ANY], DICT, |_, a| Ok(Value::Map(dict(a)))),
    fixed("get", &[DICT, STRING], ANY, |_, a| {
        Ok(a.map(0).get(a.text(1)).unwrap_or_else(|| Value::string("")))
    }),
    fixed("set", &[DICT, STRING, ANY], DICT, set),
    fixed("unset", &[DICT, STRING], DICT, |_, a| {
        a.map(0).remove(a.text(1));
        Ok(a.any(0))
    }),
    fixed("hasKey", &[DICT, STRING], Type::Bool, |_, a| Ok(a.map(0).contains_key(a.text(1)).into())),
    variadic("pluck", &[STRING, DICT], Type::LIST, |_, a| {
        list(a.from(1).iter().filter_map(|dict| dict.as_map()?.get(a.text(0))).collect())
    }),
    variadic("keys", &[DICT], Type::STRINGS, |_, a| {
        Ok(Value::strings(a.iter().filter_map(Value::as_map).flat_map(Map::keys)))
    }),
    fixed("values", &[DICT], Type::LIST, |_, a| {
        list(a.map(0).entries().into_iter().map(|(_, value)| value).collect())
    }),
    variadic("pick", &[DICT, STRING], DICT, |_, a| Ok(Value::Map(pick(&a.map(0), a.from(1))))),
    variadic("omit", &[DICT, STRING], DICT, |_, a| Ok(Value::Map(omit(&a.map(0), a.from(1))))),
    variadic("dig", &[ANY], ANY, dig),
    variadic("merge", &[DICT, DICT], ANY, |_, a| merge::merge_all(a, Precedence::Destination)),
    variadic("mustMerge", &[DICT, DICT], ANY, |_, a| merge::merge_all(a, Precedence::Destination)),
    variadic("mergeOverwrite", &[DICT, DICT], ANY, |_, a| merge::merge_all(a, Precedence::Source)),
    variadic("mustMergeOverwrite", &[DICT, DICT], ANY, |_, a| merge::merge_all(a, Precedence::Source)),
    fixed("deepCopy", &[ANY], ANY, copy),
    fixed("mustDeepCopy", &[ANY], ANY, copy),
];

/// How deep dicts are followed: one that contains itself would never end.
const MAX_DEPTH: usize = 1_000;

/// The error where [`MAX_DEPTH`] is reached.
fn too_deep() -> FunctionError {
    FunctionError::new(format!("exceeded maximum depth of a dict ({MAX_DEPTH})"))
}

/// Keys and values in turn; a key without a value has the empty string.
fn dict(pairs: &[Value]) -> Map {
    pairs
        .chunks(2)
        .map(|pair| (to_text(&pair.any(0)), pair.get(1).cloned().unwrap_or_else(|| Value::string(""))))
        .collect()
}

fn set(_: &mut Call<'_>, a: &[Value]) -> Outcome {
    if a.map(0).is_nil() {
        return Err(FunctionError::new("assignment to entry in nil map"));
    }
    a.map(0).insert(a.text(1), a.any(2));
    Ok(a.any(0))
}

fn pick(dict: &Map, keys: &[Value]) -> Map {
    let wanted = keys.iter().filter_map(Value::as_str);
    wanted.filter_map(|key| Some((key.clone(), dict.get(key.as_bytes())?))).collect()
}

fn omit(dict: &Map, keys: &[Value]) -> Map {
    let is_omitted = |key: &Str| keys.iter().any(|omitted| omitted.as_str() == Some(key));
    dict.entries().into_iter().filter(|(key, _)| !is_omitted(key)).collect()
}

/// `dig "a" "b" DEFAULT DICT`: the value at a path of keys. What isn't a dict on the way is an error.
fn dig(_: &mut Call<'_>, a: &[Value]) -> Outcome {
    let [path @ .., default, dict] = a else {
        return Err(FunctionError::new("dig needs at least three arguments"));
    };
    if path.is_empty() {
        return Err(FunctionError::new("dig needs at least three arguments"));
    }
    as_dict(dict)?;
    let keys = path.iter().map(as_key).collect::<Result<Vec<_>, _>>()?;
    let mut found = dict.clone();
    for key in keys {
        match as_dict(&found)?.get(key.as_bytes()) {
            Some(value) => found = value,
            None => return Ok(default.clone()),
        }
    }
    Ok(found)
}

/// Go's type assertion: a map with a name is not a dict.
fn as_dict(value: &Value) -> Result<&Map, FunctionError> {
    let dict = value.as_map().filter(|map| map.ty() == DICT);
    dict.ok_or_else(|| is_not(value, "map[string]interface {}"))
}

fn as_key(value: &Value) -> Result<&Str, FunctionError> {
    value.as_str().ok_or_else(|| is_not(value, "string"))
}

fn is_not(value: &Value, wanted: &str) -> FunctionError {
    let found = value.ty().map_or_else(|| "nil".to_owned(), |ty| ty.to_string());
    FunctionError::new(format!("interface conversion: interface {{}} is {found}, not {wanted}"))
}

fn copy(_: &mut Call<'_>, a: &[Value]) -> Outcome {
    match a.any(0) {
        Value::Nil => Err("reflect: call of reflect.Value.Type on zero Value".into()),
        value => deep_copy(&value, 0),
    }
}

/// A copy that shares no dict with the original; types stay.
fn deep_copy(value: &Value, depth: usize) -> Outcome {
    if depth > MAX_DEPTH {
        return Err(too_deep());
    }
    match value {
        Value::Map(map) => {
            let copy = |(key, value): (Str, Value)| Ok((key, deep_copy(&value, depth + 1)?));
            let entries = map.entries().into_iter().map(copy).collect::<Result<Vec<_>, FunctionError>>()?;
            Ok(Value::Map(match map.ty() {
                Type::Named(name) => Map::named(name, entries),
                Type::Map(element) => Map::typed(element, entries),
                _ => entries.into_iter().collect(),
            }))
        }
        Value::List(list) if !list.is_nil() && list.as_bytes().is_none() => {
            let items = list.iter().map(|item| deep_copy(&item, depth + 1)).collect::<Result<Vec<_>, _>>()?;
            Ok(Value::List(match list.ty() {
                Type::Named(name) => List::named(name, items),
                Type::Slice(element) => List::typed(element, items),
                _ => List::new(items),
            }))
        }
        // The Go library copies exported fields, and a version has none.
        Value::Object(_) => Ok(versions::emptied(value).unwrap_or_else(|| value.clone())),
        _ => Ok(value.clone()),
    }
}
