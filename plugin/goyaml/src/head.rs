//! The head of a Kubernetes manifest: what kind of object it is and what it's called.

use std::borrow::Cow;

use crate::decode::{AnyValues, Assemble, KeyOrder, last_of_each};
use crate::number::format_float_32;
use crate::resolve::Atom;
use crate::sigs::{DecodeError, Kind, inexpressible_key, inexpressible_number, key_name, read_first};
use crate::text::go_lossy;
use crate::{Input, Value};

/// Levels of collections that `encoding/json` reads.
const MAX_JSON_DEPTH: usize = 10_000;

/// Levels that hold parts of the head: the object, its metadata, and the annotations.
const HEAD_DEPTH: usize = 3;

/// The fields that Helm reads of a manifest, into its struct `SimpleHead`.
///
/// A field that is missing is empty; so is one that is null.
///
/// ```
/// use goyaml::Head;
///
/// let manifest = b"kind: Pod\nmetadata:\n  name: a\n  annotations: {b: 1, c: yes}\nspec: {}";
/// let head = Head::decode(manifest, "releaseutil.SimpleHead")?;
/// assert_eq!(head.kind, "Pod");
/// let metadata = head.metadata.unwrap();
/// assert_eq!(metadata.name, "a");
/// let annotations = metadata.annotations.unwrap();
/// assert_eq!(annotations, [("b".to_owned(), "1".to_owned()), ("c".to_owned(), "true".to_owned())]);
///
/// let error = Head::decode(b"- a", "releaseutil.SimpleHead").unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "error unmarshaling JSON: while decoding JSON: \
///      json: cannot unmarshal array into Go value of type releaseutil.SimpleHead"
/// );
/// # Ok::<(), goyaml::sigs::DecodeError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Head {
    /// `apiVersion`
    pub api_version: String,
    /// `kind`
    pub kind: String,
    /// `metadata`, if it's there.
    pub metadata: Option<HeadMetadata>,
}

/// The fields that Helm reads of a manifest's metadata.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HeadMetadata {
    /// `name`
    pub name: String,
    /// `annotations`, if they are there, in the order of their keys' bytes.
    pub annotations: Option<Vec<(String, String)>>,
}

impl Head {
    /// Reads the first document of a stream: all of it is checked, but only the head is kept.
    ///
    /// `go_type` is the name of the struct in errors, such as `releaseutil.SimpleHead`.
    ///
    /// # Errors
    /// What isn't YAML, what JSON can't express, and fields of other types than text; numbers
    /// and booleans count as text.
    pub fn decode(bytes: &[u8], go_type: &str) -> Result<Self, DecodeError> {
        let input = Input::new(bytes);
        let Some(tape) = read_first(&input)? else { return Ok(Self::default()) };
        let mut skim = Skim { trouble: false };
        let root = crate::decode::decode(&tape, &mut skim)?;
        if skim.trouble {
            let mut value = crate::decode::decode(&tape, &mut AnyValues { order: KeyOrder::Document })?;
            if let Some(error) = inexpressible_key(&value) {
                return Err(error);
            }
            hide_texts(&mut value);
            if let Some(error) = inexpressible_number(&value) {
                return Err(error);
            }
        }
        let mut reader = HeadReader { head: Self::default(), go_type, error: None };
        reader.root(root);
        match reader.error {
            Some(error) => Err(error),
            None => Ok(reader.head),
        }
    }
}

