//! Shows values and events as the oracle does.

use std::fmt::Write;

use goyaml::{Dialect, Error, EventKind, Input, Parser, ScalarStyle, Value};

/// A value and its types on one line of printable ASCII.
pub(crate) fn dump(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Int(value) => format!("i{value}"),
        Value::Uint(value) => format!("u{value}"),
        Value::Float(value) if value.is_nan() => "fnan".to_owned(),
        Value::Float(value) => format!("f{:x}", value.to_bits()),
        Value::Text(text) => quote(text.as_bytes()),
        Value::Bytes(bytes) => quote(bytes),
        Value::Sequence(items) => {
            let parts: Vec<_> = items.iter().map(dump).collect();
            format!("[{}]", parts.join(", "))
        }
        Value::Mapping(entries) => {
            let mut parts: Vec<_> =
                entries.iter().map(|(key, value)| format!("{}: {}", dump(key), dump(value))).collect();
            parts.sort();
            format!("{{{}}}", parts.join(", "))
        }
    }
}

/// Bytes in quotes: printable ASCII as it is, the others in hexadecimal.
pub(crate) fn quote(bytes: &[u8]) -> String {
    let mut text = String::from('"');
    for byte in bytes {
        match byte {
            b'"' | b'\\' => write!(text, "\\{byte:02x}").unwrap(),
            b' '..=b'~' => text.push(char::from(*byte)),
            _ => write!(text, "\\{byte:02x}").unwrap(),
        }
    }
    text.push('"');
    text
}

/// The events of a stream, one a line.
pub(crate) fn events(dialect: Dialect, bytes: &[u8]) -> Result<String, Error> {
    let input = Input::new(bytes);
    let mut parser = Parser::new(&input, dialect);
    let mut lines = Vec::new();
    while let Some(event) = parser.next_event()? {
        let (start, end) = (event.start, event.end);
        let place = format!("{}:{}-{}:{}", start.line, start.column, end.line, end.column);
        lines.push(format!("{place} {}", event_text(&event.kind)));
    }
    Ok(lines.join("\n"))
}

fn event_text(kind: &EventKind<'_>) -> String {
    match kind {
        EventKind::StreamStart => "stream start".to_owned(),
        EventKind::StreamEnd => "stream end".to_owned(),
        EventKind::DocumentStart => "document start".to_owned(),
        EventKind::DocumentEnd { implicit } => format!("document end {implicit}"),
        EventKind::Alias(name) => format!("alias &{name}"),
        EventKind::SequenceEnd => "sequence end".to_owned(),
        EventKind::MappingEnd => "mapping end".to_owned(),
        EventKind::SequenceStart(collection) => {
            let properties = properties(collection.anchor, collection.tag.as_deref());
            format!("sequence start{properties} {}", collection.flow)
        }
        EventKind::MappingStart(collection) => {
            let properties = properties(collection.anchor, collection.tag.as_deref());
            format!("mapping start{properties} {}", collection.flow)
        }
        EventKind::Scalar(scalar) => {
            let properties = properties(scalar.anchor, scalar.tag.as_deref());
            let style = match scalar.style {
                ScalarStyle::Plain => "plain",
                ScalarStyle::SingleQuoted => "'",
                ScalarStyle::DoubleQuoted => "\"",
                ScalarStyle::Literal => "|",
                ScalarStyle::Folded => ">",
            };
            format!("scalar{properties} {style} {} {}", scalar.implicit, quote(scalar.value.as_bytes()))
        }
    }
}

fn properties(anchor: Option<&str>, tag: Option<&str>) -> String {
    let anchor = anchor.map(|anchor| format!(" &{anchor}")).unwrap_or_default();
    let tag = tag.map(|tag| format!(" <{}>", quote(tag.as_bytes()))).unwrap_or_default();
    anchor + &tag
}
