//! Reads the configuration: one file and what lies in `conf.d` beside it, checked as a whole.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use goyaml::{Dialect, EventKind, Input, Mark, Parser, v2};
use serde_json::Value;

use super::check::{Content, Node, Position, Problem, check};
use super::{Config, schema};

/// Why a configuration can't be used: every problem of every file.
#[derive(Debug)]
pub(crate) enum LoadError {
    /// A file can't be read.
    Unreadable(std::io::Error),
    /// Files hold what they must not.
    Wrong(Vec<(PathBuf, Problem)>),
}

/// What the files were like, in order to notice a change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Stamp(Vec<(PathBuf, u64, Option<SystemTime>)>);

/// The configuration in `path` and in `conf.d/*.yaml` beside it; without a path, the defaults.
pub(crate) fn load(path: Option<&Path>) -> Result<Config, LoadError> {
    let Some(path) = path else { return Ok(Config::default()) };
    let schema = schema();
    let mut problems = Vec::new();
    let mut merged = Value::Object(serde_json::Map::new());
    for file in files(path).map_err(LoadError::Unreadable)? {
        let text = fs_err::read(&file).map_err(LoadError::Unreadable)?;
        match parse(&text) {
            Ok(node) => {
                problems.extend(check(&schema, &node).into_iter().map(|problem| (file.clone(), problem)));
                merge(&mut merged, node.to_json());
            }
            Err(problem) => problems.push((file, problem)),
        }
    }
    if !problems.is_empty() {
        return Err(LoadError::Wrong(problems));
    }
    serde_json::from_value(merged)
        .map_err(|error| LoadError::Wrong(vec![(path.to_owned(), unplaced(error.to_string()))]))
}

/// `path`, then the files of `conf.d` in the order of their names.
fn files(path: &Path) -> Result<Vec<PathBuf>, std::io::Error> {
    let folder = path.parent().unwrap_or(Path::new(".")).join("conf.d");
    let mut files = Vec::new();
    if folder.is_dir() {
        for entry in fs_err::read_dir(&folder)? {
            files.push(entry?.path());
        }
    }
    files.retain(|file| file.extension().is_some_and(|ending| ending == "yaml" || ending == "yml"));
    files.sort();
    files.insert(0, path.to_owned());
    Ok(files)
}

/// Lists of later files are appended, mappings merged; for anything else the later one holds.
fn merge(into: &mut Value, from: Value) {
    match (into, from) {
        (Value::Object(into), Value::Object(from)) => {
            for (key, value) in from {
                merge(into.entry(key).or_insert(Value::Null), value);
            }
        }
        (Value::Array(into), Value::Array(from)) => into.extend(from),
        (into, from) => *into = from,
    }
}

fn unplaced(message: String) -> Problem {
    Problem { position: Position { line: 1, column: 1 }, path: String::new(), message, hint: None }
}

/// The first document of `text` as a tree with places. An empty one is an empty mapping.
pub(super) fn parse(text: &[u8]) -> Result<Node, Problem> {
    let input = Input::new(text);
    let mut builder = Builder { parser: Parser::new(&input, Dialect::V2) };
    builder.document()
}

struct Builder<'i> {
    parser: Parser<'i>,
}

impl<'i> Builder<'i> {
    fn document(&mut self) -> Result<Node, Problem> {
        loop {
            let (kind, start) = self.next()?;
            match kind {
                EventKind::StreamStart | EventKind::DocumentStart => {}
                EventKind::StreamEnd => {
                    return Ok(Node {
                        position: position(Mark::default()),
                        content: Content::Map(Vec::new()),
                    });
                }
                kind => {
                    let node = self.node(kind, start, 0)?;
                    let empty = matches!(node.content, Content::Scalar(Value::Null));
                    return Ok(if empty { Node { content: Content::Map(Vec::new()), ..node } } else { node });
                }
            }
        }
    }

