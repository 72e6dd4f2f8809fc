//! Whether a claim is true of documents.
//!
//! The verdicts are those of the original, even where one would expect others: no document at all is right for the
//! opposite of most claims, and a value that is not there is.

use base64::Engine as _;
use helm::functions::{regex_error, regex_matches};
use serde_json::{Map, Value};

use super::claim::{Claim, Identity};
use super::path::Path;
use super::rendering::RAW;
use super::snapshot::Snapshots;

/// A claim about the documents of one template.
pub(super) struct Check<'a> {
    pub(super) claim: &'a Claim,
    /// Whether the opposite is claimed.
    pub(super) negative: bool,
    /// All documents.
    pub(super) whole: &'a [Value],
    /// Those that were selected.
    pub(super) chosen: &'a [Value],
    /// Why nothing could be rendered, if it is not about one template.
    pub(super) error: Option<&'a str>,
}

/// `Err` says why not.
type Verdict = Result<(), String>;

// === impl Check ===

impl Check<'_> {
    pub(super) fn run(&self, snapshots: &mut Snapshots) -> Verdict {
        match self.claim {
            Claim::HasDocuments { count, filter_aware } => {
                let found = if *filter_aware { self.chosen.len() } else { self.whole.len() };
                self.judge(is_count(found, *count), || format!("there are {found} documents"))
            }
            Claim::FailedTemplate { error_message, error_pattern } => {
                self.failed(error_message, error_pattern)
            }
            Claim::MatchSnapshot { .. } | Claim::MatchSnapshotRaw {} if self.chosen.is_empty() => {
                self.judge(true, String::new)
            }
            _ if self.chosen.is_empty() => self.judge(false, || "there is no document".to_owned()),
            Claim::ContainsDocument(identity) => self.contains_document(identity),
            _ => self.chosen.iter().try_for_each(|document| self.of_document(document, snapshots)),
        }
    }

    fn judge(&self, is_so: bool, otherwise: impl FnOnce() -> String) -> Verdict {
        match (is_so, self.negative) {
            (true, false) | (false, true) => Ok(()),
            (false, false) => Err(otherwise()),
            (true, true) => Err("it is so".to_owned()),
        }
    }

    fn of_document(&self, document: &Value, snapshots: &mut Snapshots) -> Verdict {
        let field = |key: &str| document.get(key).and_then(Value::as_str);
        match self.claim {
            Claim::IsKind { of } => self.judge(field("kind") == Some(of), || {
                format!("it is of kind `{}`", field("kind").unwrap_or_default())
            }),
            Claim::IsApiVersion { of } => self.judge(field("apiVersion") == Some(of), || {
                format!("it is of API version `{}`", field("apiVersion").unwrap_or_default())
            }),
            Claim::EqualRaw { value } => {
                let text = raw(document);
                self.judge(text == *value, || format!("it is `{text}`"))
            }
            Claim::MatchRegexRaw { pattern } => {
                let text = raw(document);
                self.judge(is_match(pattern, &text)?, || format!("it is `{text}`"))
            }
            Claim::MatchSnapshotRaw {} => self.snapshot(snapshots.compare(&Value::String(raw(document)))),
            Claim::Exists { path } => {
                let found = Path::parse(path).map_err(|error| error.to_string())?.find(document);
                self.judge(!found.is_empty(), || format!("`{path}` is not there"))
            }
            Claim::LengthEqual { path, paths, count } if path.is_empty() => {
                self.lengths(document, paths, *count)
            }
            _ => self.of_values(document, snapshots),
        }
    }

    /// Claims about each value that a path leads to.
    fn of_values(&self, document: &Value, snapshots: &mut Snapshots) -> Verdict {
        match self.claim {
            Claim::Equal { path, value, decode_base64 } => self.each(document, path, |found| {
                let found = if *decode_base64 { decoded(found)? } else { found.clone() };
                Ok(uniform(&found) == *value)
            }),
            Claim::MatchRegex { path, pattern, decode_base64 } => self.each(document, path, |found| {
                let found = if *decode_base64 { decoded(found)? } else { found.clone() };
                is_match(pattern, found.as_str().ok_or_else(|| format!("it is no text: `{found}`"))?)
            }),
            Claim::GreaterOrEqual { path, value } => self.each(document, path, |found| {
                // The original takes the opposite of this claim for true of everything.
                compare(found, value).map(|order| order.is_ge() && !self.negative)
            }),
            Claim::LessOrEqual { path, value } => {
                self.each(document, path, |found| compare(found, value).map(std::cmp::Ordering::is_le))
            }
            Claim::IsNullOrEmpty { path } => self.each(document, path, |found| Ok(is_empty(found))),
            Claim::IsType { path, type_name } => {
                self.each(document, path, |found| Ok(type_of(found) == type_name))
            }
            Claim::IsSubset { path, content } => self.each(document, path, |found| {
                let both = found.as_object().zip(content.as_object());
                both.map(|(found, content)| is_subset(found, content))
                    .ok_or_else(|| format!("it is no object: `{found}`"))
            }),
            Claim::LengthEqual { count: None | Some(..0), .. } => {
                Err("`lengthEqual` of a `path` has no `count`".to_owned())
            }
            Claim::LengthEqual { paths, .. } if !paths.is_empty() => {
                Err("`lengthEqual` has both `path` and `paths`".to_owned())
            }
            Claim::LengthEqual { path, count: Some(count), .. } => {
                self.each(document, path, |found| Ok(is_count(found.as_array().map_or(0, Vec::len), *count)))
            }
            Claim::Contains { path, content, count, any } => self.each(document, path, |found| {
                let items = found.as_array().ok_or_else(|| format!("it is no list: `{found}`"))?;
                let found = items.iter().filter(|item| is_item(item, content, *any)).count();
                Ok(found > 0 && count.is_none_or(|count| is_count(found, count)))
            }),
            Claim::MatchSnapshot { path, match_regex, not_match_regex } => {
                self.each_verdict(document, path, |found| {
                    let (pattern, not) = (match_regex.pattern.trim(), not_match_regex.pattern.trim());
                    let is_same = snapshots.compare_by(found, pattern, not);
                    self.snapshot(is_same)
                })
            }
            _ => Err("the claim is not about values".to_owned()),
        }
    }

    /// `is_so` fails for a value that the claim can't be about, nor its opposite.
    fn each(
        &self,
        document: &Value,
        path: &str,
        mut is_so: impl FnMut(&Value) -> Result<bool, String>,
    ) -> Verdict {
        self.each_verdict(document, path, |found| self.judge(is_so(found)?, || format!("it is `{found}`")))
    }

    fn each_verdict(
        &self,
        document: &Value,
        path: &str,
        mut check: impl FnMut(&Value) -> Verdict,
    ) -> Verdict {
        let found = Path::parse(path).map_err(|error| error.to_string())?.find(document);
        if found.is_empty() {
            return self.judge(false, || format!("`{path}` is not there"));
        }
        // All are looked at: snapshots are counted.
        let verdicts: Vec<Verdict> = found.iter().map(|value| check(value)).collect();
        verdicts.into_iter().collect()
    }

    fn snapshot(&self, is_same: Verdict) -> Verdict {
        match (is_same, self.negative) {
            (verdict, false) => verdict,
            (Ok(()), true) => Err("it is the snapshot".to_owned()),
            (Err(_), true) => Ok(()),
        }
    }

    /// Without `any` all documents have to be the one; for the opposite, one that is not is enough, and with `any`
    /// none may be.
    fn contains_document(&self, identity: &Identity) -> Verdict {
        let is_it = |document: &Value| is_document(document, identity);
        let is_right = if identity.any == self.negative {
            self.chosen.iter().all(|document| is_it(document) != self.negative)
        } else {
            self.chosen.iter().any(|document| is_it(document) != self.negative)
        };
        if is_right { Ok(()) } else { Err("it is another document".to_owned()) }
    }

    fn lengths(&self, document: &Value, paths: &[String], count: Option<i64>) -> Verdict {
        let mut lengths = Vec::new();
        for path in paths {
            let found = Path::parse(path).map_err(|error| error.to_string())?.find(document);
            if found.is_empty() {
                self.judge(false, || format!("`{path}` is not there"))?;
            }
            for value in &found {
                let items = value.as_array();
                if items.is_none() && count.is_none() {
                    return Err(format!("`{path}` is no list"));
                }
                if let Some(count) = count {
                    let len = items.map_or(0, Vec::len);
                    self.judge(is_count(len, count), || format!("`{path}` has {len}"))?;
                }
            }
            lengths.push(found.last().and_then(|value| value.as_array()).map_or(0, Vec::len));
        }
        let Some((first, others)) = lengths.split_first() else {
            return Err("`lengthEqual` names no path".to_owned());
        };
        others.iter().try_for_each(|length| self.judge(length == first, || format!("they have {lengths:?}")))
    }

    fn failed(&self, message: &str, pattern: &str) -> Verdict {
        if !message.is_empty() && !pattern.is_empty() {
            return Err("`failedTemplate` has both `errorMessage` and `errorPattern`".to_owned());
        }
        let is_said = |said: &str| match (message, pattern) {
            ("", "") => Ok(()),
            ("", pattern) => self.matches_error(pattern, said),
            (message, _) => self.judge(message == said, || format!("the error is `{said}`")),
        };
        if let Some(error) = self.error {
            return is_said(error);
        }
        if self.chosen.is_empty() {
            return self.judge(false, || "nothing failed".to_owned());
        }
        let mut said = self.chosen.iter().map(|document| document.get(RAW).and_then(Value::as_str));
        said.try_for_each(|said| match said {
            Some(said) => is_said(said),
            None if message.is_empty() => Ok(()),
            None => self.judge(false, || "nothing failed".to_owned()),
        })
    }

    /// A pattern that does not match may still be meant as it is written.
    fn matches_error(&self, pattern: &str, said: &str) -> Verdict {
        let is_pattern = regex_error(pattern).is_none();
        let by_pattern = if is_pattern { regex_matches(pattern, said) } else { said.contains(pattern) };
        let is_special = pattern.contains(|letter: char| "\\.+*?()|[]{}^$".contains(letter));
        let by_pattern = self.judge(by_pattern, || format!("the error is `{said}`"));
        if by_pattern.is_err() && is_special {
            return self.judge(said.contains(pattern), || format!("the error is `{said}`"));
        }
        by_pattern
    }
}

