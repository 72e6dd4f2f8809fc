//! What a test says about documents, and whether it is so.

use std::collections::BTreeMap;

use base64::Engine as _;
use regex::Regex;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::path::Path;
use super::rendering::{RAW, Rendering, in_templates, matches};
use super::snapshot::Snapshots;
use super::suite::{Selector, Suite, Test};

/// One assertion.
#[derive(Debug, Deserialize)]
#[serde(try_from = "Map<String, Value>")]
pub(super) struct Assertion {
    pub(super) template: Option<String>,
    document_index: Option<usize>,
    selector: Option<Selector>,
    /// Whether the opposite is expected.
    negative: bool,
    claim: Claim,
    operand: Map<String, Value>,
}

/// What is claimed of documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Claim {
    Contains,
    ContainsDocument,
    Equal,
    EqualRaw,
    Exists,
    FailedTemplate,
    GreaterOrEqual,
    HasDocuments,
    IsApiVersion,
    IsKind,
    IsNullOrEmpty,
    IsSubset,
    IsType,
    LengthEqual,
    LessOrEqual,
    MatchRegex,
    MatchRegexRaw,
    MatchSnapshot,
    MatchSnapshotRaw,
}

/// Name in a suite → claim, and whether its opposite is meant.
const CLAIMS: [(&str, Claim, bool); 36] = [
    ("contains", Claim::Contains, false),
    ("notContains", Claim::Contains, true),
    ("containsDocument", Claim::ContainsDocument, false),
    ("equal", Claim::Equal, false),
    ("notEqual", Claim::Equal, true),
    ("equalRaw", Claim::EqualRaw, false),
    ("notEqualRaw", Claim::EqualRaw, true),
    ("exists", Claim::Exists, false),
    ("isNotNull", Claim::Exists, false),
    ("notExists", Claim::Exists, true),
    ("isNull", Claim::Exists, true),
    ("failedTemplate", Claim::FailedTemplate, false),
    ("notFailedTemplate", Claim::FailedTemplate, true),
    ("greaterOrEqual", Claim::GreaterOrEqual, false),
    ("notGreaterOrEqual", Claim::GreaterOrEqual, true),
    ("hasDocuments", Claim::HasDocuments, false),
    ("isAPIVersion", Claim::IsApiVersion, false),
    ("isKind", Claim::IsKind, false),
    ("isNullOrEmpty", Claim::IsNullOrEmpty, false),
    ("isEmpty", Claim::IsNullOrEmpty, false),
    ("isNotNullOrEmpty", Claim::IsNullOrEmpty, true),
    ("isNotEmpty", Claim::IsNullOrEmpty, true),
    ("isSubset", Claim::IsSubset, false),
    ("isNotSubset", Claim::IsSubset, true),
    ("isType", Claim::IsType, false),
    ("isNotType", Claim::IsType, true),
    ("lengthEqual", Claim::LengthEqual, false),
    ("notLengthEqual", Claim::LengthEqual, true),
    ("lessOrEqual", Claim::LessOrEqual, false),
    ("notLessOrEqual", Claim::LessOrEqual, true),
    ("matchRegex", Claim::MatchRegex, false),
    ("notMatchRegex", Claim::MatchRegex, true),
    ("matchRegexRaw", Claim::MatchRegexRaw, false),
    ("notMatchRegexRaw", Claim::MatchRegexRaw, true),
    ("matchSnapshot", Claim::MatchSnapshot, false),
    ("matchSnapshotRaw", Claim::MatchSnapshotRaw, false),
];

/// The documents that one assertion looks at, by template.
type Selected = BTreeMap<String, Vec<Value>>;

/// `Err` says why not.
type Verdict = Result<(), String>;

impl TryFrom<Map<String, Value>> for Assertion {
    type Error = String;

