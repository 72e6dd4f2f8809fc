//! `fromToml`: documents as `BurntSushi/toml` reads them. Only the wording of errors is another parser's.

use gotemplate::Value;
use toml::value::{Date, Datetime, Offset};

use crate::functions::dates::{Civil, Time, Zone};

/// A document cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("toml: line {line}: {problem}")]
pub(super) struct DocumentError {
    /// From 1.
    line: usize,
    problem: String,
}

/// The table that a document is.
pub(super) fn decode(text: &[u8]) -> Result<Value, DocumentError> {
    let text = std::str::from_utf8(text).map_err(|error| DocumentError {
        line: line_at(text, error.valid_up_to()),
        problem: "invalid UTF-8".to_owned(),
    })?;
    let table: toml::Table = text.parse().map_err(|error: toml::de::Error| {
        let at = error.span().map_or(0, |span| span.start);
        DocumentError { line: line_at(text.as_bytes(), at), problem: error.message().to_owned() }
    })?;
    Ok(table_value(&table))
}

fn line_at(text: &[u8], at: usize) -> usize {
    text.iter().take(at).filter(|byte| **byte == b'\n').count() + 1
}

fn table_value(table: &toml::Table) -> Value {
    Value::map(table.iter().map(|(key, value)| (key.as_str(), value_of(value))))
}

fn value_of(value: &toml::Value) -> Value {
    match value {
        toml::Value::String(text) => Value::string(text.as_str()),
        toml::Value::Integer(number) => Value::int64(*number),
        toml::Value::Float(number) => Value::float(*number),
        toml::Value::Boolean(value) => Value::Bool(*value),
        toml::Value::Datetime(time) => Value::object(time_of(time)),
        toml::Value::Array(items) => Value::list(items.iter().map(value_of).collect()),
        toml::Value::Table(table) => table_value(table),
    }
}

/// A part that is missing is the first of its kind; what has no offset is in a zone that says so.
fn time_of(written: &Datetime) -> Time {
    let date = written.date.unwrap_or(Date { year: 0, month: 1, day: 1 });
    let (hour, minute, second, nanosecond) = written.time.map_or((0, 0, 0, 0), |time| {
        (time.hour, time.minute, time.second.unwrap_or(0), time.nanosecond.unwrap_or(0))
    });
    let local = |name: &str| Zone::Fixed { offset: 0, name: name.to_owned() };
    let zone = match (written.offset, written.date, written.time) {
        (Some(Offset::Z | Offset::Custom { minutes: 0 }), ..) => Zone::Utc,
        (Some(Offset::Custom { minutes }), ..) => {
            Zone::Fixed { offset: i32::from(minutes) * 60, name: String::new() }
        }
        (None, Some(_), Some(_)) => local("datetime-local"),
        (None, Some(_), None) => local("date-local"),
        (None, None, _) => local("time-local"),
    };
    let civil = Civil {
        year: date.year.into(),
        month: date.month.into(),
        day: date.day.into(),
        hour: hour.into(),
        minute: minute.into(),
        second: second.into(),
    };
    Time::from_civil(&civil, nanosecond, zone)
}
