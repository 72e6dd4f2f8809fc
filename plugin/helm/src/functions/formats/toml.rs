//! `toToml`: values as `BurntSushi/toml` writes them.

use gotemplate::strconv::{FloatFormat, format_float};
use gotemplate::{FloatKind, List, Map, Str, Value};

use super::source::{Plain, plain};

/// How floats are written, which the library changed in its version 1.6.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Floats {
    /// All digits: `1000000.0`.
    Digits,
    /// With an exponent where Go prints one: `1e+06`.
    Shortest,
}

/// Why a value has no TOML.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum TomlError {
    /// An array has a nil element.
    #[error("toml: cannot encode array with nil element")]
    NilElement,
    /// A list of tables has no name at the top.
    #[error("toml: top-level values must be Go maps or structs")]
    NoKey,
    /// TOML has nothing like it; Go's kind.
    #[error("unsupported type: {0}")]
    Unsupported(String),
    /// Nil at the top: a panic in Go, also where an error would be the function's value.
    #[error("reflect: call of reflect.Value.Type on zero Value")]
    Nil,
}

/// Writes a value as a document.
pub(super) fn encode(value: &Value, floats: Floats) -> Result<Vec<u8>, TomlError> {
    let mut encoder = Encoder { out: Vec::new(), floats };
    encoder.entry(&[], value)?;
    Ok(encoder.out)
}

/// What a value is in TOML.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    Scalar,
    Array,
    Table,
    ArrayOfTables,
}

struct Encoder {
    out: Vec<u8>,
    floats: Floats,
}

impl Encoder {
    /// A value at the path of its keys, none of which are at the top.
    fn entry(&mut self, path: &[Str], value: &Value) -> Result<(), TomlError> {
        match plain(value) {
            Plain::Nil => Err(TomlError::Nil),
            Plain::Map(map) if map.is_nil() => Ok(()),
            Plain::Map(map) => self.table(path, &map),
            Plain::List(list) if shape(value)? == Some(Shape::ArrayOfTables) => {
                self.array_of_tables(path, &list)
            }
            _ => self.key_value(path, value),
        }
    }

    fn key_value(&mut self, path: &[Str], value: &Value) -> Result<(), TomlError> {
        let Some(key) = path.last() else { return self.element(value) };
        self.indent(path);
        self.push_key(key);
        self.out.extend_from_slice(b" = ");
        self.element(value)?;
        self.newline();
        Ok(())
    }

    fn table(&mut self, path: &[Str], map: &Map) -> Result<(), TomlError> {
        if path.len() == 1 {
            self.newline();
        }
        if !path.is_empty() {
            self.header(path, b"[", b"]");
        }
        self.entries(path, map)
    }

    fn array_of_tables(&mut self, path: &[Str], list: &List) -> Result<(), TomlError> {
        if path.is_empty() {
            return Err(TomlError::NoKey);
        }
        for item in list.iter() {
            let Plain::Map(map) = plain(&item) else { continue };
            self.newline();
            self.header(path, b"[[", b"]]");
            self.entries(path, &map)?;
        }
        Ok(())
    }

    fn header(&mut self, path: &[Str], open: &[u8], close: &[u8]) {
        self.indent(path);
        self.out.extend_from_slice(open);
        for (at, key) in path.iter().enumerate() {
            if at > 0 {
                self.out.push(b'.');
            }
            self.push_key(key);
        }
        self.out.extend_from_slice(close);
        self.newline();
    }

    /// Keys with simple values, then tables, each sorted. Nil has no entry.
    fn entries(&mut self, path: &[Str], map: &Map) -> Result<(), TomlError> {
        let (simple, tables) = split(map)?;
        for (key, value) in simple.into_iter().chain(tables) {
            if !value.is_nil() {
                self.entry(&[path, &[key]].concat(), &value)?;
            }
        }
        Ok(())
    }

    fn element(&mut self, value: &Value) -> Result<(), TomlError> {
        match plain(value) {
            Plain::Nil => return Err(TomlError::Nil),
            Plain::Bool(value) => self.push(if value { "true" } else { "false" }),
            Plain::Int(number) => self.push(&number.to_string()),
            Plain::Uint(number) => self.push(&number.to_string()),
            Plain::Float(number, kind) => self.push(&print_float(number, kind, self.floats)),
            Plain::Time(text) => self.push(&text),
            Plain::Duration { text, .. } => self.push_quoted(text.as_bytes()),
            Plain::Text(text) => self.push_quoted(text.as_bytes()),
            Plain::List(list) => self.array(&list)?,
            Plain::Map(map) => self.inline_table(&map)?,
            Plain::Unsupported => return Err(TomlError::Unsupported(value.kind().to_string())),
        }
        Ok(())
    }