    fn try_from(mut written: Map<String, Value>) -> Result<Self, String> {
        let template = written.remove("template").and_then(|value| value.as_str().map(str::to_owned));
        let index = written.remove("documentIndex").and_then(|value| value.as_u64());
        let selector = written.remove("documentSelector").map(serde_json::from_value).transpose();
        let not = written.remove("not").and_then(|value| value.as_bool()).unwrap_or(false);
        let mut named = written.into_iter();
        let (name, operand) = named.next().ok_or("an assertion claims nothing")?;
        if let Some((other, _)) = named.next() {
            return Err(format!("an assertion claims both `{name}` and `{other}`"));
        }
        let found =
            CLAIMS.iter().find(|(known, ..)| *known == name).map(|(_, claim, antonym)| (*claim, *antonym));
        let (claim, antonym) = found.ok_or_else(|| format!("assertion `{name}` is not known"))?;
        let operand = match operand {
            Value::Object(operand) => operand,
            _ => Map::new(),
        };
        Ok(Self {
            template,
            document_index: index.and_then(|index| usize::try_from(index).ok()),
            selector: selector.map_err(|error| error.to_string())?,
            negative: not != antonym,
            claim,
            operand,
        })
    }
}

// === impl Assertion ===

impl Assertion {
    /// Whether it is so.
    pub(super) fn check(
        &self,
        rendering: &Rendering,
        suite: &Suite,
        test: &Test,
        snapshots: &mut Snapshots,
    ) -> Verdict {
        let (documents, error) = match rendering {
            Rendering::Done(documents) => (documents, None),
            Rendering::Failed { shown, error } => (shown, Some(error)),
        };
        match (self.claim, error) {
            (Claim::FailedTemplate, Some(error)) => return self.failed(documents, error),
            (Claim::FailedTemplate, None) => return self.judge(false, || "nothing failed".to_owned()),
            (_, Some(error)) => return Err(format!("rendering failed: {error}")),
            (_, None) => {}
        }
        let selected = self.select(documents, suite, test)?;
        let all = selected.len();
        for (template, chosen) in selected {
            let whole = documents.get(&template).map_or(0, Vec::len);
            self.of_template(&chosen, whole, snapshots)
                .map_err(|reason| if all > 1 { format!("{template}: {reason}") } else { reason })?;
        }
        Ok(())
    }

    /// The documents of the templates that it is about.
    fn select(&self, documents: &Selected, suite: &Suite, test: &Test) -> Result<Selected, String> {
        let mut selected = Selected::new();
        for (path, all) in documents {
            if self.is_about(path, suite, test) {
                selected.insert(path.clone(), all.clone());
            }
        }
        let exact = self.templates(suite, test).into_iter().filter(|name| !name.contains('*'));
        for name in exact {
            let wanted = in_templates(name);
            if !selected.keys().any(|path| path.ends_with(&format!("/{wanted}"))) {
                return Err(format!("template `{name}` is not there, or not one of the suite's"));
            }
        }
        if let Some(selector) = self.selector.as_ref().or(test.document_selector.as_ref()) {
            return by_selector(selected, selector);
        }
        match self.document_index.or(test.document_index) {
            Some(index) => by_index(selected, index),
            None => Ok(selected),
        }
    }

