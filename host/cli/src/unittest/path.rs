//! Paths into objects, as suites write them: `spec.template.containers[0].env[?(@.name == "A")].value`.

use serde_json::Value;

/// A path.
#[derive(Debug, PartialEq)]
pub(super) struct Path(Vec<Step>);

#[derive(Debug, PartialEq)]
enum Step {
    Key(String),
    /// From the end if below zero.
    Index(i64),
    Every,
    /// The value and everything in it.
    Deep,
    Where(Filter),
}

/// `[?(…)]`: alternatives of conditions that must all hold.
#[derive(Debug, PartialEq)]
struct Filter(Vec<Vec<Condition>>);

#[derive(Debug, PartialEq)]
struct Condition {
    path: Path,
    test: Option<(Comparison, Value)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Matches,
}

/// Spelling → meaning; longer spellings first.
const COMPARISONS: [(&str, Comparison); 7] = [
    ("==", Comparison::Equal),
    ("!=", Comparison::NotEqual),
    ("<=", Comparison::LessOrEqual),
    (">=", Comparison::GreaterOrEqual),
    ("=~", Comparison::Matches),
    ("<", Comparison::Less),
    (">", Comparison::Greater),
];

/// A path that can't be read.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("path `{path}`: {reason}")]
pub(super) struct PathError {
    path: String,
    reason: &'static str,
}

// === impl Path ===

impl Path {
    pub(super) fn parse(text: &str) -> Result<Self, PathError> {
        let wrong = |reason| PathError { path: text.to_owned(), reason };
        let mut rest = text.trim();
        rest = rest
            .strip_prefix(['$', '@'])
            .filter(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
            .unwrap_or(rest);
        let mut steps = Vec::new();
        while !rest.is_empty() {
            if let Some(after) = rest.strip_prefix("..") {
                steps.push(Step::Deep);
                rest = after;
            } else if let Some(inner) = rest.strip_prefix('[') {
                let (bracket, after) = bracketed(inner).ok_or_else(|| wrong("a bracket is not closed"))?;
                steps.push(in_brackets(bracket).map_err(wrong)?);
                rest = after;
            } else {
                rest = rest.strip_prefix('.').unwrap_or(rest);
                let (key, after) = key(rest);
                match key.as_str() {
                    "" if after.is_empty() => {}
                    "" if after.starts_with(['.', '[']) => {}
                    "*" => steps.push(Step::Every),
                    _ => steps.push(Step::Key(key)),
                }
                rest = after;
            }
        }
        Ok(Self(steps))
    }

    /// Everything in `value` that the path leads to.
    pub(super) fn find<'v>(&self, value: &'v Value) -> Vec<&'v Value> {
        self.0
            .iter()
            .fold(vec![value], |found, step| found.into_iter().flat_map(|value| step.find(value)).collect())
    }
}

/// A key up to the next dot or bracket; a backslash takes the next letter as it is.
fn key(text: &str) -> (String, &str) {
    let mut key = String::new();
    let mut letters = text.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '\\' => key.extend(letters.next().map(|(_, letter)| letter)),
            '.' | '[' => return (key, text.get(at..).unwrap_or_default()),
            letter => key.push(letter),
        }
    }
    (key, "")
}

/// What is in the bracket, and what follows it. Quotes and inner brackets are skipped.
fn bracketed(text: &str) -> Option<(&str, &str)> {
    let (mut depth, mut quote, mut escaped) = (0_usize, None, false);
    for (at, letter) in text.char_indices() {
        match (quote, letter) {
            _ if escaped => escaped = false,
            (Some(_), '\\') => escaped = true,
            (Some(open), letter) if letter == open => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(letter),
            (None, '[') => depth += 1,
            (None, ']') if depth == 0 => return Some((text.get(..at)?, text.get(at + 1..)?)),
            (None, ']') => depth -= 1,
            _ => {}
        }
    }
    None
}

fn in_brackets(text: &str) -> Result<Step, &'static str> {
    let text = text.trim();
    if let Some(filter) = text.strip_prefix('?') {
        let filter = filter.trim();
        let inner = filter.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')).unwrap_or(filter);
        return Filter::parse(inner).map(Step::Where);
    }
    match text {
        "*" => Ok(Step::Every),
        _ => match literal(text) {
            Some(Value::String(key)) => Ok(Step::Key(key)),
            Some(Value::Number(number)) => {
                number.as_i64().map(Step::Index).ok_or("an index is no whole number")
            }
            _ => Err("a bracket has neither an index, a quoted key, `*` nor a filter"),
        },
    }
}

/// A text in quotes of either kind, or what JSON has.
fn literal(text: &str) -> Option<Value> {
    let single = text.strip_prefix('\'').and_then(|text| text.strip_suffix('\''));
    match single {
        Some(text) => Some(Value::String(text.replace("\\'", "'"))),
        None => serde_json::from_str(text).ok(),
    }
}

// === impl Step ===

impl Step {
    fn find<'v>(&self, value: &'v Value) -> Vec<&'v Value> {
        match self {
            Self::Key(key) => value.get(key).into_iter().collect(),
            Self::Index(index) => {
                let items = value.as_array().map(Vec::as_slice).unwrap_or_default();
                let index = if *index < 0 { index + items.len() as i64 } else { *index };
                usize::try_from(index).ok().and_then(|index| items.get(index)).into_iter().collect()
            }
            Self::Every => children(value),
            Self::Deep => {
                let mut all = vec![value];
                for child in children(value) {
                    all.extend(self.find(child));
                }
                all
            }
            Self::Where(filter) => children(value).into_iter().filter(|child| filter.holds(child)).collect(),
        }
    }
}

