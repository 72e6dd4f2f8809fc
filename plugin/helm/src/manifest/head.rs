//! The head of a manifest: what Helm reads of a document. All of it must be YAML nevertheless.

use std::borrow::Cow;

use gotemplate::FloatKind;
use gotemplate::strconv::{FloatFormat, format_float};
use goyaml::Build;
use goyaml::sigs::{self, DecodeError, Target};

use crate::profile::Major;

/// What Helm knows of a document.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) kind: String,
    pub(super) name: String,
    /// The events of a hook, as they stand there.
    pub(super) hook: Option<String>,
}

/// Reads the head of a document.
pub(super) fn read(document: &[u8], major: Major) -> Result<Head, DecodeError> {
    let mut head = Head::default();
    let root = match sigs::decode(document, Target::Any, &mut Parts)? {
        None => return Ok(head),
        Some(Part::Mapping(root)) => root,
        Some(other) => {
            let target = match major {
                Major::Three => "releaseutil.SimpleHead",
                Major::Four => "util.SimpleHead",
            };
            return Err(misfit(other.json_kind(), target, None));
        }
    };
    let mut trouble = None;
    for (key, part) in &root.kept {
        match key.to_ascii_lowercase().as_str() {
            "kind" => head.kind = text(part, "SimpleHead.kind", &mut trouble).unwrap_or(head.kind),
            "apiversion" => drop(text(part, "SimpleHead.apiVersion", &mut trouble)),
            "metadata" => head.read_metadata(part, &mut trouble),
            _ => {}
        }
    }
    trouble.map_or(Ok(head), Err)
}

impl Head {
    fn read_metadata(&mut self, part: &Part, trouble: &mut Option<DecodeError>) {
        let metadata = match part {
            Part::Mapping(metadata) => metadata,
            Part::Null => return,
            other => {
                let error = misfit(other.json_kind(), METADATA, Some("SimpleHead.metadata"));
                trouble.get_or_insert(error);
                return;
            }
        };
        for (key, part) in &metadata.kept {
            match key.to_ascii_lowercase().as_str() {
                "name" => self.name = text(part, ".metadata.name", trouble).unwrap_or_default(),
                "annotations" => self.read_annotations(part, trouble),
                _ => {}
            }
        }
    }

    fn read_annotations(&mut self, part: &Part, trouble: &mut Option<DecodeError>) {
        const FIELD: Option<&str> = Some(".metadata.annotations");
        match part {
            Part::Mapping(annotations) => {
                if let Some(kind) = annotations.first_collection {
                    trouble.get_or_insert(misfit(kind, "string", FIELD));
                }
                let hook = annotations.kept.iter().find(|(key, _)| key == HOOK);
                self.hook =
                    hook.map(|(_, part)| text(part, ".metadata.annotations", trouble).unwrap_or_default());
            }
            Part::Null => {}
            other => {
                drop(trouble.get_or_insert(misfit(other.json_kind(), "map[string]string", FIELD)).clone())
            }
        }
    }
}

/// The annotation that makes a document a hook.
const HOOK: &str = "helm.sh/hook";

/// The Go type of the metadata, for error texts.
const METADATA: &str =
    r#"struct { Name string "json:\"name\""; Annotations map[string]string "json:\"annotations\"" }"#;

/// The text for a string field; scalars of all kinds have one.
fn text(part: &Part, field: &str, trouble: &mut Option<DecodeError>) -> Option<String> {
    match part {
        Part::Null => None,
        Part::Text(text) => Some(text.clone()),
        Part::Bool(value) => Some(value.to_string()),
        Part::Number(value) => Some(format_float(*value, FloatFormat::G, None, FloatKind::Float64)),
        Part::Sequence | Part::Mapping(_) => {
            trouble.get_or_insert(misfit(part.json_kind(), "string", Some(field)));
            None
        }
    }
}

fn misfit(found: &'static str, target: &str, field: Option<&str>) -> DecodeError {
    DecodeError::Type { found, target: target.to_owned(), field: field.map(str::to_owned) }
}

/// A value of which only what a head may contain is kept.
enum Part {
    Null,
    Bool(bool),
    Number(f64),
    /// Empty if it is too long for anything a head has.
    Text(String),
    Sequence,
    Mapping(Mapping),
}

#[derive(Default)]
struct Mapping {
    /// The entries whose keys occur in heads.
    kept: Vec<(String, Part)>,
    /// The kind of the first value that is no scalar.
    first_collection: Option<&'static str>,
}

impl Part {
    fn json_kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "bool",
            Self::Number(_) => "number",
            Self::Text(_) => "string",
            Self::Sequence => "array",
            Self::Mapping(_) => "object",
        }
    }
}

/// Longer texts are neither kinds nor names nor lists of events.
const LONGEST: usize = 1024;

fn occurs_in_heads(key: &str) -> bool {
    key == HOOK
        || ["kind", "name", "metadata", "annotations", "apiVersion"]
            .iter()
            .any(|known| known.eq_ignore_ascii_case(key))
}

/// Makes [`Part`]s.
struct Parts;

impl Build for Parts {
    type Value = Part;

    fn null(&mut self) -> Part {
        Part::Null
    }

    fn bool(&mut self, value: bool) -> Part {
        Part::Bool(value)
    }

    #[expect(clippy::cast_precision_loss, reason = "numbers arrive as floats: they went through JSON")]
    fn int(&mut self, value: i64) -> Part {
        Part::Number(value as f64)
    }

    #[expect(clippy::cast_precision_loss, reason = "numbers arrive as floats: they went through JSON")]
    fn uint(&mut self, value: u64) -> Part {
        Part::Number(value as f64)
    }

    fn float(&mut self, value: f64) -> Part {
        Part::Number(value)
    }

    fn string(&mut self, text: &str) -> Part {
        Part::Text(if text.len() > LONGEST { String::new() } else { text.to_owned() })
    }

    fn sequence(&mut self, _items: Vec<Part>) -> Part {
        Part::Sequence
    }

    fn mapping(&mut self, entries: Vec<(Cow<'_, str>, Part)>) -> Part {
        let mut mapping = Mapping::default();
        for (key, part) in entries {
            if matches!(part, Part::Sequence | Part::Mapping(_)) && mapping.first_collection.is_none() {
                mapping.first_collection = Some(part.json_kind());
            }
            if occurs_in_heads(&key) {
                mapping.kept.push((key.into_owned(), part));
            }
        }
        Part::Mapping(mapping)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refused(document: &str, want: &str) {
        let error = read(document.as_bytes(), Major::Four).unwrap_err().to_string();
        assert_eq!(
            error,
            format!("error unmarshaling JSON: while decoding JSON: json: cannot unmarshal {want}")
        );
    }

    #[test]
    fn heads_are_read_as_in_helm() {
        let head =
            read(b"Kind: 5\nmetadata: {name: x, annotations: {helm.sh/hook: test}}\nb: [1]", Major::Four);
        let want = Head { kind: "5".into(), name: "x".into(), hook: Some("test".into()) };
        assert_eq!(head.unwrap(), want);
        refused("kind: [A]\nmetadata: x", "array into Go struct field SimpleHead.kind of type string");
        refused(
            "metadata: {annotations: {a: [1]}}",
            "array into Go struct field .metadata.annotations of type string",
        );
        refused("metadata: {name: {}}", "object into Go struct field .metadata.name of type string");
        refused("text", "string into Go value of type util.SimpleHead");
    }
}
