//! Where values come from: files, then `--set-json`, `--set`, `--set-string`, `--set-file` and `--set-literal`, in
//! this order whatever the order on the command line.

use gotemplate::{Map, Value};
use goyaml::json;
use goyaml::sigs::{self, DecodeError, SeparatorError, Target};

use crate::data::{Builder, Data, Table};
use crate::profile::Profile;
use crate::strvals::{self, Reader, StrvalsError};

/// What a user gives besides the chart.
#[derive(Debug, Clone, Default)]
pub struct ValuesSources {
    /// Values files, the last one wins.
    pub files: Vec<ValuesFile>,
    /// Arguments of `--set-json`.
    pub set_json: Vec<String>,
    /// Arguments of `--set`.
    pub set: Vec<String>,
    /// Arguments of `--set-string`.
    pub set_string: Vec<String>,
    /// Arguments of `--set-file`.
    pub set_file: Vec<String>,
    /// Arguments of `--set-literal`.
    pub set_literal: Vec<String>,
    /// The files that `set_file` names.
    pub set_file_contents: Vec<ValuesFile>,
}

/// A file of values, or one whose content is a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValuesFile {
    /// The path as the user wrote it: errors show it.
    pub path: String,
    /// What is in it.
    pub content: Vec<u8>,
}

/// A file cannot be read as a table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
    /// The only document of a file.
    #[error(transparent)]
    Only(#[from] DecodeError),
    /// One of the documents of a file.
    #[error("cannot unmarshal yaml document: {0}")]
    Document(DecodeError),
    /// What stands between documents.
    #[error("error reading yaml document: {0}")]
    Separator(#[from] SeparatorError),
}

impl ParseError {
    /// The line that the text names, from 1.
    #[must_use]
    pub fn line(&self) -> Option<usize> {
        match self {
            Self::Only(DecodeError::Yaml(error)) | Self::Document(DecodeError::Yaml(error)) => error.line(),
            _ => None,
        }
    }
}

/// Why values were refused, with Helm's text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ValuesError {
    /// A file is not a table.
    #[error("failed to parse {path}: {source}")]
    File {
        /// The file.
        path: String,
        /// What is wrong.
        source: ParseError,
    },
    /// A set line is wrong.
    #[error("failed parsing --{flag} data: {source}")]
    Set {
        /// The flag, without dashes.
        flag: &'static str,
        /// What is wrong.
        source: StrvalsError,
    },
    /// A line of `--set-json` is wrong.
    #[error("failed parsing --set-json data {line}")]
    SetJson {
        /// The line.
        line: String,
    },
    /// An object given to `--set-json` is wrong.
    #[error("failed parsing --set-json data JSON: {object}")]
    SetJsonObject {
        /// The object.
        object: String,
    },
}

impl ValuesSources {
    /// The table that all sources make together.
    ///
    /// # Errors
    /// The first source that Helm refuses.
    pub(crate) fn merge(&self, profile: Profile) -> Result<Map, ValuesError> {
        let mut table = Table::default();
        for file in &self.files {
            let refused = |source| ValuesError::File { path: file.path.clone(), source };
            table.merge(parse(&file.content, profile).map_err(refused)?);
        }
        let values = table.to_map();
        for line in &self.set_json {
            set_json(&values, line, profile)?;
        }
        self.set_lines(&values, profile)?;
        Ok(values)
    }

    fn set_lines(&self, values: &Map, profile: Profile) -> Result<(), ValuesError> {
        let read = |path: &str| {
            let file = self.set_file_contents.iter().find(|file| file.path == path);
            let content = file.map(|file| Value::string(file.content.as_slice()));
            content.ok_or_else(|| format!("open {path}: no such file or directory"))
        };
        let families = [
            ("set", &self.set, Reader::Typed),
            ("set-string", &self.set_string, Reader::Text),
            ("set-file", &self.set_file, Reader::File(&read)),
        ];
        for (flag, lines, reader) in &families {
            for line in *lines {
                let result = tolerating(profile, strvals::set(line, values, reader));
                result.map_err(|source| ValuesError::Set { flag, source })?;
            }
        }
        for line in &self.set_literal {
            let flag = "set-literal";
            let result = tolerating(profile, strvals::set_literal(line, values));
            result.map_err(|source| ValuesError::Set { flag, source })?;
        }
        Ok(())
    }
}

fn set_json(values: &Map, line: &str, profile: Profile) -> Result<(), ValuesError> {
    let object = line.trim();
    if profile.takes_json_objects() && object.starts_with('{') {
        let refused = |_| ValuesError::SetJsonObject { object: line.to_owned() };
        let decoded = json::decode(object.as_bytes(), Target::Map, &mut Builder).map_err(refused)?;
        if let Some(Data::Map(object)) = decoded {
            merge_maps(values, &object.to_map());
        }
        return Ok(());
    }
    let result = tolerating(profile, strvals::set(line, values, &Reader::Json(&json_prefix)));
    result.map_err(|_| ValuesError::SetJson { line: line.to_owned() })
}

