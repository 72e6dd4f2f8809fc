//! Values as plain data: what a values file says, before any render. Unlike [`gotemplate::Value`] it can be
//! shared between threads, so that a chart is parsed once and rendered many times.

use std::borrow::Cow;

use gotemplate::{List, Map, Str, Value};
use goyaml::Build;
use goyaml::sigs::{self, DecodeError, Target};

/// A value of a YAML or JSON document: numbers are floating-point, keys are text.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Data {
    Null,
    Bool(bool),
    Number(f64),
    Text(Str),
    List(Vec<Self>),
    Map(Table),
}

/// A table: each key once, in the order of their bytes.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Table(Vec<(Str, Data)>);

impl Data {
    /// A value for templates; its maps and lists are its own.
    pub(crate) fn to_value(&self) -> Value {
        match self {
            Self::Null => Value::Nil,
            Self::Bool(value) => Value::Bool(*value),
            Self::Number(value) => Value::float(*value),
            Self::Text(text) => Value::String(text.clone()),
            Self::List(items) => Value::List(List::new(items.iter().map(Self::to_value).collect())),
            Self::Map(table) => Value::Map(table.to_map()),
        }
    }
}

impl Table {
    /// The first document of `bytes`; an empty one is an empty table.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, DecodeError> {
        match sigs::decode(bytes, Target::Map, &mut Builder)? {
            Some(Data::Map(table)) => Ok(table),
            _ => Ok(Self::default()),
        }
    }

    /// A map for templates; it shares nothing with other maps.
    pub(crate) fn to_map(&self) -> Map {
        self.0.iter().map(|(key, value)| (key.clone(), value.to_value())).collect()
    }

    /// Puts `other` over this table: tables are merged, all else is replaced, by null as well.
    pub(crate) fn merge(&mut self, other: Self) {
        for (key, value) in other.0 {
            match self.0.binary_search_by(|(known, _)| known.cmp(&key)) {
                Err(place) => self.0.insert(place, (key, value)),
                Ok(place) => {
                    let Some((_, own)) = self.0.get_mut(place) else { continue };
                    match (own, value) {
                        (Data::Map(own), Data::Map(table)) => own.merge(table),
                        (own, value) => *own = value,
                    }
                }
            }
        }
    }
}

/// Makes [`Data`].
pub(crate) struct Builder;

impl Build for Builder {
    type Value = Data;

    fn null(&mut self) -> Data {
        Data::Null
    }

    fn bool(&mut self, value: bool) -> Data {
        Data::Bool(value)
    }

    #[expect(clippy::cast_precision_loss, reason = "Go decodes JSON numbers as float64")]
    fn int(&mut self, value: i64) -> Data {
        Data::Number(value as f64)
    }

    #[expect(clippy::cast_precision_loss, reason = "Go decodes JSON numbers as float64")]
    fn uint(&mut self, value: u64) -> Data {
        Data::Number(value as f64)
    }

    fn float(&mut self, value: f64) -> Data {
        Data::Number(value)
    }

    fn string(&mut self, text: &str) -> Data {
        Data::Text(Str::from(text))
    }

    fn sequence(&mut self, items: Vec<Data>) -> Data {
        Data::List(items)
    }

    fn mapping(&mut self, entries: Vec<(Cow<'_, str>, Data)>) -> Data {
        Data::Map(Table(entries.into_iter().map(|(key, value)| (Str::from(key), value)).collect()))
    }
}

/// What a part of a document is in Go once it went through JSON.
pub(crate) fn value_of_yaml(value: &goyaml::Value) -> Value {
    let mut builder = Builder;
    data_of_yaml(value, &mut builder).to_value()
}

fn data_of_yaml(value: &goyaml::Value, builder: &mut Builder) -> Data {
    use goyaml::Value as Yaml;
    match value {
        Yaml::Null => Data::Null,
        Yaml::Bool(value) => Data::Bool(*value),
        Yaml::Int(value) => builder.int(*value),
        Yaml::Uint(value) => builder.uint(*value),
        Yaml::Float(value) => Data::Number(*value),
        Yaml::Text(text) => Data::Text(Str::from(text.as_str())),
        Yaml::Bytes(bytes) => Data::Text(Str::from(String::from_utf8_lossy(bytes))),
        Yaml::Sequence(items) => Data::List(items.iter().map(|item| data_of_yaml(item, builder)).collect()),
        Yaml::Mapping(entries) => {
            let mut entries: Vec<_> = entries
                .iter()
                .map(|(key, value)| (Str::from(crate::decode::key_text(key)), data_of_yaml(value, builder)))
                .collect();
            entries.sort_by(|one, two| one.0.cmp(&two.0));
            Data::Map(Table(entries))
        }
    }
}
