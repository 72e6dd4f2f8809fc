//! Helm's template functions against what Helm returns: `tests/fixtures/functions` has one table per function as of
//! Helm 4.3, and what older versions answer otherwise. `tests/oracle/functions/record.sh` recorded them.
//!
//! With `FUNCTIONS_FUZZ` naming a file of such cases (`make fuzz` records random ones), that file is compared as well.

#![expect(clippy::unwrap_used, reason = "a test")]

#[path = "functions/entropy.rs"]
mod entropy;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use gotemplate::{Functions, Limits, MissingKey, Template, TemplateSet, Value};
use helm::Profile;
use helm::context::{Context, Timestamp};
use helm::entropy::Stable;
use helm::functions;
use helm::lookup::NoCluster;

/// The time of every case.
const NOW: Timestamp = Timestamp { seconds: 1_700_000_000, nanoseconds: 0 };

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/functions")
}

/// A recorded case: the expression, and its type, text and JSON, or its error.
struct Case {
    expression: String,
    expected: String,
}

fn cases(path: &Path) -> Vec<Case> {
    let text = fs_err::read_to_string(path).unwrap();
    let case = |line| {
        let [expression, expected] = serde_json::from_str(line).unwrap();
        Case { expression, expected }
    };
    text.lines().map(case).collect()
}

fn value(json: &serde_json::Value) -> Value {
    use serde_json::Value as Json;
    match json {
        Json::Null => Value::Nil,
        Json::Bool(value) => Value::Bool(*value),
        Json::Number(number) => Value::float(number.as_f64().unwrap()),
        Json::String(text) => Value::string(text.as_str()),
        Json::Array(items) => Value::list(items.iter().map(value).collect()),
        Json::Object(entries) => Value::map(entries.iter().map(|(key, entry)| (key.as_str(), value(entry)))),
    }
}

/// Evaluates expressions as one version of Helm.
struct Evaluator {
    profile: Profile,
    functions: Arc<Functions>,
    data: serde_json::Value,
}

impl Evaluator {
    fn new(profile: Profile) -> Self {
        let data = fs_err::read_to_string(fixtures().join("data.json")).unwrap();
        let data = serde_json::from_str(&data).unwrap();
        Self { profile, functions: Arc::new(functions::table(profile)), data }
    }

    fn evaluate(&self, expression: &str) -> String {
        let text =
            format!("{{{{ $r := {expression} }}}}{{{{ typeOf $r }}}}|{{{{ $r }}}}|{{{{ toJson $r }}}}");
        let template = match Template::parse("t", text.as_bytes(), &self.functions) {
            Ok(template) => template,
            Err(error) => return format!("error: {error}"),
        };
        let mut set = TemplateSet::new("t").with_missing_key(MissingKey::Zero);
        set.add(&template);
        let entropy = Rc::new(Stable::new(b"key", "application"));
        let mut context = Context::new(self.profile, Rc::new(NOW), entropy, Rc::new(NoCluster));
        let bytes = match set.render("t", &value(&self.data), &mut context, &Limits::DEFAULT) {
            Ok(written) => written.as_bytes().to_vec(),
            Err(error) => format!("error: {error}").into_bytes(),
        };
        String::from_utf8(bytes).unwrap_or_else(|error| {
            let digits: String = error.as_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
            format!("hex: {digits}")
        })
    }

    /// Compares the cases, and returns how many there are.
    #[track_caller]
    fn compare(&self, cases: impl Iterator<Item = Case>) -> usize {
        let (mut total, mut wrong) = (0, Vec::new());
        for Case { expression, expected } in cases {
            total += 1;
            let found = self.evaluate(&expression);
            if found != expected {
                wrong.push(format!("{expression}\n    Helm: {expected}\n    ours: {found}"));
            }
        }
        assert!(
            wrong.is_empty(),
            "{}: {} of {total} differ:\n{}",
            self.profile,
            wrong.len(),
            wrong.join("\n")
        );
        total
    }
}

fn tables() -> Vec<PathBuf> {
    let entries = fs_err::read_dir(fixtures()).unwrap().map(|entry| entry.unwrap().path());
    let is_table = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "jsonl");
    let mut tables: Vec<_> = entries.filter(is_table).collect();
    tables.sort();
    tables
}

fn name(table: &Path) -> String {
    table.file_stem().unwrap().to_string_lossy().into_owned()
}

/// What a version older than the newest answers otherwise.
fn older(profile: Profile) -> HashMap<String, String> {
    let recorded = cases(&fixtures().join(format!("older/{profile}.jsonl")));
    recorded.into_iter().map(|case| (case.expression, case.expected)).collect()
}

#[test]
fn every_function_does_as_in_helm() {
    let cases = tables().into_iter().flat_map(|table| cases(&table));
    assert!(Evaluator::new(Profile::V4_3).compare(cases) >= 3_000, "the tables are too small");
}

#[track_caller]
fn check_older(profile: Profile) {
    let evaluator = Evaluator::new(profile);
    let recorded = older(profile);
    let (present, absent): (Vec<_>, Vec<_>) =
        tables().into_iter().partition(|table| evaluator.functions.contains(&name(table)));
    for table in absent {
        let case = cases(&table).remove(0);
        let refusal = format!("error: template: t:1: function {:?} not defined", name(&table));
        assert_eq!(recorded.get(&case.expression), Some(&refusal), "{profile}");
    }
    let expected = |case: Case| match recorded.get(&case.expression) {
        Some(answer) => Case { expected: answer.clone(), ..case },
        None => case,
    };
    evaluator.compare(present.iter().flat_map(|table| cases(table)).map(expected));
}

#[test]
fn every_function_does_as_in_helm_3_16() {
    check_older(Profile::V3_16);
}

#[test]
fn every_function_does_as_in_helm_3_19() {
    check_older(Profile::V3_19);
}

#[test]
fn every_function_does_as_in_helm_3_21() {
    check_older(Profile::V3_21);
}

#[test]
fn every_function_does_as_in_helm_4_1() {
    check_older(Profile::V4_1);
}

#[test]
fn every_function_does_as_in_helm_4_2() {
    check_older(Profile::V4_2);
}

#[test]
fn every_function_has_a_table() {
    let functions = functions::table(Profile::V4_3);
    let builtins = Functions::builtins();
    let has_table = |name: &str| fixtures().join(format!("{name}.jsonl")).exists();
    let own = functions.names().into_iter().filter(|name| !builtins.contains(name));
    let missing: Vec<_> = own.filter(|name| !has_table(name)).collect();
    assert!(missing.is_empty(), "without a table: {missing:?}");
    let is_known = |path: &PathBuf| functions.contains(&name(path));
    let unknown: Vec<_> = tables().into_iter().filter(|path| !is_known(path)).collect();
    assert!(unknown.is_empty(), "not there: {unknown:?}");
}

#[test]
#[expect(clippy::disallowed_methods, reason = "how `make fuzz` hands over its cases")]
fn fuzzed_cases() {
    let Some(path) = std::env::var_os("FUNCTIONS_FUZZ") else { return };
    let cases = cases(Path::new(&path)).into_iter();
    println!("{} random cases are equal", Evaluator::new(Profile::V4_3).compare(cases));
}
