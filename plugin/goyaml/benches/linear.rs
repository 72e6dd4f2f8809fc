//! Time in proportion to the input: `cargo bench -p goyaml --bench linear`.
//!
//! Prints the nanoseconds a byte of inputs that are deep, wide or long, at a size and its double, fourfold and
//! eightfold. The numbers of a line are alike where time is linear; `!` marks a line whose last is more than twice
//! its first.
#![expect(clippy::print_stdout, reason = "a program for the terminal")]
#![expect(clippy::unwrap_used, reason = "a bench")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use goyaml::sigs::{self, Target};
use goyaml::{Dialect, Head, Input, Parser, Value, Values, json, v2, v3};

/// Bytes of the smallest input of each form; those that are limited in depth are as large as they may be.
const SIZE: usize = 16 << 10;

/// How an input grows.
type Form = (&'static str, fn(usize) -> String);

const FORMS: &[Form] = &[
    ("deep: [[[", |size| nested("[", "]", size.min(DEEPEST))),
    ("deep: {a: {a:", |size| nested("{a: ", "}", size / 2)),
    ("deep: - - -", |size| "- ".repeat((size / 2).min(DEEPEST))),
    ("deep: ? ? ?", |size| "? ".repeat((size / 2).min(DEEPEST))),
    ("deep: indented", |size| deep_mapping((size as f64 * 2.0).sqrt() as usize)),
    ("wide: keys", |size| lines(size, |at| format!("key{at}: value{at}\n"))),
    ("wide: keys, shuffled", |size| {
        lines(size, |at| format!("key{}: 1\n", at.wrapping_mul(0x9e37_79b9) & 0xff_ffff))
    }),
    ("wide: quoted keys", |size| lines(size, |at| format!("\"k{at}\": 'v'\n"))),
    ("wide: items", |size| lines(size, |at| format!("- item {at}\n"))),
    ("wide: flow items", |size| format!("[{}]", lines(size, |at| format!("{at}, ")))),
    ("wide: flow pairs", |size| format!("{{{}}}", lines(size, |at| format!("k{at}: {at}, ")))),
    ("wide: one line", |size| format!("a: {}", lines(size, |at| format!("word{at} ")))),
    ("wide: manifests", |size| lines(size, manifest)),
    ("wide: comments", |size| lines(size, |at| format!("# comment {at}\n")) + "a: b\n"),
    ("wide: comments between", |size| lines(size, |at| format!("# head\nk{at}: v # line\n# foot\n\n"))),
    ("wide: empty lines", |size| format!("a:{} b", "\n".repeat(size))),
    ("wide: anchors", |size| lines(size, |at| format!("- &a{at} x\n"))),
    ("wide: aliases", |size| format!("- &a x\n{}", lines(size, |_| "- *a\n".to_owned()))),
    ("wide: anchors and aliases", |size| lines(size, |at| format!("- &a{at} x\n- *a{at}\n"))),
    ("wide: merges", |size| format!("- &a {{x: 1}}\n{}", lines(size, |_| "- {<<: *a, y: 2}\n".to_owned()))),
    ("wide: one merge of many", |size| format!("a: &a {{x: 1}}\nb: {{<<: [{}]}}", "*a, ".repeat(size / 4))),
    ("wide: tags", |size| lines(size, |at| format!("- !!str {at}\n"))),
    ("wide: numbers", |size| lines(size, |at| format!("- {at}.5e{}\n", at % 300))),
    ("wide: directives", |size| lines(size, |at| format!("%TAG !t{at}! tag:a,2000:\n")) + "--- a"),
    ("wide: tags of a long prefix", |size| {
        format!("%TAG !e! {}\n---\n", "p".repeat(size / 2)) + &lines(size / 2, |at| format!("- !e!{at} x\n"))
    }),
    ("wide: documents", |size| lines(size, |_| "---\na: b\n".to_owned())),
    ("long: plain", |size| format!("a: {}", "x".repeat(size))),
    ("long: plain lines", |size| format!("a:{}", "\n  word".repeat(size / 7))),
    ("long: quoted", |size| format!("a: \"{}\"", "word \\u00e9 ".repeat(size / 12))),
    ("long: single quoted", |size| format!("a: '{}'", "it''s ".repeat(size / 6))),
    ("long: literal", |size| format!("a: |\n{}", lines(size, |at| format!("  line {at}\n")))),
    ("long: literal, empty", |size| format!("a: |\n{}  x", "\n".repeat(size))),
    ("long: folded", |size| format!("a: >\n{}", lines(size, |at| format!("  line {at}\n")))),
    ("long: key", |size| format!("{}: a", "k".repeat(size))),
    ("long: digits", |size| format!("a: {}", "1".repeat(size))),
    ("long: underscores", |size| format!("a: 1{}", "_".repeat(size))),
    ("long: sexagesimal", |size| format!("a: {}", "1:".repeat(size / 2))),
    ("long: base64", |size| format!("a: !!binary {}", "QUJD".repeat(size / 4))),
    ("long: anchor", |size| format!("&{} x", "a".repeat(size))),
    ("long: tag", |size| format!("!<{}> x", "%41".repeat(size / 3))),
    ("long: comment", |size| format!("#{}\na: b", "c".repeat(size))),
    ("long: tabs", |size| format!("a: b{}#", "\t".repeat(size))),
    ("long: spaces", |size| format!("a: b{}", " ".repeat(size))),
    ("long: invalid bytes", |size| format!("a: {}", "\u{fffd}".repeat(size / 3))),
];

/// Fewer levels than go-yaml follows.
const DEEPEST: usize = 9_000;

/// What is measured; returns the bytes that it read or wrote.
type Operation = (&'static str, fn(&str, &Value) -> usize);

const OPERATIONS: &[Operation] = &[
    ("events v2", |text, _| read(text, events(text, Dialect::V2))),
    ("events v3", |text, _| read(text, events(text, Dialect::V3))),
    ("decode", |text, _| read(text, sigs::decode(text.as_bytes(), Target::Any, &mut Values))),
    ("decode v2", |text, _| read(text, v2::decode(text.as_bytes()))),
    ("decode v3", |text, _| read(text, v3::decode(text.as_bytes()))),
    ("head", |text, _| read(text, Head::decode(text.as_bytes(), "main.Head"))),
    ("documents", |text, _| read(text, sigs::documents(text.as_bytes()).count())),
    ("encode", |_, value| sigs::encode(value).map_or(1, |text| text.len())),
    ("encode v3", |_, value| v3::encode(value, 2).len()),
    ("json", |_, value| json(value)),
];

fn main() {
    println!("{:<28} {:<10} {:>8} ns a byte at 1, 2, 4 and 8 times the size", "", "", "bytes");
    let wanted = std::env::args().skip(1).find(|argument| !argument.starts_with('-')).unwrap_or_default();
    for (name, form) in FORMS.iter().filter(|(name, _)| name.contains(&wanted)) {
        let texts = [1, 2, 4, 8].map(|times| form(times * SIZE));
        let values =
            texts.each_ref().map(|text| v2::decode(text.as_bytes()).ok().flatten().unwrap_or(Value::Null));
        for (operation, run) in OPERATIONS {
            let times: Vec<f64> =
                texts.iter().zip(&values).map(|(text, value)| time(text, value, *run)).collect();
            let shown: Vec<String> = times.iter().map(|time| format!("{time:>8.2}")).collect();
            let mark = if times.last() > times.first().map(|time| 2.0 * time).as_ref() { " !" } else { "" };
            println!(
                "{name:<28} {operation:<10} {:>8} {}{mark}",
                texts.first().map_or(0, String::len),
                shown.concat()
            );
        }
    }
}

/// The nanoseconds for each byte: of the fastest run, as the machine may have other things to do.
fn time(text: &str, value: &Value, run: fn(&str, &Value) -> usize) -> f64 {
    const LEAST: Duration = Duration::from_millis(15);
    let start = Instant::now();
    let (mut fastest, mut bytes) = (Duration::MAX, 0);
    while fastest == Duration::MAX || start.elapsed() < LEAST {
        let begin = Instant::now();
        bytes = run(black_box(text), black_box(value));
        fastest = fastest.min(begin.elapsed());
    }
    fastest.as_secs_f64() * 1e9 / bytes as f64
}

fn read<T>(text: &str, result: T) -> usize {
    black_box(result);
    text.len()
}

fn events(text: &str, dialect: Dialect) -> usize {
    let input = Input::new(text.as_bytes());
    let mut parser = Parser::new(&input, dialect);
    std::iter::from_fn(|| parser.next_event().ok().flatten()).count()
}

fn json(value: &Value) -> usize {
    let Ok(text) = json::encode(value, json::Escape::Html) else { return 1 };
    black_box(json::decode(text.as_bytes(), Target::Any, &mut Values)).unwrap();
    text.len()
}

fn nested(open: &str, close: &str, size: usize) -> String {
    let depth = (size / (open.len() + close.len())).min(DEEPEST);
    open.repeat(depth) + &close.repeat(depth)
}

/// Each level is indented by one more column.
fn deep_mapping(depth: usize) -> String {
    (0..depth).map(|level| format!("{}a:\n", " ".repeat(level))).collect()
}

fn lines(size: usize, line: impl Fn(usize) -> String) -> String {
    let mut text = String::new();
    for at in 0.. {
        if text.len() >= size {
            break;
        }
        text += &line(at);
    }
    text
}

fn manifest(at: usize) -> String {
    format!(
        "- apiVersion: v1\n  kind: Service\n  metadata:\n    name: web-{at}\n    labels:\n      app: \"web\"\n  spec:\n    \
         ports:\n    - port: 80\n      targetPort: http\n    selector: {{app: web}}\n"
    )
}
