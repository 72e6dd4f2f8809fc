//! `set`: one value at a path becomes values around it.

use serde_json::{Map, Value};

/// A path that can't be read.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("`set` of `{path}`: {reason}")]
pub(super) struct SetError {
    path: String,
    reason: &'static str,
}

/// The values in which `value` is at `path`, such as `image.tags[0]` or `annotations.[example.com/a]`.
pub(super) fn values(path: &str, value: &Value) -> Result<Value, SetError> {
    let steps = steps(path).map_err(|reason| SetError { path: path.to_owned(), reason })?;
    Ok(steps.into_iter().rev().fold(value.clone(), |inner, step| match step {
        Step::Key(key) => Value::Object(Map::from_iter([(key, inner)])),
        Step::Index(index) => {
            let mut items = vec![Value::Null; index];
            items.push(inner);
            Value::Array(items)
        }
    }))
}

enum Step {
    Key(String),
    Index(usize),
}

/// The largest index: a list is filled up to it.
const MAX_INDEX: usize = 65_536;

fn steps(path: &str) -> Result<Vec<Step>, &'static str> {
    if path.contains([',', '{', '}', '=']) {
        return Err("`,`, `{`, `}` and `=` are not for paths");
    }
    let mut steps = Vec::new();
    let mut rest = path;
    loop {
        rest = key_at(rest, &mut steps)?;
        while let Some(after) = rest.strip_prefix('[') {
            let (index, after) = after.split_once(']').ok_or("a bracket is not closed")?;
            steps.push(Step::Index(index_of(index)?));
            rest = after;
        }
        match rest.strip_prefix('.') {
            Some(after) => rest = after,
            None if rest.is_empty() => return Ok(steps),
            None => return Err("a bracket is followed by neither `.` nor `[`"),
        }
    }
}

/// Takes the key that `rest` begins with: up to a dot or bracket, or all that is in brackets.
fn key_at<'p>(rest: &'p str, steps: &mut Vec<Step>) -> Result<&'p str, &'static str> {
    if let Some(quoted) = rest.strip_prefix('[') {
        let (key, after) = quoted.split_once(']').ok_or("a bracket is not closed")?;
        steps.push(Step::Key(key.to_owned()));
        return Ok(after);
    }
    let end = rest.find(['.', '[', ']']).unwrap_or(rest.len());
    let (key, after) = rest.split_at(end);
    if after.is_empty() && key.is_empty() {
        return Err("it ends where a key should be");
    }
    steps.push(Step::Key(key.to_owned()));
    Ok(after)
}

fn index_of(text: &str) -> Result<usize, &'static str> {
    let index = text.parse().map_err(|_| "an index is no number: a key with dots is `.[a.b]`")?;
    if index > MAX_INDEX { Err("an index is too large") } else { Ok(index) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(path: &str, expect: Value) {
        assert_eq!(values(path, &json!(1)), Ok(expect), "{path}");
    }

    #[test]
    fn a_path_becomes_maps_and_lists() {
        check("a.b", json!({"a": {"b": 1}}));
        check("a[1].b", json!({"a": [null, {"b": 1}]}));
        check("a.[b.c/d].e", json!({"a": {"b.c/d": {"e": 1}}}));
        check("[a.b]", json!({"a.b": 1}));
        check("a\\.b", json!({"a\\": {"b": 1}}));
    }

    #[test]
    fn what_is_no_path_is_said() {
        for path in ["", "a.", "a[\"b.c\"]", "a[", "a=b", "a[0]b", "a[99999999999]"] {
            assert!(values(path, &json!(1)).is_err(), "{path}");
        }
        let error = values("a[x]", &json!(1)).unwrap_err();
        assert_eq!(error.to_string(), "`set` of `a[x]`: an index is no number: a key with dots is `.[a.b]`");
    }
}
