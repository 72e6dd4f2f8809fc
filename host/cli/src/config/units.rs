//! Sizes and durations as Kubernetes users write them: `512Mi`, `90s`.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

const SIZES: &[(&str, u64)] = &[
    ("Ki", 1 << 10),
    ("Mi", 1 << 20),
    ("Gi", 1 << 30),
    ("k", 1_000),
    ("M", 1_000_000),
    ("G", 1_000_000_000),
];
const SPANS: &[(&str, u64)] = &[("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)];

/// A number of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct Size(pub(crate) u64);

/// A length of time, to the millisecond.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct Span(pub(crate) Duration);

/// A text that is not a size or a duration.
#[derive(Debug, thiserror::Error)]
#[error("`{text}` is not a {what}: write a whole number with one of {units}, such as `{example}`")]
pub(crate) struct UnitError {
    text: String,
    what: &'static str,
    units: &'static str,
    example: &'static str,
}

// === impl Size ===

impl FromStr for Size {
    type Err = UnitError;

    fn from_str(text: &str) -> Result<Self, UnitError> {
        let bytes = text.parse().ok().or_else(|| scaled(text, SIZES));
        bytes.map(Self).ok_or_else(|| UnitError {
            text: text.to_owned(),
            what: "size",
            units: "`Ki`, `Mi`, `Gi`, `k`, `M`, `G`",
            example: "512Mi",
        })
    }
}

impl TryFrom<String> for Size {
    type Error = UnitError;

    fn try_from(text: String) -> Result<Self, UnitError> {
        text.parse()
    }
}

impl From<Size> for String {
    fn from(size: Size) -> Self {
        size.to_string()
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = SIZES.iter().take(3).rev().find(|(_, bytes)| self.0 != 0 && self.0.is_multiple_of(*bytes));
        match unit {
            Some((name, bytes)) => write!(f, "{}{name}", self.0 / bytes),
            None => write!(f, "{}", self.0),
        }
    }
}

impl JsonSchema for Size {
    fn schema_name() -> Cow<'static, str> {
        "Size".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^[0-9]+(Ki|Mi|Gi|k|M|G)?$", "description": "a size such as `512Mi`" })
    }
}

// === impl Span ===

impl FromStr for Span {
    type Err = UnitError;

    fn from_str(text: &str) -> Result<Self, UnitError> {
        let millis = scaled(text, SPANS);
        millis.map(|millis| Self(Duration::from_millis(millis))).ok_or_else(|| UnitError {
            text: text.to_owned(),
            what: "duration",
            units: "`ms`, `s`, `m`, `h`, `d`",
            example: "90s",
        })
    }
}

impl TryFrom<String> for Span {
    type Error = UnitError;

    fn try_from(text: String) -> Result<Self, UnitError> {
        text.parse()
    }
}

impl From<Span> for String {
    fn from(span: Span) -> Self {
        span.to_string()
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millis = self.0.as_millis();
        let unit = SPANS.iter().rev().find(|(_, unit)| millis.is_multiple_of(u128::from(*unit)));
        match unit {
            Some((name, unit)) if millis != 0 => write!(f, "{}{name}", millis / u128::from(*unit)),
            _ => write!(f, "{millis}ms"),
        }
    }
}

impl JsonSchema for Span {
    fn schema_name() -> Cow<'static, str> {
        "Duration".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^[0-9]+(ms|s|m|h|d)$", "description": "a duration such as `90s`" })
    }
}

fn scaled(text: &str, units: &[(&str, u64)]) -> Option<u64> {
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at(digits);
    let (_, factor) = units.iter().find(|(name, _)| *name == unit)?;
    number.parse::<u64>().ok()?.checked_mul(*factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_read_as_they_are_written() {
        for text in ["512Mi", "1Gi", "64Ki", "100", "0"] {
            assert_eq!(text.parse::<Size>().unwrap().to_string(), text);
        }
        assert_eq!("2k".parse::<Size>().unwrap(), Size(2_000));
        for wrong in ["", "Mi", "1.5Gi", "-1", "1 Gi", "1Ti", "99999999999999Gi"] {
            assert!(wrong.parse::<Size>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn durations_read_as_they_are_written() {
        for text in ["3m", "24h", "20s", "1d", "250ms"] {
            let read = text.parse::<Span>().unwrap();
            assert_eq!(read.to_string().parse::<Span>().unwrap(), read, "{text}");
        }
        for wrong in ["", "3", "m", "1w", "1.5s"] {
            assert!(wrong.parse::<Span>().is_err(), "{wrong}");
        }
    }
}
