//! The objects that templates see as `.Chart`, `.Capabilities` and `.Files`.

mod capabilities;
mod chart;
mod files;
mod values;

use gotemplate::{NamedType, Object, Value};

pub(crate) use capabilities::capabilities;
pub(crate) use chart::{Rank, chart};
pub(crate) use files::files;
pub(crate) use values::values_type;

/// A Go struct, or a pointer to one: its type, its fields, and their names in JSON.
///
/// Fields that JSON leaves out (unexported ones, and those tagged `omitempty` that are empty) have no JSON name.
#[derive(Clone)]
pub(crate) struct Struct {
    ty: &'static NamedType,
    fields: Vec<Field>,
    /// What its `String` method returns, if it has one with a pointer receiver.
    text: Option<gotemplate::Str>,
}

#[derive(Clone)]
struct Field {
    name: &'static str,
    /// The name in JSON; empty if the field is left out there.
    json: &'static str,
    value: Value,
}

impl Struct {
    fn new(ty: &'static NamedType) -> Self {
        Self { ty, fields: Vec::new(), text: None }
    }

    /// The struct with one more field, always part of its JSON.
    fn with(mut self, name: &'static str, json: &'static str, value: Value) -> Self {
        self.fields.push(Field { name, json, value });
        self
    }

    /// The struct with one more field, part of its JSON unless it is empty.
    fn with_nonempty(self, name: &'static str, json: &'static str, value: Value) -> Self {
        let json = if value.is_true() { json } else { "" };
        self.with(name, json, value)
    }

    /// The entries of its JSON, in their order; an embedded struct's are part of them.
    pub(crate) fn json(&self) -> Vec<(&'static str, Value)> {
        let entries = self.fields.iter().flat_map(|field| match field.value.downcast_ref::<Self>() {
            Some(embedded) if field.json == EMBEDDED => embedded.json(),
            _ if field.json.is_empty() => Vec::new(),
            _ => vec![(field.json, field.value.clone())],
        });
        entries.collect()
    }
}

/// Marks the embedded struct among the fields: its fields are reached without its name.
const EMBEDDED: &str = ".";

impl Object for Struct {
    fn ty(&self) -> &'static NamedType {
        self.ty
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        self.fields.iter().map(|field| (field.name, field.value.clone())).collect()
    }

    fn field(&self, name: &[u8]) -> Option<Value> {
        let own = self.fields.iter().find(|field| field.name.as_bytes() == name && is_exported(field.name));
        own.map(|field| field.value.clone()).or_else(|| {
            let embedded = self.fields.iter().find(|field| field.json == EMBEDDED)?;
            embedded.value.downcast_ref::<Self>()?.field(name)
        })
    }

    fn addressable_text(&self) -> Option<gotemplate::Str> {
        self.text.clone()
    }
}

fn is_exported(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_uppercase())
}