    fn templates<'t>(&'t self, suite: &'t Suite, test: &'t Test) -> Vec<&'t String> {
        if let Some(template) = &self.template {
            return vec![template];
        }
        if !test.setting.templates.is_empty() {
            return test.setting.templates.iter().collect();
        }
        test.template
            .as_ref()
            .map_or_else(|| suite.setting.templates.iter().collect(), |template| vec![template])
    }

    fn is_about(&self, path: &str, suite: &Suite, test: &Test) -> bool {
        let inner = path.split_once('/').map_or(path, |(_, inner)| inner);
        let templates = self.templates(suite, test);
        templates.is_empty() || templates.iter().any(|name| matches(&in_templates(name), inner))
    }

    /// `whole` is how many documents the template has, selected or not.
    fn of_template(&self, chosen: &[Value], whole: usize, snapshots: &mut Snapshots) -> Verdict {
        match self.claim {
            Claim::HasDocuments => {
                let aware = self.operand.get("filterAware").and_then(Value::as_bool).unwrap_or(false);
                let count = if aware { chosen.len() } else { whole };
                self.judge(self.count() == Some(count), || format!("there are {count} documents"))
            }
            _ if chosen.is_empty() => self.judge(false, || "there is no document".to_owned()),
            Claim::ContainsDocument if self.operand.get("any").and_then(Value::as_bool) == Some(true) => self
                .judge(chosen.iter().any(|document| self.is_document(document)), || {
                    "no document is one".to_owned()
                }),
            _ => chosen.iter().try_for_each(|document| self.of_document(document, snapshots)),
        }
    }

    fn of_document(&self, document: &Value, snapshots: &mut Snapshots) -> Verdict {
        let text = |key: &str| document.get(key).and_then(Value::as_str).unwrap_or_default();
        let of = |key: &str| self.operand.get(key).and_then(Value::as_str).unwrap_or_default();
        match self.claim {
            Claim::IsKind => {
                self.judge(text("kind") == of("of"), || format!("it is of kind `{}`", text("kind")))
            }
            Claim::IsApiVersion => self.judge(text("apiVersion") == of("of"), || {
                format!("it is of API version `{}`", text("apiVersion"))
            }),
            Claim::ContainsDocument => {
                self.judge(self.is_document(document), || "it is another document".to_owned())
            }
            Claim::EqualRaw => self.judge(text(RAW) == of("value"), || format!("it is `{}`", text(RAW))),
            Claim::MatchRegexRaw => {
                let found = pattern(of("pattern"))?.is_match(text(RAW));
                self.judge(found, || format!("it is `{}`", text(RAW)))
            }
            Claim::MatchSnapshotRaw => snapshots.compare(&Value::String(text(RAW).to_owned())),
            Claim::Exists => {
                let found = !self.find("path", document)?.is_empty();
                self.judge(found, || format!("`{}` is not there", of("path")))
            }
            Claim::MatchSnapshot if of("path").is_empty() => snapshots.compare(document),
            Claim::LengthEqual if self.operand.contains_key("paths") => self.equal_lengths(document),
            Claim::FailedTemplate => self.judge(false, || "nothing failed".to_owned()),
            _ => self.of_values(document, snapshots),
        }
    }

    /// Claims about each value that a path leads to.
    fn of_values(&self, document: &Value, snapshots: &mut Snapshots) -> Verdict {
        let found = self.find("path", document)?;
        if found.is_empty() {
            let path = self.operand.get("path").and_then(Value::as_str).unwrap_or_default();
            return self.judge(false, || format!("`{path}` is not there"));
        }
        found.into_iter().try_for_each(|value| match self.claim {
            Claim::MatchSnapshot => snapshots.compare(value),
            _ => self.of_value(value),
        })
    }

    fn of_value(&self, value: &Value) -> Verdict {
        let is = || format!("it is `{value}`");
        let expected = self.operand.get("value").unwrap_or(&Value::Null);
        let content = self.operand.get("content").unwrap_or(&Value::Null);
        match self.claim {
            Claim::Equal => {
                let value = self.decoded(value)?;
                self.judge(equal(&uniform(&value), expected), is)
            }
            Claim::MatchRegex => {
                let text = self.operand.get("pattern").and_then(Value::as_str).unwrap_or_default();
                let value = self.decoded(value)?;
                let Some(found) = value.as_str() else { return Err(format!("it is no text: `{value}`")) };
                self.judge(pattern(text)?.is_match(found), is)
            }
            Claim::GreaterOrEqual => self.judge(at_least(value, expected)?, is),
            Claim::LessOrEqual => self.judge(at_least(expected, value)?, is),
            Claim::IsNullOrEmpty => self.judge(is_empty(value), is),
            Claim::IsType => {
                let wanted = self.operand.get("type").and_then(Value::as_str).unwrap_or_default();
                self.judge(kinds(value).contains(&wanted), is)
            }
            Claim::IsSubset => match (value.as_object(), content.as_object()) {
                (Some(value), Some(content)) => self.judge(is_subset(value, content), is),
                _ => Err(format!("it is no object: `{value}`")),
            },
            Claim::LengthEqual => {
                let Some(items) = value.as_array() else { return Err(format!("it is no list: `{value}`")) };
                self.judge(self.count() == Some(items.len()), || format!("there are {}", items.len()))
            }
            Claim::Contains => {
                let Some(items) = value.as_array() else { return Err(format!("it is no list: `{value}`")) };
                let count = items.iter().filter(|item| self.is_item(item, content)).count();
                let found = count > 0 && self.count().is_none_or(|expected| expected == count);
                self.judge(found, || format!("{count} of `{value}` are"))
            }
            _ => Err("the claim is not about values".to_owned()),
        }
    }

    fn judge(&self, is_so: bool, otherwise: impl FnOnce() -> String) -> Verdict {
        match (is_so, self.negative) {
            (true, false) | (false, true) => Ok(()),
            (false, false) => Err(otherwise()),
            (true, true) => Err("it is so".to_owned()),
        }
    }

    fn find<'v>(&self, key: &str, document: &'v Value) -> Result<Vec<&'v Value>, String> {
        let path = self.operand.get(key).and_then(Value::as_str).unwrap_or_default();
        Ok(Path::parse(path).map_err(|error| error.to_string())?.find(document))
    }

    fn count(&self) -> Option<usize> {
        self.operand.get("count").and_then(Value::as_u64).and_then(|count| usize::try_from(count).ok())
    }

    fn decoded(&self, value: &Value) -> Result<Value, String> {
        let wanted = self.operand.get("decodeBase64").and_then(Value::as_bool).unwrap_or(false);
        let Some(text) = value.as_str().filter(|_| wanted) else { return Ok(value.clone()) };
        let bytes = base64::engine::general_purpose::STANDARD.decode(text);
        let bytes = bytes.map_err(|error| format!("`{text}` is not base64: {error}"))?;
        Ok(Value::String(String::from_utf8_lossy(&bytes).into_owned()))
    }

    fn is_item(&self, item: &Value, content: &Value) -> bool {
        let any = self.operand.get("any").and_then(Value::as_bool).unwrap_or(false);
        match (item.as_object(), content.as_object()) {
            (Some(item), Some(content)) if any => is_subset(item, content),
            _ => equal(item, content),
        }
    }

    fn is_document(&self, document: &Value) -> bool {
        let is = |key: &str, pointer: &str| {
            let wanted = self.operand.get(key).and_then(Value::as_str).unwrap_or_default();
            let found = document.pointer(pointer).and_then(Value::as_str);
            (wanted.is_empty() && pointer.starts_with("/metadata")) || found == Some(wanted)
        };
        is("kind", "/kind")
            && is("apiVersion", "/apiVersion")
            && is("name", "/metadata/name")
            && is("namespace", "/metadata/namespace")
    }

    fn equal_lengths(&self, document: &Value) -> Verdict {
        let paths = self.operand.get("paths").and_then(Value::as_array).into_iter().flatten();
        let mut lengths = Vec::new();
        for path in paths.filter_map(Value::as_str) {
            let path = Path::parse(path).map_err(|error| error.to_string())?;
            lengths.extend(path.find(document).into_iter().map(|value| value.as_array().map_or(0, Vec::len)));
        }
        self.judge(lengths.windows(2).all(|pair| pair.first() == pair.last()), || {
            format!("they have {lengths:?}")
        })
    }

    fn failed(&self, shown: &Selected, error: &str) -> Verdict {
        let text = |key: &str| self.operand.get(key).and_then(Value::as_str);
        let mut messages: Vec<&str> = shown
            .values()
            .flatten()
            .filter_map(|document| document.get(RAW).and_then(Value::as_str))
            .collect();
        if messages.is_empty() {
            messages.push(error);
        }
        let is = || format!("the error is `{}`", messages.join("`, `"));
        if let Some(wanted) = text("errorPattern") {
            let literal = pattern(&regex::escape(wanted))?;
            let wanted = pattern(wanted).unwrap_or_else(|_| literal.clone());
            let found = messages.iter().all(|message| wanted.is_match(message) || literal.is_match(message));
            return self.judge(found, is);
        }
        match text("errorMessage") {
            Some(wanted) => self.judge(messages.iter().all(|message| *message == wanted), is),
            None => self.judge(true, is),
        }
    }
}

