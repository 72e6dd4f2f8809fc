//! YAML into Go structs, as `sigs.k8s.io/yaml` does it: keys fit fields whatever their case, unknown keys are
//! ignored, scalars become the text of string fields, null leaves a field as it is, and the first value that does
//! not fit is told once all else is decoded.

use gotemplate::FloatKind;
use gotemplate::strconv::{FloatFormat, format_float};
use goyaml::Value;
use goyaml::sigs::DecodeError;

/// The name of a Go struct type in error texts: `chart.Metadata`.
pub(crate) type TypeName = &'static str;

/// Decodes one document and remembers what did not fit.
pub(crate) struct Decoder {
    /// The structs being decoded, the innermost last; errors name that one.
    structs: Vec<TypeName>,
    /// The keys that lead to the value being decoded.
    path: Vec<&'static str>,
    error: Option<DecodeError>,
}

/// The document of `bytes` and a decoder for it; `None` for an empty or null one.
///
/// # Errors
/// What is not YAML, or not expressible in JSON, through which the document goes.
pub(crate) fn document(bytes: &[u8]) -> Result<Option<Value>, DecodeError> {
    Ok(goyaml::sigs::decode_plain(bytes)?.filter(|value| *value != Value::Null))
}

impl Decoder {
    pub(crate) fn new() -> Self {
        Self { structs: Vec::new(), path: Vec::new(), error: None }
    }

    /// The decoded value, unless something did not fit.
    pub(crate) fn finish<T>(self, value: T) -> Result<T, DecodeError> {
        self.error.map_or(Ok(value), Err)
    }

    /// Calls `field` with each entry of a struct, in the order of the keys. `fields` are the known keys.
    pub(crate) fn entries(
        &mut self,
        value: &Value,
        target: TypeName,
        fields: &[&'static str],
        mut field: impl FnMut(&mut Self, &'static str, &Value),
    ) {
        let Value::Mapping(entries) = value else {
            self.misfit(value, target);
            return;
        };
        self.structs.push(target);
        let mut named: Vec<_> = entries.iter().map(|(key, value)| (key_text(key), value)).collect();
        named.sort_by(|one, two| one.0.cmp(&two.0));
        for (key, value) in named {
            let exact = fields.iter().find(|field| **field == key);
            let Some(name) = exact.or_else(|| fields.iter().find(|field| field.eq_ignore_ascii_case(&key)))
            else {
                continue;
            };
            self.path.push(name);
            field(self, name, value);
            self.path.pop();
        }
        self.structs.pop();
    }

    /// The text for a string field; `None` for null, which changes nothing.
    pub(crate) fn text(&mut self, value: &Value) -> Option<String> {
        scalar_text(value).or_else(|| {
            if !matches!(value, Value::Null) {
                self.misfit(value, "string");
            }
            None
        })
    }

    pub(crate) fn bool(&mut self, value: &Value) -> Option<bool> {
        match value {
            Value::Bool(value) => return Some(*value),
            Value::Null => {}
            other => self.misfit(other, "bool"),
        }
        None
    }

    /// The items of a list field; `None` for null.
    pub(crate) fn items<'v>(&mut self, value: &'v Value, target: TypeName) -> Option<&'v [Value]> {
        match value {
            Value::Sequence(items) => return Some(items),
            Value::Null => {}
            other => self.misfit(other, target),
        }
        None
    }

    /// The texts of a `[]string` field.
    pub(crate) fn texts(&mut self, value: &Value) -> Option<Vec<String>> {
        let items = self.items(value, "[]string")?;
        Some(items.iter().map(|item| self.text(item).unwrap_or_default()).collect())
    }

    /// The entries of a `map[string]string` field.
    pub(crate) fn text_map(&mut self, value: &Value) -> Option<Vec<(String, String)>> {
        match value {
            Value::Mapping(entries) => {
                let mut named: Vec<_> = entries.iter().map(|(key, value)| (key_text(key), value)).collect();
                named.sort_by(|one, two| one.0.cmp(&two.0));
                let text = |(key, value): (String, &Value)| (key, self.text(value).unwrap_or_default());
                return Some(named.into_iter().map(text).collect());
            }
            Value::Null => {}
            other => self.misfit(other, "map[string]string"),
        }
        None
    }

    /// Notes that `value` does not fit the Go type `target`, unless something else did not before.
    pub(crate) fn misfit(&mut self, value: &Value, target: TypeName) {
        if self.error.is_some() {
            return;
        }
        let name = self.structs.last().map(|name| name.rsplit('.').next().unwrap_or(name));
        let field = name.map(|name| format!("{name}.{}", self.path.join(".")));
        self.error = Some(DecodeError::Type { found: json_kind(value), target: target.to_owned(), field });
    }
}

fn json_kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Int(_) | Value::Uint(_) | Value::Float(_) => "number",
        Value::Text(_) | Value::Bytes(_) => "string",
        Value::Sequence(_) => "array",
        Value::Mapping(_) => "object",
    }
}

/// The text of a scalar that stands where a string is wanted.
fn scalar_text(value: &Value) -> Option<String> {
    Some(match value {
        Value::Bool(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        Value::Uint(value) => value.to_string(),
        Value::Float(value) => format_float(*value, FloatFormat::G, None, FloatKind::Float64),
        Value::Text(text) => text.clone(),
        Value::Bytes(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        Value::Null | Value::Sequence(_) | Value::Mapping(_) => return None,
    })
}

pub(crate) fn key_text(key: &Value) -> String {
    scalar_text(key).unwrap_or_default()
}

/// Builds nothing: a document is only checked.
pub(crate) struct Nothing;

impl goyaml::Build for Nothing {
    type Value = ();

    fn null(&mut self) {}
    fn bool(&mut self, _value: bool) {}
    fn int(&mut self, _value: i64) {}
    fn uint(&mut self, _value: u64) {}
    fn float(&mut self, _value: f64) {}
    fn string(&mut self, _text: &str) {}
    fn sequence(&mut self, _items: Vec<()>) {}
    fn mapping(&mut self, _entries: Vec<(std::borrow::Cow<'_, str>, ())>) {}
}