    fn next(&mut self) -> Result<(EventKind<'i>, Mark), Problem> {
        match self.parser.next_event() {
            Ok(Some(event)) => Ok((event.kind, event.start)),
            Ok(None) => Ok((EventKind::StreamEnd, Mark::default())),
            Err(error) => {
                let line = error.line().unwrap_or(1);
                Err(Problem { position: Position { line, column: 1 }, ..unplaced(error.to_string()) })
            }
        }
    }

    fn node(&mut self, kind: EventKind<'i>, start: Mark, depth: usize) -> Result<Node, Problem> {
        let at = |message: &str| Problem { position: position(start), ..unplaced(message.to_owned()) };
        if depth > 64 {
            return Err(at("the file nests too deeply"));
        }
        let content = match kind {
            EventKind::Scalar(scalar) if scalar.implicit => Content::Scalar(plain(&scalar.value)),
            EventKind::Scalar(scalar) => Content::Scalar(Value::String(scalar.value.into_owned())),
            EventKind::SequenceStart(_) => Content::List(self.items(depth)?),
            EventKind::MappingStart(_) => Content::Map(self.entries(depth)?),
            EventKind::Alias(_) => return Err(at("anchors and aliases are not for this file")),
            _ => return Err(at("a value is missing")),
        };
        Ok(Node { position: position(start), content })
    }

    fn items(&mut self, depth: usize) -> Result<Vec<Node>, Problem> {
        let mut items = Vec::new();
        loop {
            match self.next()? {
                (EventKind::SequenceEnd, _) => return Ok(items),
                (kind, start) => items.push(self.node(kind, start, depth + 1)?),
            }
        }
    }

    fn entries(&mut self, depth: usize) -> Result<Vec<(Position, String, Node)>, Problem> {
        let mut entries = Vec::new();
        loop {
            match self.next()? {
                (EventKind::MappingEnd, _) => return Ok(entries),
                (EventKind::Scalar(key), place) => {
                    let (kind, start) = self.next()?;
                    entries.push((
                        position(place),
                        key.value.into_owned(),
                        self.node(kind, start, depth + 1)?,
                    ));
                }
                (_, place) => {
                    return Err(Problem {
                        position: position(place),
                        ..unplaced("a key has to be a text".to_owned())
                    });
                }
            }
        }
    }
}

/// The value of a plain scalar.
fn plain(text: &str) -> Value {
    match v2::decode(text.as_bytes()) {
        Ok(Some(goyaml::Value::Bool(value))) => Value::Bool(value),
        Ok(Some(goyaml::Value::Int(value))) => value.into(),
        Ok(Some(goyaml::Value::Uint(value))) => value.into(),
        Ok(Some(goyaml::Value::Float(value))) => value.into(),
        Ok(None | Some(goyaml::Value::Null)) => Value::Null,
        _ => Value::String(text.to_owned()),
    }
}

const fn position(mark: Mark) -> Position {
    Position { line: mark.line + 1, column: mark.column + 1 }
}

// === impl Stamp ===

impl Stamp {
    /// What the files of [`load`] are like now. A file that can't be seen is one that is not there.
    pub(crate) fn of(path: Option<&Path>) -> Self {
        let files = path.and_then(|path| files(path).ok()).unwrap_or_default();
        let seen = |file: PathBuf| {
            let metadata = fs_err::metadata(&file).ok()?;
            Some((file, metadata.len(), metadata.modified().ok()))
        };
        Self(files.into_iter().filter_map(seen).collect())
    }
}

// === impl LoadError ===

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(error) => write!(f, "{error}"),
            Self::Wrong(problems) => {
                let count = problems.len();
                write!(f, "the configuration has {count} problem{}", if count == 1 { "" } else { "s" })?;
                problems.iter().try_for_each(|(file, problem)| write!(f, "\n  {}:{problem}", file.display()))
            }
        }
    }
}

#[cfg(test)]
mod tests;
