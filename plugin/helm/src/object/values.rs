//! `.Values` and other tables of Helm's named map type, with its methods.

use gotemplate::{Call, FunctionError, Map, Method, NamedType, Signature, Type, Value};

use crate::context::Context;
use crate::dependencies::{scalar_at, table_at};
use crate::profile::Major;

static THREE: NamedType = NamedType { name: "chartutil.Values", underlying: Type::MAP, methods: &METHODS };
static FOUR: NamedType = NamedType { name: "common.Values", underlying: Type::MAP, methods: &METHODS };

/// What `Encode` writes to; templates have none.
static WRITER: NamedType = NamedType { name: "io.Writer", underlying: Type::Pointer, methods: &[] };
static WRITERS: [Type; 1] = [Type::Named(&WRITER)];

// A static, because it refers to another.
static METHODS: [Method; 5] = [
    Method { name: "AsMap", signature: Signature::new(&[], Type::MAP), body: as_map },
    Method { name: "Encode", signature: Signature::new(&WRITERS, Type::Any), body: encode },
    Method { name: "PathValue", signature: Signature::new(&[Type::String], Type::Any), body: path_value },
    Method { name: "Table", signature: Signature::new(&[Type::String], Type::Any), body: table },
    Method { name: "YAML", signature: Signature::new(&[], Type::String), body: yaml },
];

/// The type of `.Values` and of the root of all data.
pub(crate) fn values_type(major: Major) -> &'static NamedType {
    match major {
        Major::Three => &THREE,
        Major::Four => &FOUR,
    }
}

fn receiver(values: &Value) -> Map {
    values.as_map().cloned().unwrap_or_default()
}

fn text(arguments: &[Value]) -> String {
    arguments.first().and_then(Value::as_str).map(|text| text.to_str_lossy().into_owned()).unwrap_or_default()
}

fn as_map(_: &mut Call<'_>, values: &Value, _: &[Value]) -> Result<Value, FunctionError> {
    Ok(Value::Map(receiver(values).converted(Type::MAP)))
}

/// A nil writer is all that a template could have.
fn encode(_: &mut Call<'_>, _: &Value, _: &[Value]) -> Result<Value, FunctionError> {
    Err(FunctionError::new(crate::functions::NIL_DEREFERENCE))
}

fn yaml(_: &mut Call<'_>, values: &Value, _: &[Value]) -> Result<Value, FunctionError> {
    crate::functions::yaml(values).map(Value::string).map_err(FunctionError::new)
}

fn table(call: &mut Call<'_>, values: &Value, arguments: &[Value]) -> Result<Value, FunctionError> {
    let ty = Type::Named(values_type(Context::of(call)?.profile().major()));
    let missing = |name: String| FunctionError::new(format!("{} is not a table", crate::text::quote(&name)));
    table_at(&receiver(values), &text(arguments))
        .map(|table| Value::Map(table.converted(ty)))
        .map_err(missing)
}

fn path_value(_: &mut Call<'_>, values: &Value, arguments: &[Value]) -> Result<Value, FunctionError> {
    let path = text(arguments);
    if path.is_empty() {
        return Err(FunctionError::new("YAML path cannot be empty"));
    }
    let key = path.rsplit('.').next().unwrap_or(&path);
    let missing = || FunctionError::new(format!("{} is not a value", crate::text::quote(key)));
    scalar_at(&receiver(values), &path).ok_or_else(missing)
}