fn by_index(selected: Selected, index: usize) -> Result<Selected, String> {
    let pick = |(template, all): (String, Vec<Value>)| {
        let one = all
            .into_iter()
            .nth(index)
            .ok_or_else(|| format!("there is no document {index} in `{template}`"))?;
        Ok((template, vec![one]))
    };
    selected.into_iter().map(pick).collect()
}

fn by_selector(selected: Selected, selector: &Selector) -> Result<Selected, String> {
    let path = Path::parse(&selector.path).map_err(|error| error.to_string())?;
    let is_meant = |document: &Value| {
        let found = path.find(document);
        found.into_iter().any(|value| selector.value.as_ref().is_none_or(|wanted| equal(value, wanted)))
    };
    let mut chosen = Selected::new();
    for (template, all) in selected {
        let meant: Vec<Value> = all.into_iter().filter(is_meant).collect();
        if meant.is_empty() && !selector.skip_empty_templates {
            return Err(format!("no document of `{template}` is selected"));
        }
        if !meant.is_empty() {
            chosen.insert(template, meant);
        }
    }
    if !selector.match_many && chosen.values().map(Vec::len).sum::<usize>() > 1 {
        return Err("several documents are selected".to_owned());
    }
    Ok(chosen)
}

fn pattern(text: &str) -> Result<Regex, String> {
    Regex::new(text).map_err(|error| format!("`{text}` is no pattern: {error}"))
}

