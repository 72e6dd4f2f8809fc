//! A schema's text as a whole: its draft, and what references in it lead to.

use serde_json::Value as Json;

/// The edition of the standard that a schema names.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Draft {
    Four,
    Six,
    Seven,
    /// None that the validator knows: keywords of all editions count.
    Any,
}

/// A schema with everything it may refer to.
pub(super) struct Document<'s> {
    pub(super) root: &'s Json,
    pub(super) draft: Draft,
    /// The places with an address of their own: base addresses joined, without an empty fragment.
    addresses: Vec<(String, &'s Json)>,
}

impl<'s> Document<'s> {
    pub(super) fn new(root: &'s Json) -> Result<Self, String> {
        let draft = match root {
            Json::Bool(_) => Draft::Any,
            Json::Object(keywords) => draft(keywords.get("$schema").and_then(Json::as_str)),
            _ => return Err("schema is invalid".to_owned()),
        };
        let mut document = Self { root, draft, addresses: Vec::new() };
        document.note_addresses(root, "");
        Ok(document)
    }

    fn note_addresses(&mut self, schema: &'s Json, base: &str) {
        match schema {
            Json::Array(items) => items.iter().for_each(|item| self.note_addresses(item, base)),
            Json::Object(keywords) => {
                let own = keywords.get("$id").or_else(|| keywords.get("id")).and_then(Json::as_str);
                let address = own.map(|own| join(base, own));
                if let Some(address) = &address {
                    self.addresses.push((address.trim_end_matches('#').to_owned(), schema));
                }
                let base = address.as_deref().unwrap_or(base);
                let literal = |name: &str| name == "const" || name == "enum";
                for (_, value) in keywords.iter().filter(|(name, _)| !literal(name)) {
                    self.note_addresses(value, base);
                }
            }
            _ => {}
        }
    }

    /// What a reference leads to, or Helm's words why to nothing.
    pub(super) fn resolve(&self, reference: &str) -> Result<&'s Json, String> {
        if let Some(schema) = self.at_address(reference) {
            return Ok(schema);
        }
        let (address, fragment) = reference.split_once('#').unwrap_or((reference, ""));
        let document = if address.is_empty() { Some(self.root) } else { self.at_address(address) };
        match document {
            Some(document) => follow(document, &percent_decoded(fragment)),
            None => outside(address),
        }
    }

    fn at_address(&self, reference: &str) -> Option<&'s Json> {
        let root = self.addresses.first().map_or("", |(address, _)| address);
        let joined = join(root, reference);
        let known = self.addresses.iter().find(|(address, _)| *address == joined.trim_end_matches('#'));
        known.map(|(_, schema)| *schema)
    }
}

fn draft(address: Option<&str>) -> Draft {
    match address.map(|address| address.trim_end_matches('#')) {
        Some("http://json-schema.org/draft-04/schema") => Draft::Four,
        Some("http://json-schema.org/draft-06/schema") => Draft::Six,
        Some("http://json-schema.org/draft-07/schema") => Draft::Seven,
        _ => Draft::Any,
    }
}

/// An address as seen from another.
fn join(base: &str, reference: &str) -> String {
    let base = base.split('#').next().unwrap_or_default();
    if reference.starts_with('#') {
        return format!("{base}{reference}");
    }
    match base.rsplit_once('/') {
        Some((folder, _)) if !reference.contains(':') && !reference.starts_with('/') => {
            format!("{folder}/{reference}")
        }
        _ => reference.to_owned(),
    }
}

fn outside(address: &str) -> Result<&'static Json, String> {
    static ANYTHING: Json = Json::Bool(true);
    match address.split_once(':') {
        // What nobody can resolve is permitted, as in the other validator.
        Some(("urn", _)) => Ok(&ANYTHING),
        Some(("file", path)) => {
            Err(super::super::Outside::File(path.trim_start_matches("//").to_owned()).to_string())
        }
        Some(_) => {
            Err(format!("failing loading {}: {}", crate::text::quote(address), super::super::Outside::Remote))
        }
        None => Err(format!("Reference {address} must be canonical")),
    }
}

fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let digits = after.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        let escaped = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match escaped.filter(|_| *first == b'%') {
            Some(byte) => {
                bytes.push(byte);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn follow<'s>(document: &'s Json, pointer: &str) -> Result<&'s Json, String> {
    let mut place = document;
    for token in pointer.split('/').skip(1) {
        let token = token.replace("~1", "/").replace("~0", "~");
        place = match place {
            Json::Object(entries) => {
                entries.get(&token).ok_or_else(|| format!("Object has no key '{token}'"))?
            }
            Json::Array(items) => {
                let index: usize = token.parse().map_err(|_| format!("Invalid array index '{token}'"))?;
                let bound = items.len();
                items.get(index).ok_or_else(|| format!("Out of bound array[0,{bound}] index '{index}'"))?
            }
            _ => return Err(format!("Invalid token reference '{token}'")),
        };
    }
    Ok(place)
}
