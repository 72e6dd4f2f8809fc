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
use gotemplate::{Function, Functions, Limits, Signature, Template, TemplateSet, Type, Value};
use serde_json::{Value as Json, json};

/// Texts of which the last is executed, and the functions that they call besides those of the oracle.
struct Bench {
    name: String,
    case: Case,
    functions: BTreeSet<String>,
    runs: Runs,
}

/// What executing a bench tells.
enum Runs {
    /// Its texts are executed.
    All,
    /// A text that does nothing is executed.
    Nothing,
}

fn main() {
    let mut benches = vec![written(), large()];
    benches.extend(corpus::benches());
    let peer = peer::times(&benches);
    println!("{:<30} {:>24} {:>24} {:>24}", "", "parse", "execute", "both");
    println!("{:<30}{}", "", format!("{:>10} {:>9} {:>4}", "here", "Go", "×").repeat(3));
    for (index, bench) in benches.iter().enumerate() {
        let (parse, execute) = bench.times();
        let go = peer.as_ref().and_then(|times| times.get(index));
        let (both, go_both) = (parse + execute, go.map(|go| go.0 + go.1));
        let execute = match bench.runs {
            Runs::All => column(execute, go.map(|go| go.1)),
            Runs::Nothing => format!("{:>25}", ""),
        };
        println!("{:<30}{}{execute}{}", bench.name, column(parse, go.map(|go| go.0)), column(both, go_both));
    }
}

/// Nanoseconds as microseconds.
fn column(here: u128, go: Option<u128>) -> String {
    let go = go.map_or_else(
        || format!("{:>14}", ""),
        |go| format!("{:>9} {:>4.1}", go / 1000, go as f64 / here as f64),
    );
    format!("{:>10} {go}", here / 1000)
}

/// One deployment in a loop.
fn written() -> Bench {
    let files = vec![("deployment.yaml".to_owned(), include_str!("oracle/deployment.yaml").to_owned())];
    Bench::written("written: 40 deployments", files, json!([]))
}

/// As many files as a large chart has, each of which is executed once.
fn large() -> Bench {
    let deployment = include_str!("oracle/deployment.yaml").replace(":= 40", ":= 1");
    let names: Vec<String> = (0..100).map(|at| format!("file-{at}.yaml")).collect();
    let mut files: Vec<_> = names.iter().map(|name| (name.clone(), deployment.clone())).collect();
    files.push(("main".to_owned(), "{{range .files}}{{include . $}}{{end}}".to_owned()));
    Bench::written("written: a chart of 100 files", files, json!(names))
}

impl Bench {
    /// Templates that do what those of charts do, with Go's functions and a few of the oracle's.
    fn written(name: &str, files: Vec<(String, String)>, names: Json) -> Self {
        let helpers = ("_helpers.tpl".to_owned(), include_str!("oracle/helpers.tpl").to_owned());
        let mut data: Json = serde_json::from_str(include_str!("oracle/data.json")).expect("data is JSON");
        data["files"] = names;
        let texts =
            [helpers].into_iter().chain(files).map(|(name, text)| (name.into(), text.into())).collect();
        let case = Case { texts, data, missing_key: None };
        Self { name: name.to_owned(), case, functions: BTreeSet::new(), runs: Runs::All }
    }

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
