//! Time in proportion to the input: `cargo bench -p gotemplate --bench linear`.
//!
//! Prints the nanoseconds a byte of texts that are deep, wide or long, at a size and its double, fourfold and
//! eightfold. The numbers of a line are alike where time is linear; `!` marks a line whose last is more than twice
//! its first.
#![expect(clippy::print_stdout, reason = "a program for the terminal")]
#![expect(clippy::unwrap_used, clippy::panic, reason = "a bench")]

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use gotemplate::{
    Call, Function, FunctionError, Functions, Limits, Signature, Str, Template, TemplateSet, Type, Value,
};

/// Bytes of the smallest text of each form.
const SIZE: usize = 16 << 10;

/// Control structures that may stand within one another, a few less.
const DEEPEST: usize = 9_000;

/// How a text grows.
type Form = (&'static str, fn(usize) -> String);

const FORMS: &[Form] = &[
    ("deep: if", |size| nested("{{if .}}", "{{end}}", size)),
    ("deep: range", |size| nested("{{range 1}}", "{{end}}", size)),
    ("deep: with", |size| nested("{{with $x := .}}", "{{end}}", size)),
    ("deep: else if", |size| {
        format!("{{{{if .n}}}}{}{{{{end}}}}", lines(size, |_| "{{else if .n}}".to_owned()))
    }),
    ("deep: parentheses", |size| format!("{{{{{}}}}}", nested("(", ")", size).replace("()", "(1)"))),
    ("deep: calls", |size| format!("{{{{{}}}}}", nested("not (", ")", size).replace("()", "(1)"))),
    ("deep: templates", |size| {
        lines(size, |at| format!("{{{{define \"t{at}\"}}}}{{{{template \"t{}\"}}}}{{{{end}}}}", at + 1))
            + "{{define \"last\"}}{{end}}"
    }),
    ("wide: actions", |size| lines(size, |_| "{{.m.key}}\n".to_owned())),
    ("wide: fields", |size| lines(size, |at| format!("{{{{.m.key{at}}}}}\n"))),
    ("wide: declarations", |size| lines(size, |at| format!("{{{{$v{at} := 1}}}}"))),
    ("wide: variables", |size| lines(size, |at| format!("{{{{$v{at} := 1}}}}{{{{$v{}}}}}", at / 2))),
    ("wide: first variable", |size| {
        format!("{{{{$x := 1}}}}{}", lines(size, |at| format!("{{{{$v{at} := $x}}}}")))
    }),
    ("wide: assignments", |size| {
        format!("{{{{$x := 1}}}}{}", lines(size, |at| format!("{{{{$x = {at}}}}}")))
    }),
    ("wide: definitions", |size| lines(size, |at| format!("{{{{define \"t{at}\"}}}}x{{{{end}}}}"))),
    ("wide: invocations", |size| {
        format!("{{{{define \"t\"}}}}x{{{{end}}}}{}", lines(size, |_| "{{template \"t\" .}}".to_owned()))
    }),
    ("wide: includes", |size| {
        format!("{{{{define \"t\"}}}}x{{{{end}}}}{}", lines(size, |_| "{{include \"t\" .}}".to_owned()))
    }),
    ("wide: arguments", |size| format!("{{{{print{}}}}}", lines(size, |at| format!(" {at}")))),
    ("wide: commands", |size| format!("{{{{1{}}}}}", lines(size, |_| " | print".to_owned()))),
    ("wide: comments", |size| lines(size, |at| format!("{{{{/* {at} */}}}}"))),
    ("wide: trims", |size| lines(size, |_| "{{- 1 -}} ".to_owned())),
    ("long: text", |size| "some text { }\n".repeat(size / 14)),
    ("long: braces", |size| "{ ".repeat(size / 2)),
    ("long: spaces", |size| format!("{}{{{{- 1 -}}}}{}", " ".repeat(size / 2), " ".repeat(size / 2))),
    ("long: string", |size| format!("{{{{\"{}\"}}}}", "word\\n".repeat(size / 6))),
    ("long: raw string", |size| format!("{{{{`{}`}}}}", "word\n".repeat(size / 5))),
    ("long: comment", |size| format!("{{{{/*{}*/}}}}", "*".repeat(size))),
    ("long: name", |size| format!("{{{{.m.{}}}}}", "x".repeat(size))),
    ("long: chain", |size| format!("{{{{.m{}}}}}", ".x".repeat(size / 2))),
    ("long: number", |size| format!("{{{{0.{}}}}}", "1".repeat(size))),
    ("long: output", |size| format!("{{{{range {size}}}}}x{{{{end}}}}{}", " ".repeat(size))),
    ("long: growing text", |size| {
        format!("{{{{range {}}}}}{{{{print . \"x\"}}}}{{{{end}}}}{}", size / 8, " ".repeat(size))
    }),
    ("long: format", |size| format!("{{{{printf \"{}\"}}}}", "%d %s ".repeat(size / 6))),
];

fn main() {
    println!("{:<28} {:<8} {:>8} ns a byte at 1, 2, 4 and 8 times the size", "", "", "bytes");
    let wanted = std::env::args().skip(1).find(|argument| !argument.starts_with('-')).unwrap_or_default();
    let functions = functions();
    for (name, form) in FORMS.iter().filter(|(name, _)| name.contains(&wanted)) {
        let texts = [1, 2, 4, 8].map(|times| Str::from(form(times * SIZE)));
        let parse = texts.each_ref().map(|text| time(text.len(), || parse(text, &functions)));
        row(name, "parse", texts.first().map_or(0, Str::len), &parse);
        let execute = texts.each_ref().map(|text| {
            let set = parse_named(name, text, &functions);
            time(text.len(), || execute(&set))
        });
        row(name, "execute", texts.first().map_or(0, Str::len), &execute);
    }
}

fn row(name: &str, what: &str, bytes: usize, times: &[f64]) {
    let shown: Vec<String> = times.iter().map(|time| format!("{time:>8.2}")).collect();
    let mark = if times.last() > times.first().map(|time| 2.0 * time).as_ref() { " !" } else { "" };
    println!("{name:<28} {what:<8} {bytes:>8} {}{mark}", shown.concat());
}

/// The nanoseconds for each byte: of the fastest run, as the machine may have other things to do.
fn time<T>(bytes: usize, run: impl Fn() -> T) -> f64 {
    const LEAST: Duration = Duration::from_millis(30);
    let start = Instant::now();
    let mut fastest = Duration::MAX;
    while fastest == Duration::MAX || start.elapsed() < LEAST {
        let begin = Instant::now();
        black_box(run());
        fastest = fastest.min(begin.elapsed());
    }
    fastest.as_secs_f64() * 1e9 / bytes as f64
}

fn parse(text: &Str, functions: &Arc<Functions>) -> TemplateSet {
    let mut set = TemplateSet::new("set");
    set.add(&Template::parse("main", text.clone(), functions).unwrap());
    set
}

fn parse_named(name: &str, text: &Str, functions: &Arc<Functions>) -> TemplateSet {
    Template::parse("main", text.clone(), functions).unwrap_or_else(|error| panic!("{name}: {error}"));
    parse(text, functions)
}

/// Some of the texts end with an error, which takes its time as well.
fn execute(set: &TemplateSet) -> usize {
    let map = Value::map([("key", Value::string("value"))]);
    let data = Value::map([("m", map), ("n", Value::Nil)]);
    let rendered = set.render("main", &data, &mut (), &Limits::default());
    rendered.map_or_else(|error| error.to_string().len(), |text| text.len())
}

fn functions() -> Arc<Functions> {
    let signature = Signature::new(&[Type::String, Type::Any], Type::String);
    Arc::new(Functions::builtins().with(Function::new("include", signature, include)))
}

fn include(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, FunctionError> {
    let name = arguments.first().and_then(Value::as_str).cloned().unwrap_or_default();
    Ok(Value::String(call.execute(&name, arguments.last().unwrap_or(&Value::Nil))?))
}

fn nested(open: &str, close: &str, size: usize) -> String {
    let depth = (size / (open.len() + close.len())).min(DEEPEST);
    open.repeat(depth) + &close.repeat(depth)
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
