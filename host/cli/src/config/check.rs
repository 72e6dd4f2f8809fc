//! Checks a YAML tree against a JSON Schema, and finds every problem at once.
//!
//! It knows the part of JSON Schema that `schemars` writes for the configuration's types.

use std::fmt;

use serde_json::{Map, Value};

/// A place in a file: line and column, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Position {
    pub(crate) line: usize,
    pub(crate) column: usize,
}

/// A value with its place.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) position: Position,
    pub(crate) content: Content,
}

/// What a node is.
#[derive(Clone, Debug)]
pub(crate) enum Content {
    /// Anything but the two below.
    Scalar(Value),
    /// A sequence.
    List(Vec<Node>),
    /// A mapping, in the order of the file.
    Map(Vec<(Position, String, Node)>),
}

/// Something that is wrong in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    pub(crate) position: Position,
    /// Where in the tree: `plugins[0].limits`.
    pub(crate) path: String,
    pub(crate) message: String,
    pub(crate) hint: Option<String>,
}

/// All that is wrong with `node`, in the order of the file.
pub(crate) fn check(schema: &Value, node: &Node) -> Vec<Problem> {
    let mut checker =
        Checker { definitions: schema.get("$defs").and_then(Value::as_object), problems: Vec::new() };
    checker.node(schema, node, "");
    checker.problems.sort_by_key(|problem| problem.position);
    checker.problems
}

struct Checker<'a> {
    definitions: Option<&'a Map<String, Value>>,
    problems: Vec<Problem>,
}

// === impl Node ===

impl Node {
    /// The value without its places.
    pub(crate) fn to_json(&self) -> Value {
        match &self.content {
            Content::Scalar(value) => value.clone(),
            Content::List(items) => Value::Array(items.iter().map(Self::to_json).collect()),
            Content::Map(entries) => {
                Value::Object(entries.iter().map(|(_, key, node)| (key.clone(), node.to_json())).collect())
            }
        }
    }

    fn type_name(&self) -> &'static str {
        match &self.content {
            Content::List(_) => "array",
            Content::Map(_) => "object",
            Content::Scalar(Value::Null) => "null",
            Content::Scalar(Value::Bool(_)) => "boolean",
            Content::Scalar(Value::Number(number)) if number.is_f64() => "number",
            Content::Scalar(Value::Number(_)) => "integer",
            Content::Scalar(_) => "string",
        }
    }
}

// === impl Checker ===

impl<'a> Checker<'a> {
    fn node(&mut self, schema: &'a Value, node: &Node, path: &str) {
        let schema = self.resolve(schema);
        if let Some(choices) = alternatives(schema) {
            return self.choice(choices, node, path);
        }
        if !allows_type(schema, node) {
            return self.report(
                node.position,
                path,
                format!("expected {}, found {}", wanted(schema), shown(node)),
                None,
            );
        }
        match &node.content {
            Content::Map(entries) => self.object(schema, node.position, entries, path),
            Content::List(items) => self.array(schema, items, path),
            Content::Scalar(value) => self.scalar(schema, node.position, value, path),
        }
    }