    fn array(&mut self, list: &List) -> Result<(), TomlError> {
        self.out.push(b'[');
        for (at, item) in list.iter().enumerate() {
            if at > 0 {
                self.push(", ");
            }
            self.element(&item)?;
        }
        self.out.push(b']');
        Ok(())
    }

    /// A nil entry leaves its comma behind, as in the Go library.
    fn inline_table(&mut self, map: &Map) -> Result<(), TomlError> {
        let (simple, tables) = split(map)?;
        let last_simple = simple.len().saturating_sub(1);
        let last_table = tables.len().saturating_sub(1);
        let has_tables = !tables.is_empty();
        let simple =
            simple.into_iter().enumerate().map(|(at, entry)| (has_tables || at != last_simple, entry));
        let tables = tables.into_iter().enumerate().map(|(at, entry)| (at != last_table, entry));
        self.out.push(b'{');
        for (has_comma, (key, value)) in simple.chain(tables).filter(|(_, (_, value))| !value.is_nil()) {
            self.push_key(&key);
            self.push(" = ");
            self.element(&value)?;
            self.push(if has_comma { ", " } else { "" });
        }
        self.out.push(b'}');
        Ok(())
    }

    fn indent(&mut self, path: &[Str]) {
        let columns = path.len().saturating_sub(1) * 2;
        self.out.resize(self.out.len() + columns, b' ');
    }

    /// Nothing at the start of the document.
    fn newline(&mut self) {
        if !self.out.is_empty() {
            self.out.push(b'\n');
        }
    }

    fn push(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    fn push_key(&mut self, key: &Str) {
        let is_bare = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
        if !key.is_empty() && key.as_bytes().iter().all(is_bare) {
            self.out.extend_from_slice(key.as_bytes());
        } else {
            self.push_quoted(key.as_bytes());
        }
    }

    fn push_quoted(&mut self, text: &[u8]) {
        self.out.push(b'"');
        for byte in text {
            match byte {
                b'"' | b'\\' => self.out.extend([b'\\', *byte]),
                b'\x08' => self.push("\\b"),
                b'\t' => self.push("\\t"),
                b'\n' => self.push("\\n"),
                b'\x0c' => self.push("\\f"),
                b'\r' => self.push("\\r"),
                0..0x20 | 0x7f => self.push(&format!("\\u{byte:04x}")),
                _ => self.out.push(*byte),
            }
        }
        self.out.push(b'"');
    }
}

type Entries = Vec<(Str, Value)>;

/// Entries with simple values, and those with tables.
fn split(map: &Map) -> Result<(Entries, Entries), TomlError> {
    let (mut simple, mut tables) = (Vec::new(), Vec::new());
    for (key, value) in map.entries() {
        match shape(&value)? {
            Some(Shape::Table | Shape::ArrayOfTables) => tables.push((key, value)),
            _ => simple.push((key, value)),
        }
    }
    Ok((simple, tables))
}

/// `None` of nil.
fn shape(value: &Value) -> Result<Option<Shape>, TomlError> {
    if value.is_nil() {
        return Ok(None);
    }
    match plain(value) {
        Plain::Map(_) => Ok(Some(Shape::Table)),
        Plain::List(list) => {
            let shapes = list.iter().map(|item| shape(&item)?.ok_or(TomlError::NilElement));
            let shapes = shapes.collect::<Result<Vec<_>, _>>()?;
            let are_tables = !shapes.is_empty() && shapes.iter().all(|shape| *shape == Shape::Table);
            Ok(Some(if are_tables { Shape::ArrayOfTables } else { Shape::Array }))
        }
        Plain::Unsupported => Err(TomlError::Unsupported(value.kind().to_string())),
        _ => Ok(Some(Shape::Scalar)),
    }
}

fn print_float(number: f64, kind: FloatKind, floats: Floats) -> String {
    let sign = if number.is_sign_negative() { "-" } else { "" };
    if number.is_nan() {
        return format!("{sign}nan");
    }
    if number.is_infinite() {
        return format!("{sign}inf");
    }
    let format = if floats == Floats::Digits { FloatFormat::F } else { FloatFormat::G };
    let text = format_float(number, format, None, kind);
    if text.contains(['.', 'e']) { text } else { format!("{text}.0") }
}
