//! Deep, wide and long inputs: nothing recurses, and go-yaml's limits hold.
#![expect(clippy::unwrap_used, reason = "a test")]

use std::borrow::Cow;

use goyaml::sigs::{self, Target};
use goyaml::{Build, Dialect, Input, Parser, Source, View, json, v2, v3};

/// The stack that a test runs on, which is that of Rust's threads.
const STACK: usize = 2 << 20;

/// Makes nothing, so that what is measured is this crate.
struct Nothing;

impl Build for Nothing {
    type Value = ();
    fn null(&mut self) {}
    fn bool(&mut self, _: bool) {}
    fn int(&mut self, _: i64) {}
    fn uint(&mut self, _: u64) {}
    fn float(&mut self, _: f64) {}
    fn string(&mut self, _: &str) {}
    fn sequence(&mut self, _: Vec<()>) {}
    fn mapping(&mut self, _: Vec<(Cow<'_, str>, ())>) {}
}

/// So many lists, one in the other.
#[derive(Clone)]
struct Nest(usize);

impl Source for Nest {
    type Key = &'static str;
    fn view(&self) -> View<'_, Self> {
        match self.0.checked_sub(1) {
            Some(inner) => View::Sequence(vec![Self(inner)]),
            None => View::Null,
        }
    }
}

fn on_a_small_stack(test: impl FnOnce() + Send + 'static) {
    std::thread::Builder::new().stack_size(STACK).spawn(test).unwrap().join().unwrap();
}

fn decode(text: &str) -> Result<(), String> {
    let read = sigs::decode(text.as_bytes(), Target::Any, &mut Nothing);
    read.map(|_| ()).map_err(|error| error.to_string())
}

fn nested(open: &str, depth: usize, close: &str) -> String {
    open.repeat(depth) + &close.repeat(depth)
}

#[test]
fn ten_thousand_levels_are_read() {
    on_a_small_stack(|| {
        for (open, close) in [("[", "]"), ("{a: ", "}"), ("- ", ""), ("? ", "")] {
            let read = decode(&nested(open, 10_000, close));
            // A nest of keys is well-formed, but the innermost one isn't a key.
            let invalid_key = "error converting YAML to JSON: yaml: invalid map key: \
                               map[interface {}]interface {}{interface {}(nil):interface {}(nil)}";
            let expected = if open == "? " { Err(invalid_key.to_owned()) } else { Ok(()) };
            assert_eq!(read, expected, "{open}");
        }
    });
}

#[test]
fn one_more_level_is_refused() {
    on_a_small_stack(|| {
        let refused = Err("error converting YAML to JSON: yaml: exceeded max depth of 10000".to_owned());
        assert_eq!(decode(&nested("[", 10_001, "]")), refused);
        assert_eq!(decode(&nested("- ", 10_001, "")), refused);
        let mixed = nested("- ", 9_000, "") + &nested("[", 9_000, "]");
        let too_deep = "error unmarshaling JSON: while decoding JSON: exceeded max depth";
        assert_eq!(decode(&mixed), Err(too_deep.to_owned()));
    });
}

#[test]
fn json_has_the_same_limit() {
    on_a_small_stack(|| {
        let read = |depth| json::decode(nested("[", depth, "]").as_bytes(), Target::Any, &mut Nothing);
        assert_eq!(read(10_000), Ok(Some(())));
        assert_eq!(read(10_001), Err(json::DecodeError::Depth));
    });
}

#[test]
fn deep_values_are_written() {
    on_a_small_stack(|| {
        let depth = 9_999;
        let yaml = "- ".repeat(depth) + "null\n";
        assert_eq!(sigs::encode(Nest(depth)).unwrap(), yaml);
        assert_eq!(v2::encode(Nest(depth)), yaml);
        assert_eq!(v3::encode(Nest(depth), 2), yaml);
        assert_eq!(json::encode(Nest(100_000), json::Escape::Html).unwrap().len(), 200_004);
        let error = sigs::encode(Nest(10_001)).unwrap_err();
        assert_eq!(error.to_string(), "yaml: exceeded max depth of 10000");
    });
}

#[test]
fn aliases_do_not_explode() {
    let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    for level in 1..9 {
        let items = vec![format!("*a{}", level - 1); 9].join(", ");
        text.push_str(&format!("a{level}: &a{level} [{items}]\n"));
    }
    let refused = "error converting YAML to JSON: yaml: document contains excessive aliasing";
    assert_eq!(decode(&text), Err(refused.to_owned()));
}

#[test]
fn tags_do_not_explode() {
    let tags =
        |prefix: usize| format!("%TAG !e! {}\n---\n{}", "p".repeat(prefix), "- !e!x y\n".repeat(10_000));
    assert_eq!(decode(&tags(500)), Ok(()));
    let refused = "error converting YAML to JSON: yaml: line 648: exceeded maximum length of tags";
    assert_eq!(decode(&tags(10_000)), Err(refused.to_owned()));
}

#[test]
fn many_directives_are_read() {
    let directives: String = (0..20_000).map(|at| format!("%TAG !t{at}! tag:a,2000:\n")).collect();
    assert_eq!(decode(&format!("{directives}--- !t7!x a")), Ok(()));
    let twice = "error converting YAML to JSON: yaml: line 20000: found duplicate %TAG directive";
    assert_eq!(decode(&format!("{directives}%TAG !t7! b\n--- a")), Err(twice.to_owned()));
}

#[test]
fn unclosed_and_wide_inputs_end() {
    on_a_small_stack(|| {
        let wide: String = (0..50_000).map(|index| format!("key{index}: [{index}, {{a: b}}]\n")).collect();
        assert_eq!(decode(&wide), Ok(()));
        let long = format!("a: \"{}\"", "word ".repeat(200_000));
        assert_eq!(decode(&long), Ok(()));
        for piece in [
            "[", "{", "[a, ", "{a: [", "? - ", "&a [", "!t {", "'", "\"\\", "|\n ", "#", "- - ", "a: ", "\t",
            "%",
        ] {
            let text = piece.repeat(100_000);
            let input = Input::new(text.as_bytes());
            for dialect in [Dialect::V2, Dialect::V3] {
                let mut parser = Parser::new(&input, dialect);
                while let Ok(Some(_)) = parser.next_event() {}
            }
        }
    });
}
