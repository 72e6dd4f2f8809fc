//! From a plugin's texts to Kubernetes objects, as Argo CD reads them (cmp-protocol §2.6): documents
//! are split, empty ones dropped, lists taken apart, and each object has to be one.

use goyaml::{Value, json, v2};

use crate::{Blame, Error, Location};

/// Why a text holds something that is no Kubernetes object.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Unfit {
    what: String,
    /// `# Source: PATH`, which Helm and others write above a document.
    source: Option<String>,
    /// The document's first line in the text, from 1.
    line: usize,
}

/// One document of a text.
#[derive(Debug, PartialEq, Eq)]
struct Document<'a> {
    text: &'a str,
    /// Its first line in the text, from 1.
    line: usize,
}

/// The objects in `texts` as compact JSON with sorted keys, in order.
///
/// # Errors
///
/// Something in a text is no YAML, or no object with `apiVersion`, `kind` and a name.
pub(crate) fn parse(texts: &[String]) -> Result<Vec<String>, Unfit> {
    let mut manifests = Vec::new();
    for text in texts {
        for document in documents(text) {
            document.objects(&mut manifests)?;
        }
    }
    Ok(manifests)
}

/// The documents between lines that are `---`.
fn documents(text: &str) -> Vec<Document<'_>> {
    let mut documents = Vec::new();
    let (mut start, mut first_line, mut offset) = (0, 1, 0);
    for (number, line) in (1..).zip(text.split_inclusive('\n')) {
        if is_separator(line) {
            documents.push(Document { text: text.get(start..offset).unwrap_or_default(), line: first_line });
            (start, first_line) = (offset + line.len(), number + 1);
        }
        offset += line.len();
    }
    documents.push(Document { text: text.get(start..).unwrap_or_default(), line: first_line });
    documents
}

fn is_separator(line: &str) -> bool {
    line.strip_prefix("---").is_some_and(|rest| rest.trim().is_empty() || rest.trim_start().starts_with('#'))
}

// === impl Document ===

impl Document<'_> {
    fn objects(&self, manifests: &mut Vec<String>) -> Result<(), Unfit> {
        let decoded = v2::decode(self.text.as_bytes()).map_err(|error| self.unfit(error.to_string()))?;
        match decoded {
            None | Some(Value::Null) => Ok(()),
            Some(object @ Value::Mapping(_)) => self.flatten(with_text_keys(object), manifests),
            Some(_) => Err(self.unfit("the document is not a mapping".to_owned())),
        }
    }

    /// Takes lists apart, as Argo CD does, and checks what is left.
    fn flatten(&self, object: Value, manifests: &mut Vec<String>) -> Result<(), Unfit> {
        let kind = text(&object, "kind").ok_or_else(|| self.unfit("it has no `kind`".to_owned()))?.to_owned();
        if text(&object, "apiVersion").is_none() {
            return Err(self.unfit(format!("{kind} has no `apiVersion`")));
        }
        match object.get("items") {
            Some(Value::Null) if kind.ends_with("List") => return Ok(()),
            Some(Value::Sequence(items)) if kind.ends_with("List") => {
                return items.iter().try_for_each(|item| self.flatten(item.clone(), manifests));
            }
            _ => {}
        }
        let metadata = object.get("metadata");
        let named = |key| metadata.and_then(|metadata| text(metadata, key)).is_some();
        if !named("name") && !named("generateName") {
            return Err(self.unfit(format!("{kind} has no `metadata.name`")));
        }
        let manifest =
            json::encode(&object, json::Escape::Html).map_err(|error| self.unfit(error.to_string()))?;
        manifests.push(manifest);
        Ok(())
    }

    fn unfit(&self, what: String) -> Unfit {
        let source = self.text.lines().find_map(|line| line.strip_prefix("# Source: ")).map(str::to_owned);
        Unfit { what, source, line: self.line }
    }
}

// === impl Unfit ===

impl Unfit {
    /// The error, now that it is known who wrote the text.
    pub(crate) fn blamed_on(self, plugin: &str) -> Error {
        let message = match &self.source {
            Some(source) => {
                format!("`{source}` makes something that is not a Kubernetes object: {}", self.what)
            }
            None => format!(
                "plugin `{plugin}` wrote, from line {} on, something that is not a Kubernetes object: {}",
                self.line, self.what
            ),
        };
        // A document that says where it comes from belongs to the application's chart.
        let blame = if self.source.is_some() { Blame::Application } else { Blame::Plugin };
        let location = self.source.map(|file| Location { file, line: 1, column: 0 });
        Error { location, ..Error::new(blame, message) }
    }
}

fn text<'v>(object: &'v Value, key: &str) -> Option<&'v str> {
    match object.get(key) {
        Some(Value::Text(text)) if !text.is_empty() => Some(text),
        _ => None,
    }
}

/// Keys become text, as on their way through JSON.
fn with_text_keys(value: Value) -> Value {
    match value {
        Value::Sequence(items) => Value::Sequence(items.into_iter().map(with_text_keys).collect()),
        Value::Mapping(entries) => {
            let entry = |(key, value)| (Value::Text(key_text(key)), with_text_keys(value));
            Value::Mapping(entries.into_iter().map(entry).collect())
        }
        other => other,
    }
}

fn key_text(key: Value) -> String {
    match key {
        Value::Text(text) => text,
        Value::Null => "null".to_owned(),
        other => json::encode(&other, json::Escape::Minimal).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests;