fn children(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(items) => items.iter().collect(),
        Value::Object(entries) => entries.values().collect(),
        _ => Vec::new(),
    }
}

// === impl Filter ===

impl Filter {
    fn parse(text: &str) -> Result<Self, &'static str> {
        let conditions = |text: &str| outside_quotes(text, "&&").into_iter().map(Condition::parse).collect();
        outside_quotes(text, "||").into_iter().map(conditions).collect::<Result<_, _>>().map(Self)
    }

    fn holds(&self, value: &Value) -> bool {
        self.0.iter().any(|all| all.iter().all(|condition| condition.holds(value)))
    }
}

/// `text` between the separators that are not in quotes.
fn outside_quotes<'t>(text: &'t str, separator: &str) -> Vec<&'t str> {
    let (mut parts, mut start, mut quote) = (Vec::new(), 0, None);
    for (at, letter) in text.char_indices() {
        match (quote, letter) {
            (Some(open), letter) if letter == open => quote = None,
            (None, '"' | '\'' | '/') => quote = Some(letter),
            (None, _) if at >= start && text.get(at..).is_some_and(|rest| rest.starts_with(separator)) => {
                parts.extend(text.get(start..at));
                start = at + separator.len();
            }
            _ => {}
        }
    }
    parts.extend(text.get(start..));
    parts
}

// === impl Condition ===

impl Condition {
    fn parse(text: &str) -> Result<Self, &'static str> {
        let path = |text: &str| Path::parse(text).map_err(|error| error.reason);
        let text = text.trim();
        let found = COMPARISONS.iter().filter_map(|(spelling, comparison)| {
            let parts = outside_quotes(text, spelling);
            (parts.len() == 2).then_some((parts, *comparison))
        });
        let Some((parts, comparison)) = found.into_iter().next() else {
            return Ok(Self { path: path(text)?, test: None });
        };
        let [left, right] = parts.as_slice() else { return Err("a filter compares more than two things") };
        let right = right.trim();
        let pattern = right.strip_prefix('/').and_then(|right| right.strip_suffix('/'));
        let value = pattern.map(|text| Value::String(text.to_owned())).or_else(|| literal(right));
        Ok(Self {
            path: path(left)?,
            test: Some((comparison, value.ok_or("a filter compares with nothing known")?)),
        })
    }

    fn holds(&self, value: &Value) -> bool {
        let found = self.path.find(value);
        match &self.test {
            None => !found.is_empty(),
            Some((comparison, expected)) => found.iter().any(|found| comparison.holds(found, expected)),
        }
    }
}

// === impl Comparison ===

impl Comparison {
    fn holds(self, found: &Value, expected: &Value) -> bool {
        let order = match (found, expected) {
            (Value::Number(a), Value::Number(b)) => a.as_f64().partial_cmp(&b.as_f64()),
            (Value::String(a), Value::String(b)) => Some(a.cmp(b)),
            _ => None,
        };
        match self {
            Self::Equal => found == expected,
            Self::NotEqual => found != expected,
            Self::Less => order.is_some_and(std::cmp::Ordering::is_lt),
            Self::LessOrEqual => order.is_some_and(std::cmp::Ordering::is_le),
            Self::Greater => order.is_some_and(std::cmp::Ordering::is_gt),
            Self::GreaterOrEqual => order.is_some_and(std::cmp::Ordering::is_ge),
            Self::Matches => {
                let (Some(text), Some(pattern)) = (found.as_str(), expected.as_str()) else { return false };
                regex::Regex::new(pattern).is_ok_and(|pattern| pattern.is_match(text))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(path: &str, expect: Value) {
        let value = json!({
            "metadata": {"annotations": {"example.com/a": "x", "b-c": "y"}},
            "spec": {"containers": [
                {"name": "web", "ports": [80, 443]},
                {"name": "log", "ports": [24]},
            ]},
        });
        let path = Path::parse(path).unwrap();
        assert_eq!(Value::Array(path.find(&value).into_iter().cloned().collect()), expect, "{path:?}");
    }

    #[test]
    fn paths_lead_to_what_they_name() {
        check("metadata.annotations[\"example.com/a\"]", json!(["x"]));
        check("metadata.annotations.b-c", json!(["y"]));
        check("metadata.annotations.example\\.com/a", json!(["x"]));
        check("$.spec.containers[0].ports[-1]", json!([443]));
        check("spec.containers[*].name", json!(["web", "log"]));
        check("spec.containers[?(@.name == 'log')].ports[0]", json!([24]));
        check("spec.containers[?(@.name =~ /^w/ && @.ports)].name", json!(["web"]));
        check("spec.containers[?(@.name==\"a\" || @.name==\"log\")].name", json!(["log"]));
        check("spec..ports[0]", json!([80, 24]));
        check("spec.nothing", json!([]));
    }

    #[test]
    fn what_is_no_path_is_said() {
        let error = Path::parse("spec.containers[0").unwrap_err();
        assert_eq!(error.to_string(), "path `spec.containers[0`: a bracket is not closed");
        assert!(Path::parse("a[b]").is_err());
    }
}