fn is_count(found: usize, count: i64) -> bool {
    usize::try_from(count) == Ok(found)
}

/// The text of a template that is no YAML; the original prints what is not there like this.
fn raw(document: &Value) -> String {
    match document.get(RAW) {
        None | Some(Value::Null) => "<nil>".to_owned(),
        Some(Value::String(text)) => uniform_text(text),
        Some(other) => other.to_string(),
    }
}

fn is_match(pattern: &str, text: &str) -> Result<bool, String> {
    if pattern.is_empty() {
        return Err("there is no `pattern`".to_owned());
    }
    match regex_error(pattern) {
        Some(error) => Err(format!("`{pattern}` is no pattern: {error}")),
        None => Ok(regex_matches(pattern, text)),
    }
}

fn decoded(value: &Value) -> Result<Value, String> {
    let Some(text) = value.as_str() else { return Ok(value.clone()) };
    let text: String = text.chars().filter(|letter| !['\r', '\n'].contains(letter)).collect();
    let bytes = base64::engine::general_purpose::STANDARD.decode(&text);
    let bytes = bytes.map_err(|error| format!("`{text}` is not base64: {error}"))?;
    Ok(Value::String(String::from_utf8_lossy(&bytes).into_owned()))
}

/// Texts do not begin with line ends, and lines do not end with spaces.
fn uniform(value: &Value) -> Value {
    match value {
        Value::String(text) => Value::String(uniform_text(text)),
        Value::Array(items) => Value::Array(items.iter().map(uniform).collect()),
        Value::Object(entries) => {
            Value::Object(entries.iter().map(|(key, value)| (key.clone(), uniform(value))).collect())
        }
        other => other.clone(),
    }
}