/// Where a line may end within an index, what stands before it counts.
fn tolerating(profile: Profile, result: Result<(), StrvalsError>) -> Result<(), StrvalsError> {
    match result {
        Err(StrvalsError::UnclosedIndex) if profile.ends_lines_in_an_index() => Ok(()),
        result => result,
    }
}

/// Puts `other` over `values`: tables are merged, all else is replaced.
fn merge_maps(values: &Map, other: &Map) {
    for (key, value) in other.entries() {
        match (values.get(key.as_bytes()), &value) {
            (Some(Value::Map(own)), Value::Map(table)) => merge_maps(&own, table),
            _ => drop(values.insert(key, value)),
        }
    }
}

/// The JSON value at the start of `text`, and its length.
fn json_prefix(text: &str) -> Result<(Value, usize), String> {
    let length = json_length(text.as_bytes());
    let value = text.get(..length).unwrap_or(text);
    let data =
        json::decode(value.as_bytes(), Target::Any, &mut Builder).map_err(|error| error.to_string())?;
    Ok((data.map_or(Value::Nil, |data| data.to_value()), length))
}

/// How far a JSON value reaches at most; whether it is one is for the decoder to say.
fn json_length(text: &[u8]) -> usize {
    let blanks = text.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    let value = text.get(blanks..).unwrap_or_default();
    let length = match value.first() {
        Some(b'{' | b'[' | b'"') => composite_length(value),
        Some(b't' | b'n') => 4,
        Some(b'f') => 5,
        Some(b'-' | b'0'..=b'9') => value
            .iter()
            .take_while(|byte| matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E'))
            .count(),
        _ => value.len(),
    };
    (blanks + length).min(text.len())
}

/// The length of an object, a list or a string.
fn composite_length(value: &[u8]) -> usize {
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    for (at, byte) in value.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => depth += 1,
            b'}' | b']' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 && !in_string {
            return at + 1;
        }
    }
    value.len()
}

/// The values file `bytes`, as the profile reads it.
pub(crate) fn parse(bytes: &[u8], profile: Profile) -> Result<Table, ParseError> {
    if !profile.merges_values_documents() {
        return Ok(Table::parse(bytes)?);
    }
    let bytes = if profile.loses_full_last_line() { without_full_last_line(bytes) } else { bytes };
    let mut table = Table::default();
    for document in sigs::documents(bytes) {
        table.merge(Table::parse(&document?).map_err(ParseError::Document)?);
    }
    Ok(table)
}

/// The size of the buffer through which Helm reads lines.
const BUFFER: usize = 4096;

/// Go's line reader loses an unterminated last line that fills its buffer exactly.
fn without_full_last_line(bytes: &[u8]) -> &[u8] {
    let start = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1);
    let last = bytes.len() - start;
    let kept = if last > 0 && last.is_multiple_of(BUFFER) { start } else { bytes.len() };
    bytes.get(..kept).unwrap_or(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merge(sources: &ValuesSources) -> Result<String, String> {
        let values = sources.merge(Profile::V4_2).map_err(|error| error.to_string())?;
        Ok(crate::text::printed("%v", &Value::Map(values)))
    }

    #[test]
    fn families_apply_in_helms_order() {
        let file = |path: &str, content: &str| ValuesFile { path: path.into(), content: content.into() };
        let sources = ValuesSources {
            files: vec![file("a.yaml", "a: 1\nb: {c: 1, d: 2}\n---\nb: {d: null}"), file("b.yaml", "a: 2\n")],
            set_json: vec!["b.e=[1,{\"x\":null}],f=true".into(), "{\"g\": {\"h\": 1}}".into()],
            set: vec!["b.c=3,l=1.5".into()],
            set_string: vec!["b.c=4".into()],
            set_file: vec!["m=p.txt".into()],
            set_literal: vec!["n=a,b".into()],
            set_file_contents: vec![file("p.txt", "text")],
        };
        let want = "map[a:2 b:map[c:4 d:<nil> e:[1 map[x:<nil>]]] f:true g:map[h:1] l:1.5 m:text n:a,b]";
        assert_eq!(merge(&sources), Ok(want.to_owned()));
    }

    #[test]
    fn refusals_name_their_source() {
        let set = |line: &str| ValuesSources { set: vec![line.into()], ..ValuesSources::default() };
        assert_eq!(merge(&set("a")), Err("failed parsing --set data: key \"a\" has no value".to_owned()));
        let json = |line: &str| ValuesSources { set_json: vec![line.into()], ..ValuesSources::default() };
        assert_eq!(merge(&json("a=x")), Err("failed parsing --set-json data a=x".to_owned()));
        assert_eq!(merge(&json("{x")), Err("failed parsing --set-json data JSON: {x".to_owned()));
    }

    #[test]
    fn a_last_line_can_be_lost() {
        let line = format!("b: {}", "x".repeat(BUFFER - 3));
        assert_eq!(without_full_last_line(line.as_bytes()), b"");
        assert_eq!(without_full_last_line(format!("a: 1\n{line}").as_bytes()), b"a: 1\n");
        assert_eq!(without_full_last_line(format!("{line}\n").as_bytes()).len(), BUFFER + 1);
    }
}
