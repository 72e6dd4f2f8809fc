//! What is written is read back, and written again it's the same.
#![no_main]

use arbitrary::Arbitrary;
use goyaml::sigs::{self, Target};
use goyaml::{Value, Values, json, v2, v3};
use libfuzzer_sys::fuzz_target;

#[derive(Arbitrary, Debug)]
enum Tree {
    Null,
    Bool(bool),
    Int(i64),
    Uint(u64),
    Float(f64),
    Text(String),
    Sequence(Vec<Tree>),
    Mapping(Vec<(String, Tree)>),
}

impl From<Tree> for Value {
    fn from(tree: Tree) -> Self {
        match tree {
            Tree::Null => Self::Null,
            Tree::Bool(value) => Self::Bool(value),
            Tree::Int(value) => Self::Int(value),
            Tree::Uint(value) => Self::Uint(value),
            Tree::Float(value) => Self::Float(value),
            Tree::Text(text) => Self::Text(text),
            Tree::Sequence(items) => Self::Sequence(items.into_iter().map(Self::from).collect()),
            Tree::Mapping(entries) => mapping(entries),
        }
    }
}

/// Each key once.
fn mapping(entries: Vec<(String, Tree)>) -> Value {
    let entries: std::collections::BTreeMap<String, Tree> = entries.into_iter().collect();
    let text = |(key, value)| (Value::Text(key), Value::from(value));
    Value::Mapping(entries.into_iter().map(text).collect())
}

fuzz_target!(|tree: Tree| {
    let value = Value::from(tree);
    let written = v2::encode(&value);
    let read = v2::decode(written.as_bytes()).map(|read| read.map(|read| v2::encode(&read)));
    expect(&written, read.map_err(|error| error.to_string()));

    let written = v3::encode(&value, 4);
    let read = v3::decode(written.as_bytes()).map(|read| read.map(|read| v3::encode(&read, 4)));
    expect(&written, read.map_err(|error| error.to_string()));

    let Ok(written) = sigs::encode(&value) else { return };
    let read = v2::decode(written.as_bytes()).map(|read| read.map(|read| v2::encode(&read)));
    expect(&written, read.map_err(|error| error.to_string()));

    let written =
        json::encode(&value, json::Escape::Html).expect("what sigs.k8s.io/yaml writes is JSON first");
    let read = json::decode(written.as_bytes(), Target::Any, &mut Values).expect("JSON that was written");
    let again = json::encode(&read.unwrap_or(Value::Null), json::Escape::Html).expect("JSON that was read");
    assert_eq!(json_numbers(&again), json_numbers(&written));
});

#[track_caller]
fn expect(written: &str, read: Result<Option<String>, String>) {
    // Three things don't come back in Go either: negative zero, `<<`, which isn't quoted, and some blocks of
    // lines.
    if !["-0", "<<", "|"].iter().any(|lost| written.contains(lost)) {
        assert_eq!(read, Ok(Some(written.to_owned())));
    }
}

/// JSON has one kind of number: integers come back as floats.
fn json_numbers(text: &str) -> Value {
    sigs::decode(text.as_bytes(), Target::Any, &mut Values).expect("JSON is YAML").unwrap_or(Value::Null)
}