/// Takes out the fields that are text, where numbers count by what they're written as:
/// they may be infinite, which JSON can't express elsewhere.
fn hide_texts(root: &mut Value) {
    for (name, value) in fields(root) {
        match name.as_str() {
            "apiVersion" | "kind" => hide(value),
            "metadata" => {
                for (name, value) in fields(value) {
                    match name.as_str() {
                        "name" => hide(value),
                        "annotations" => fields(value).into_iter().for_each(|(_, value)| hide(value)),
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
}

fn hide(value: &mut Value) {
    if let Value::Float(_) = value {
        *value = Value::Null;
    }
}

/// The entries of a mapping, by the names of the head's fields where they are some.
fn fields(value: &mut Value) -> Vec<(String, &mut Value)> {
    const NAMES: [&str; 5] = ["apiVersion", "kind", "metadata", "name", "annotations"];
    let Value::Mapping(entries) = value else { return Vec::new() };
    let name = |key: &Value| match key {
        Value::Text(key) => NAMES.iter().find(|name| same_field(key, name)).map(|name| (*name).to_owned()),
        _ => None,
    };
    entries.iter_mut().map(|(key, value)| (name(key).unwrap_or_default(), value)).collect()
}

/// What is left of a value while a document is skimmed.
enum Remnant<'t> {
    Null,
    Bool(bool),
    /// A number as text.
    Number(Cow<'t, str>),
    Text(Cow<'t, str>),
    Sequence,
    /// The entries if they are part of the head.
    Mapping(Vec<(Cow<'t, str>, Self)>),
}

struct Skim {
    /// Whether there is something that JSON can't express.
    trouble: bool,
}

impl<'t> Assemble<'t> for Skim {
    type Value = Remnant<'t>;

    fn scalar(&mut self, atom: Atom<'t>) -> Remnant<'t> {
        match atom {
            Atom::Null => Remnant::Null,
            Atom::Bool(value) => Remnant::Bool(value),
            Atom::Int(value) => Remnant::Number(Cow::Owned(value.to_string())),
            Atom::Uint(value) => Remnant::Number(Cow::Owned(value.to_string())),
            Atom::Float(value) => {
                self.trouble |= !value.is_finite();
                Remnant::Number(number_text(value))
            }
            Atom::Text(text) => Remnant::Text(text),
            Atom::Bytes(bytes) => Remnant::Text(Cow::Owned(go_lossy(&bytes).into_owned())),
            Atom::Timestamp(text) => Remnant::Text(Cow::Borrowed(text)),
        }
    }

    fn sequence(&mut self, _: Vec<Remnant<'t>>, depth: usize) -> Remnant<'t> {
        self.trouble |= depth > MAX_JSON_DEPTH;
        Remnant::Sequence
    }

    fn mapping(&mut self, entries: Vec<(Atom<'t>, Remnant<'t>)>, depth: usize) -> Remnant<'t> {
        self.trouble |= depth > MAX_JSON_DEPTH;
        if depth > HEAD_DEPTH {
            self.trouble |= entries.iter().any(|(key, _)| matches!(key, Atom::Null | Atom::Uint(_)));
            return Remnant::Mapping(Vec::new());
        }
        let mut named = Vec::with_capacity(entries.len());
        for (key, value) in entries {
            match key_name(key) {
                Some(key) => named.push((key, value)),
                None => self.trouble = true,
            }
        }
        Remnant::Mapping(last_of_each(named, Ord::cmp))
    }
}

/// Fills in a head as `encoding/json` does: keys in the order of their bytes, of which one
/// that differs in case only names the same field, and the first error counts.
struct HeadReader<'a> {
    head: Head,
    go_type: &'a str,
    error: Option<DecodeError>,
}

/// The type of the field `metadata` as Go prints it.
const METADATA_TYPE: &str = "struct { Name string \"json:\\\"name\\\"\"; Annotations map[string]string \"json:\\\"annotations\\\"\" }";

impl HeadReader<'_> {
    fn root(&mut self, root: Remnant<'_>) {
        let entries = match root {
            Remnant::Null => return,
            Remnant::Mapping(entries) => entries,
            other => return self.mismatch(other.kind(), self.go_type.to_owned(), None),
        };
        // The struct's name is without its package here.
        let name = self.go_type.rsplit('.').next().unwrap_or(self.go_type).to_owned();
        for (key, value) in entries {
            if same_field(&key, "apiVersion") {
                if let Some(text) = self.text(value, || format!("{name}.apiVersion")) {
                    self.head.api_version = text;
                }
            } else if same_field(&key, "kind") {
                if let Some(text) = self.text(value, || format!("{name}.kind")) {
                    self.head.kind = text;
                }
            } else if same_field(&key, "metadata") {
                self.metadata(value, &name);
            }
        }
    }

    fn metadata(&mut self, value: Remnant<'_>, name: &str) {
        let entries = match value {
            Remnant::Null => {
                self.head.metadata = None;
                return;
            }
            Remnant::Mapping(entries) => entries,
            other => {
                self.head.metadata.get_or_insert_default();
                let field = Some(format!("{name}.metadata"));
                return self.mismatch(other.kind(), METADATA_TYPE.to_owned(), field);
            }
        };
        let mut metadata = self.head.metadata.take().unwrap_or_default();
        for (key, value) in entries {
            if same_field(&key, "name") {
                if let Some(text) = self.text(value, || ".metadata.name".to_owned()) {
                    metadata.name = text;
                }
            } else if same_field(&key, "annotations") {
                self.annotations(value, &mut metadata.annotations);
            }
        }
        self.head.metadata = Some(metadata);
    }

    fn annotations(&mut self, value: Remnant<'_>, annotations: &mut Option<Vec<(String, String)>>) {
        let field = || ".metadata.annotations".to_owned();
        let entries = match value {
            Remnant::Null => {
                *annotations = None;
                return;
            }
            Remnant::Mapping(entries) => entries,
            other => return self.mismatch(other.kind(), "map[string]string".to_owned(), Some(field())),
        };
        let mut all = annotations.take().unwrap_or_default();
        for (key, value) in entries {
            let text = self.text(value, field).unwrap_or_default();
            all.push((key.into_owned(), text));
        }
        *annotations = Some(last_of_each(all, Ord::cmp));
    }

    /// The text of a scalar; `None` for null.
    fn text(&mut self, value: Remnant<'_>, field: impl Fn() -> String) -> Option<String> {
        match value {
            Remnant::Null => None,
            Remnant::Bool(value) => Some(value.to_string()),
            Remnant::Number(text) | Remnant::Text(text) => Some(text.into_owned()),
            other => {
                self.mismatch(other.kind(), "string".to_owned(), Some(field()));
                None
            }
        }
    }

    fn mismatch(&mut self, found: Kind, target: String, field: Option<String>) {
        self.error.get_or_insert(DecodeError::Type { found: found.name(), target, field });
    }
}

impl Remnant<'_> {
    fn kind(&self) -> Kind {
        match self {
            Self::Null => Kind::Null,
            Self::Bool(_) => Kind::Bool,
            Self::Number(_) => Kind::Number,
            Self::Text(_) => Kind::String,
            Self::Sequence => Kind::Array,
            Self::Mapping(_) => Kind::Object,
        }
    }
}

/// `strconv.FormatFloat(value, 'g', -1, 32)`.
fn number_text(value: f64) -> Cow<'static, str> {
    match value as f32 {
        value if value.is_nan() => Cow::Borrowed("NaN"),
        f32::INFINITY => Cow::Borrowed("+Inf"),
        f32::NEG_INFINITY => Cow::Borrowed("-Inf"),
        _ => Cow::Owned(format_float_32(value)),
    }
}

/// Whether `encoding/json` takes `key` for the field `name`: case doesn't count, nor does the
/// difference between `s` and U+017F or `k` and U+212A.
fn same_field(key: &str, name: &str) -> bool {
    let fold = |character: char| match character {
        '\u{17f}' => 'S',
        '\u{212a}' => 'K',
        _ => character.to_ascii_uppercase(),
    };
    key.chars().map(fold).eq(name.chars().map(fold))
}