    fn resolve(&self, schema: &'a Value) -> &'a Value {
        let name = schema
            .get("$ref")
            .and_then(Value::as_str)
            .and_then(|reference| reference.strip_prefix("#/$defs/"));
        name.and_then(|name| self.definitions?.get(name)).map_or(schema, |schema| self.resolve(schema))
    }

    /// The alternative that fits; else the problems of the one whose type fits, else all are named.
    fn choice(&mut self, choices: &'a [Value], node: &Node, path: &str) {
        let mut nearest = None;
        for choice in choices {
            let mut attempt = Checker { definitions: self.definitions, problems: Vec::new() };
            attempt.node(choice, node, path);
            if attempt.problems.is_empty() {
                return;
            }
            if nearest.is_none()
                && allows_type(self.resolve(choice), node)
                && self.resolve(choice).get("const").is_none()
            {
                nearest = Some(attempt.problems);
            }
        }
        match nearest {
            Some(problems) => self.problems.extend(problems),
            None => {
                let names: Vec<String> = choices.iter().map(|choice| wanted(self.resolve(choice))).collect();
                self.unexpected(node, &names, path);
            }
        }
    }

    fn object(
        &mut self,
        schema: &'a Value,
        position: Position,
        entries: &[(Position, String, Node)],
        path: &str,
    ) {
        let properties = schema.get("properties").and_then(Value::as_object);
        let additional = schema.get("additionalProperties");
        for (place, key, child) in entries {
            let inner = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
            match properties.and_then(|properties| properties.get(key)) {
                Some(schema) => self.node(schema, child, &inner),
                None if additional == Some(&Value::Bool(false)) => {
                    self.unknown(properties, *place, key, path)
                }
                None => additional.into_iter().for_each(|schema| self.node(schema, child, &inner)),
            }
        }
        self.repeated(entries, path);
        for name in
            schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
        {
            if !entries.iter().any(|(_, key, _)| key == name) {
                self.report(position, path, format!("`{name}` is missing"), None);
            }
        }
    }

    fn repeated(&mut self, entries: &[(Position, String, Node)], path: &str) {
        for (index, (place, key, _)) in entries.iter().enumerate() {
            if let Some((first, ..)) = entries.iter().take(index).find(|(_, other, _)| other == key) {
                self.report(
                    *place,
                    path,
                    format!("`{key}` is set twice, first in line {}", first.line),
                    None,
                );
            }
        }
    }

    fn unknown(&mut self, known: Option<&Map<String, Value>>, position: Position, key: &str, path: &str) {
        let names: Vec<&str> = known.into_iter().flat_map(Map::keys).map(String::as_str).collect();
        let hint = nearest(key, &names).map_or_else(
            || format!("known here: {}", quoted(&names)),
            |name| format!("did you mean `{name}`?"),
        );
        self.report(position, path, format!("unknown field `{key}`"), Some(hint));
    }

    fn array(&mut self, schema: &'a Value, items: &[Node], path: &str) {
        let Some(schema) = schema.get("items") else { return };
        for (index, item) in items.iter().enumerate() {
            self.node(schema, item, &format!("{path}[{index}]"));
        }
    }

    fn scalar(&mut self, schema: &Value, position: Position, value: &Value, path: &str) {
        if let Some(expected) = schema.get("const")
            && expected != value
        {
            self.report(
                position,
                path,
                format!("expected {}, found `{}`", wanted(schema), plain(value)),
                None,
            );
        }
        if let Some(choices) = schema.get("enum").and_then(Value::as_array)
            && !choices.contains(value)
        {
            let names: Vec<String> = choices.iter().map(|choice| format!("`{}`", plain(choice))).collect();
            let node = Node { position, content: Content::Scalar(value.clone()) };
            self.unexpected(&node, &names, path);
        }
        if let (Some(pattern), Some(text)) = (schema.get("pattern").and_then(Value::as_str), value.as_str())
            && !regex::Regex::new(pattern).is_ok_and(|pattern| pattern.is_match(text))
        {
            let wanted = schema
                .get("description")
                .and_then(Value::as_str)
                .map_or_else(|| format!("a text like `{pattern}`"), first_sentence);
            self.report(position, path, format!("`{text}` is not allowed: expected {wanted}"), None);
        }
        let (longest, length) =
            (schema.get("maxLength").and_then(Value::as_u64), value.as_str().map_or(0, str::len));
        if longest.is_some_and(|longest| length as u64 > longest) {
            self.report(
                position,
                path,
                format!("longer than {} characters", longest.unwrap_or_default()),
                None,
            );
        }
        if schema
            .get("minimum")
            .and_then(Value::as_f64)
            .zip(value.as_f64())
            .is_some_and(|(least, found)| found < least)
        {
            self.report(position, path, format!("`{value}` is too small"), None);
        }
    }

    fn unexpected(&mut self, node: &Node, names: &[String], path: &str) {
        let bare: Vec<&str> = names.iter().map(|name| name.trim_matches('`')).collect();
        let text = node.to_json();
        let hint =
            text.as_str().and_then(|text| nearest(text, &bare)).map(|name| format!("did you mean `{name}`?"));
        self.report(
            node.position,
            path,
            format!("expected {}, found {}", names.join(" or "), shown(node)),
            hint,
        );
    }

    fn report(&mut self, position: Position, path: &str, message: String, hint: Option<String>) {
        self.problems.push(Problem { position, path: path.to_owned(), message, hint });
    }
}

// === impl Problem ===

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: ", self.position.line, self.position.column)?;
        if !self.path.is_empty() {
            write!(f, "`{}`: ", self.path)?;
        }
        write!(f, "{}", self.message)?;
        if let Some(hint) = &self.hint {
            write!(f, " ({hint})")?;
        }
        Ok(())
    }
}

fn alternatives(schema: &Value) -> Option<&[Value]> {
    ["anyOf", "oneOf"].iter().find_map(|key| schema.get(key)).and_then(Value::as_array).map(Vec::as_slice)
}

fn allows_type(schema: &Value, node: &Node) -> bool {
    let found = node.type_name();
    let fits = |name: &str| name == found || (name == "number" && found == "integer");
    match schema.get("type") {
        Some(Value::String(name)) => fits(name),
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).any(fits),
        _ => true,
    }
}

/// What a schema wants, in words.
fn wanted(schema: &Value) -> String {
    if let Some(value) = schema.get("const") {
        return format!("`{}`", plain(value));
    }
    if let Some(choices) = schema.get("enum").and_then(Value::as_array) {
        return choices.iter().map(|choice| format!("`{}`", plain(choice))).collect::<Vec<_>>().join(" or ");
    }
    let name = |kind: &str| match kind {
        "object" => "a mapping",
        "array" => "a list",
        "string" => "a text",
        "boolean" => "`true` or `false`",
        "integer" => "a whole number",
        "null" => "nothing",
        _ => "a number",
    };
    match schema.get("type") {
        Some(Value::String(kind)) => name(kind).to_owned(),
        Some(Value::Array(kinds)) => {
            kinds.iter().filter_map(Value::as_str).map(name).collect::<Vec<_>>().join(" or ")
        }
        _ => "something else".to_owned(),
    }
}

fn shown(node: &Node) -> String {
    match &node.content {
        Content::Map(_) => "a mapping".to_owned(),
        Content::List(_) => "a list".to_owned(),
        Content::Scalar(Value::Null) => "nothing".to_owned(),
        Content::Scalar(value) => format!("`{}`", plain(value)),
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn quoted(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

fn first_sentence(text: &str) -> String {
    text.split_once(". ").map_or(text, |(first, _)| first).trim_end_matches('.').to_owned()
}

/// The name that `word` may be a slip of.
fn nearest<'n>(word: &str, names: &[&'n str]) -> Option<&'n str> {
    let score = |name: &str| strsim::jaro_winkler(&word.to_lowercase(), &name.to_lowercase());
    let best = names.iter().max_by(|a, b| score(a).total_cmp(&score(b)))?;
    (score(best) > 0.8).then_some(*best)
}
