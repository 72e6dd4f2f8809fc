//! `set`: one value at a path becomes values around it.

use serde_json::{Map, Value, json};

/// The values in which `value` is at `path`, such as `image.tags[0]` or `annotations["example.com/a"]`.
pub(super) fn values(path: &str, value: &Value) -> Value {
    steps(path).into_iter().rev().fold(value.clone(), |inner, step| match step {
        Step::Key(key) => Value::Object(Map::from_iter([(key, inner)])),
        Step::Index(index) => {
            let mut items = vec![json!(null); index];
            items.push(inner);
            Value::Array(items)
        }
    })
}

enum Step {
    Key(String),
    Index(usize),
}

/// The largest index: a list is filled up to it.
const MAX_INDEX: usize = 1000;

fn steps(path: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut key = String::new();
    let mut letters = path.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => key.extend(letters.next()),
            '.' => flush(&mut key, &mut steps),
            '[' => {
                flush(&mut key, &mut steps);
                let inner: String = letters.by_ref().take_while(|letter| *letter != ']').collect();
                let index = inner.parse().ok().filter(|index| *index <= MAX_INDEX);
                let quoted = || Step::Key(inner.trim_matches(['"', '\'']).to_owned());
                steps.push(index.map_or_else(quoted, Step::Index));
            }
            letter => key.push(letter),
        }
    }
    flush(&mut key, &mut steps);
    steps
}

fn flush(key: &mut String, steps: &mut Vec<Step>) {
    if !key.is_empty() {
        steps.push(Step::Key(std::mem::take(key)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_becomes_maps_and_lists() {
        assert_eq!(values("a.b", &json!(1)), json!({"a": {"b": 1}}));
        assert_eq!(values("a[1].b", &json!("x")), json!({"a": [null, {"b": "x"}]}));
        assert_eq!(values("a[\"b.c/d\"].e", &json!(null)), json!({"a": {"b.c/d": {"e": null}}}));
        assert_eq!(values("a\\.b", &json!(true)), json!({"a.b": true}));
    }
}
