//! Parsing and execution against Go, in one run: `cargo bench -p gotemplate`.
//!
//! Without Go on the machine only this crate's times are shown, without the corpus only the written template's.
#![expect(clippy::print_stdout, reason = "a command line tool")]
#![expect(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test tool")]

#[path = "../tests/oracle/case.rs"]
mod case;
#[path = "oracle/corpus.rs"]
mod corpus;
#[path = "../tests/oracle/functions.rs"]
mod functions;
#[path = "oracle/peer.rs"]
mod peer;
#[path = "../tests/oracle/types.rs"]
mod types;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use case::Case;
use gotemplate::{Function, Functions, Limits, Signature, Str, Template, TemplateSet, Type, Value};
use serde_json::Value as Json;

/// Texts of which the last is executed, and the functions that they call besides those of the oracle.
struct Bench {
    name: String,
    case: Case,
    functions: BTreeSet<String>,
}

fn main() {
    let mut benches = vec![written()];
    benches.extend(corpus::benches());
    let peer = peer::times(&benches);
    println!(
        "{:<28} {:>11} {:>11} {:>6}   {:>11} {:>11} {:>6}",
        "", "parse here", "Go", "×", "execute here", "Go", "×"
    );
    for (index, bench) in benches.iter().enumerate() {
        let (parse, execute) = bench.times();
        let row = |here: u128, go: Option<u128>| match go {
            Some(go) => format!("{:>9} µs {:>9} µs {:>6.1}", here / 1000, go / 1000, go as f64 / here as f64),
            None => format!("{:>9} µs", here / 1000),
        };
        let go = peer.as_ref().map(|times| times[index]);
        println!(
            "{:<28} {}   {}",
            bench.name,
            row(parse, go.map(|go| go.0)),
            row(execute, go.map(|go| go.1))
        );
    }
}

/// A template that does what those of charts do.
fn written() -> Bench {
    let text = |name: &str, text: &str| (Str::from(name), Str::from(text));
    let data = include_str!("oracle/data.json");
    Bench {
        name: "written: 40 deployments".to_owned(),
        case: Case {
            texts: vec![
                text("_helpers.tpl", include_str!("oracle/helpers.tpl")),
                text("deployment.yaml", include_str!("oracle/deployment.yaml")),
            ],
            data: serde_json::from_str(data).expect("data is JSON"),
            missing_key: None,
        },
        functions: BTreeSet::new(),
    }
}

impl Bench {
    /// The nanoseconds of parsing and of executing once.
    fn times(&self) -> (u128, u128) {
        let functions = self.functions();
        let parse = measure(|| drop(self.parse(&functions)));
        let set = self.parse(&functions);
        let data = case::decode(&self.case.data);
        let (name, _) = self.case.texts.last().expect("there are texts");
        let execute = measure(|| {
            let mut depth = functions::Depth::default();
            let output = set.render(name.clone(), &data, &mut depth, &Limits::default());
            drop(output.unwrap_or_else(|error| panic!("{}: {error}", self.name)));
        });
        (parse, execute)
    }

    fn functions(&self) -> Arc<Functions> {
        let mut functions = Functions::builtins();
        functions.extend(functions::all());
        let signature = Signature::new(&[Type::Any], Type::Any).variadic();
        for name in &self.functions {
            functions.insert(Function::new(name.clone().leak(), signature, |_, values| {
                Ok(values.last().cloned().unwrap_or(Value::Nil))
            }));
        }
        Arc::new(functions)
    }

    fn parse(&self, functions: &Arc<Functions>) -> TemplateSet {
        let mut set = TemplateSet::new("set");
        for (name, text) in &self.case.texts {
            let template = Template::parse(name.clone(), text.clone(), functions);
            set.add(&template.unwrap_or_else(|error| panic!("{}: {error}", self.name)));
        }
        set
    }

    /// The case as a line for the oracle.
    fn line(&self) -> String {
        let mut line: Json = serde_json::from_str(&self.case.line()).expect("a case is JSON");
        line["f"] = self.functions.iter().cloned().collect();
        line.to_string()
    }
}

/// The nanoseconds of one call: of the fastest, as the machine may have other things to do.
fn measure(mut call: impl FnMut()) -> u128 {
    const LEAST: Duration = Duration::from_millis(400);
    let start = Instant::now();
    let mut fastest = u128::MAX;
    while fastest == u128::MAX || start.elapsed() < LEAST {
        let begin = Instant::now();
        call();
        fastest = fastest.min(begin.elapsed().as_nanos());
    }
    fastest
}
