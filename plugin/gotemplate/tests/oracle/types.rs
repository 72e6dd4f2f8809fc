//! The types of the oracle's data (`tests/oracle/template/data.go`).

use std::any::Any;
use std::rc::Rc;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use gotemplate::strconv::parse_float;
use gotemplate::{
    FloatKind, FunctionError, IntKind, List, Map, Method, NamedType, Object, Signature, Str, Type, UintKind,
    Value,
};
use serde_json::Value as Json;

use crate::case;

/// A value of the type that the oracle calls `name`.
pub(crate) fn decode(name: &str, json: &Json) -> Value {
    match name {
        "int" => Value::Int(int(json), IntKind::Int),
        "int8" => Value::Int(int(json), IntKind::Int8),
        "int16" => Value::Int(int(json), IntKind::Int16),
        "int32" => Value::Int(int(json), IntKind::Int32),
        "int64" => Value::Int(int(json), IntKind::Int64),
        "uint" => Value::Uint(uint(json), UintKind::Uint),
        "uint8" => Value::Uint(uint(json), UintKind::Uint8),
        "uint64" => Value::Uint(uint(json), UintKind::Uint64),
        "float32" => Value::Float(f64::from(json.as_f64().expect("a number") as f32), FloatKind::Float32),
        "float64" => {
            let text = json.as_str().expect("a text");
            Value::float(parse_float(text.as_bytes(), FloatKind::Float64).expect("a number"))
        }
        "string" => case::string(json),
        "[]string" => Value::strings(items(json).iter().map(|item| item.as_str().expect("a text"))),
        "[]int" => list(&Type::INT, json, |item| Value::int(int(item))),
        "[]float64" => list(&Type::FLOAT64, json, |item| Value::float(item.as_f64().expect("a number"))),
        "[]uint8" => Value::bytes(BASE64_STANDARD.decode(json.as_str().expect("a text")).expect("base64")),
        "map[string]string" => map(&Type::String, json, case::decode),
        "map[string]int" => map(&Type::INT, json, |item| Value::int(int(item))),
        "nil []any" => Value::List(List::nil(&Type::Any)),
        "nil map" => Value::Map(Map::nil(&Type::Any)),
        "Values" => Value::Map(Map::named(&VALUES, case::entries(json.as_object().expect("an object")))),
        "Span" => Value::object(Span(int(json))),
        "Point" => Value::object(point(json, &POINT)),
        "*Point" => Value::object(point(json, &POINT_POINTER)),
        "nil *Point" => Value::object(Point { ty: &POINT_POINTER, is_nil: true, ..point(json, &POINT) }),
        "Plain" => Value::object(Plain { ty: &PLAIN, point: Rc::new(point(json, &POINT)) }),
        "*Plain" => Value::object(Plain { ty: &PLAIN_POINTER, point: Rc::new(point(json, &POINT_FIELD)) }),
        other => panic!("unknown type {other}"),
    }
}

fn int(json: &Json) -> i64 {
    json.as_i64().expect("an integer")
}

fn uint(json: &Json) -> u64 {
    json.as_u64().expect("an integer")
}

fn items(json: &Json) -> &[Json] {
    json.as_array().expect("an array")
}

fn list(element: &'static Type, json: &Json, item: impl Fn(&Json) -> Value) -> Value {
    Value::List(List::typed(element, items(json).iter().map(item).collect()))
}

fn map(element: &'static Type, json: &Json, item: impl Fn(&Json) -> Value) -> Value {
    let members = json.as_object().expect("an object");
    Value::Map(Map::typed(element, members.iter().map(|(key, value)| (Str::from(key.as_str()), item(value)))))
}

/// `type Values map[string]any`.
pub(crate) static VALUES: NamedType = NamedType {
    name: "main.Values",
    underlying: Type::MAP,
    methods: &[
        Method {
            name: "AsMap",
            signature: Signature::new(&[], Type::MAP),
            body: |_, receiver, _| {
                let entries = receiver.as_map().map(Map::entries).unwrap_or_default();
                Ok(Value::map(entries))
            },
        },
        Method {
            name: "Table",
            signature: Signature::new(&[Type::String], Type::Named(&VALUES)),
            body: |_, receiver, arguments| {
                let name = arguments[0].as_str().expect("a string");
                match receiver.as_map().and_then(|map| map.get(name.as_bytes())) {
                    Some(Value::Map(table)) if table.ty() == Type::MAP => {
                        Ok(Value::Map(Map::named(&VALUES, table.entries())))
                    }
                    _ => Err(FunctionError::new(format!(
                        "{} is not a table",
                        gotemplate::strconv::quote(name)
                    ))),
                }
            },
        },
    ],
};