fn uniform_text(text: &str) -> String {
    let lines = text.split('\n');
    let count = lines.clone().count();
    let trimmed = lines.enumerate().map(|(at, line)| {
        let content = line.strip_suffix('\r').unwrap_or(line);
        if at + 1 < count && content.ends_with(' ') { content.trim_end_matches(' ') } else { line }
    });
    trimmed.collect::<Vec<&str>>().join("\n").trim_start_matches('\n').to_owned()
}

fn compare(found: &Value, expected: &Value) -> Result<std::cmp::Ordering, String> {
    let order = match (found, expected) {
        (Value::String(found), Value::String(expected)) => Some(found.cmp(expected)),
        (Value::Number(found), Value::Number(expected)) if found.is_f64() == expected.is_f64() => {
            found.as_f64().partial_cmp(&expected.as_f64())
        }
        _ => None,
    };
    order.ok_or_else(|| format!("`{found}` and `{expected}` can't be compared"))
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

/// `null` is as good as nothing.
fn is_subset(value: &Map<String, Value>, content: &Map<String, Value>) -> bool {
    content.iter().all(|(key, wanted)| value.get(key).unwrap_or(&Value::Null) == wanted)
}

fn is_item(item: &Value, content: &Value, any: bool) -> bool {
    match (item.as_object(), content.as_object()) {
        (Some(item), Some(content)) if any => is_subset(item, content),
        _ => item == content,
    }
}

fn is_document(document: &Value, identity: &Identity) -> bool {
    let text = |pointer: &str| document.pointer(pointer).and_then(Value::as_str);
    let may_be = |pointer: &str, wanted: &str| text(pointer).is_none_or(|found| found == wanted);
    let is = |pointer: &str, wanted: &str| wanted.is_empty() || text(pointer) == Some(wanted);
    may_be("/kind", &identity.kind)
        && may_be("/apiVersion", &identity.api_version)
        && is("/metadata/name", &identity.name)
        && is("/metadata/namespace", &identity.namespace)
}

/// The name of the Go type that a value has.
fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "",
        Value::Bool(_) => "bool",
        Value::Number(number) if number.is_f64() => "float64",
        Value::Number(number) if number.is_i64() => "int",
        Value::Number(_) => "uint64",
        Value::String(_) => "string",
        Value::Array(_) => "[]interface {}",
        Value::Object(_) => "map[string]interface {}",
    }
}