/// Whether two values are the same; a number is, however it is written.
fn equal(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a == b || a.as_f64() == b.as_f64(),
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equal(a, b)),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| equal(a, b)))
        }
        _ => a == b,
    }
}

/// Texts begin without line ends, and lines end with nothing but these.
fn uniform(value: &Value) -> Value {
    match value {
        Value::String(text) => Value::String(text.replace("\r\n", "\n").trim_start_matches('\n').to_owned()),
        other => other.clone(),
    }
}

fn at_least(value: &Value, least: &Value) -> Result<bool, String> {
    match (value, least) {
        (Value::Number(value), Value::Number(least)) => Ok(value.as_f64() >= least.as_f64()),
        (Value::String(value), Value::String(least)) => Ok(value >= least),
        _ => Err(format!("`{value}` and `{least}` can't be compared")),
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(on) => !on,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(entries) => entries.is_empty(),
    }
}

fn is_subset(value: &Map<String, Value>, content: &Map<String, Value>) -> bool {
    content.iter().all(|(key, wanted)| equal(value.get(key).unwrap_or(&Value::Null), wanted))
}

/// The names that suites have for the kind of a value.
fn kinds(value: &Value) -> &'static [&'static str] {
    match value {
        Value::Null => &["<nil>", "nil"],
        Value::Bool(_) => &["bool"],
        Value::Number(number) if number.is_f64() => &["float64"],
        Value::Number(_) => &["int"],
        Value::String(_) => &["string"],
        Value::Array(_) => &["[]interface {}", "[]interface{}", "[]any"],
        Value::Object(_) => &["map[string]interface {}", "map[string]interface{}", "map[string]any"],
    }
}