/// `type Span int64`.
struct Span(i64);

static SPAN: NamedType = NamedType {
    name: "main.Span",
    underlying: Type::INT64,
    methods: &[
        Method {
            name: "String",
            signature: Signature::new(&[], Type::String),
            body: |_, receiver, _| Ok(Value::String(text_of(receiver))),
        },
        Method {
            name: "Times",
            signature: Signature::new(&[Type::INT64], Type::Named(&SPAN)),
            body: |_, receiver, arguments| {
                let span = receiver.as_int().unwrap_or(0).wrapping_mul(arguments[0].as_int().unwrap_or(0));
                Ok(Value::object(Span(span)))
            },
        },
    ],
};

impl Object for Span {
    fn ty(&self) -> &'static NamedType {
        &SPAN
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn text(&self) -> Option<Str> {
        Some(format!("{}s", self.0).into())
    }

    fn basic(&self) -> Option<Value> {
        Some(Value::int64(self.0))
    }

    fn of_basic(&self, basic: Value) -> Option<Value> {
        Some(Value::object(Self(basic.as_int()?)))
    }

    fn equals(&self, other: &dyn Object) -> bool {
        other.as_any().downcast_ref::<Self>().is_some_and(|other| other.0 == self.0)
    }
}

fn text_of(value: &Value) -> Str {
    match value {
        Value::Object(object) => object.addressable_text().unwrap_or_default(),
        _ => Str::EMPTY,
    }
}

/// A struct whose `String` method has a pointer receiver.
struct Point {
    ty: &'static NamedType,
    is_nil: bool,
    x: i64,
    name: Str,
    any: Value,
}

static POINT: NamedType = NamedType { name: "main.Point", underlying: Type::Struct, methods: &[] };
/// A `Point` that is a field of what a pointer points to: it has the pointer's methods.
static POINT_FIELD: NamedType =
    NamedType { name: "main.Point", underlying: Type::Struct, methods: POINT_METHODS };
static POINT_POINTER: NamedType =
    NamedType { name: "*main.Point", underlying: Type::Pointer, methods: POINT_METHODS };

const POINT_METHODS: &[Method] = &[Method {
    name: "String",
    signature: Signature::new(&[], Type::String),
    body: |_, receiver, _| match receiver {
        Value::Object(object) if object.is_nil() => {
            Err("runtime error: invalid memory address or nil pointer dereference".into())
        }
        other => Ok(Value::String(text_of(other))),
    },
}];

fn point(json: &Json, ty: &'static NamedType) -> Point {
    Point {
        ty,
        is_nil: false,
        x: json["X"].as_f64().unwrap_or(0.0) as i64,
        name: json["Name"].as_str().unwrap_or("").into(),
        any: case::decode(&json["Any"]),
    }
}

impl Object for Point {
    fn ty(&self) -> &'static NamedType {
        self.ty
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        vec![("X", Value::int(self.x)), ("Name", Value::String(self.name.clone())), ("Any", self.any.clone())]
    }

    fn text(&self) -> Option<Str> {
        (self.ty.underlying == Type::Pointer).then(|| self.pointer_text())
    }

    fn addressable_text(&self) -> Option<Str> {
        (!self.ty.methods.is_empty()).then(|| self.pointer_text())
    }

    fn is_nil(&self) -> bool {
        self.is_nil
    }

    fn equals(&self, other: &dyn Object) -> bool {
        if self.ty.underlying == Type::Pointer {
            return std::ptr::addr_eq(self.as_any(), other.as_any());
        }
        other.as_any().downcast_ref::<Self>().is_some_and(|other| {
            self.x == other.x && self.name == other.name && self.any.deep_equal(&other.any)
        })
    }
}

impl Point {
    fn pointer_text(&self) -> Str {
        format!("<{} {}>", self.x, self.name).into()
    }
}

/// A struct without a text.
struct Plain {
    ty: &'static NamedType,
    point: Rc<Point>,
}

static PLAIN: NamedType = NamedType { name: "main.Plain", underlying: Type::Struct, methods: &[] };
static PLAIN_POINTER: NamedType = NamedType { name: "*main.Plain", underlying: Type::Pointer, methods: &[] };

impl Object for Plain {
    fn ty(&self) -> &'static NamedType {
        self.ty
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn is_comparable(&self) -> bool {
        self.ty.underlying == Type::Pointer
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        vec![
            ("Point", Value::Object(Rc::clone(&self.point) as Rc<dyn Object>)),
            ("List", Value::strings(["a", "b"])),
        ]
    }
}
