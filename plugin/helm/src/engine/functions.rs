//! The functions that need the running engine: `include`, `tpl`, `required`, `fail`, `lookup` and `getHostByName`.

use gotemplate::{Call, Function, FunctionError, Functions, Signature, Str, Type, Value};

use super::{SET, without_no_value};
use crate::context::Context;
use crate::lookup::Query;
use crate::text::quote;

/// How often a template may be included within itself.
const MAX_NESTING: u32 = 1000;

/// What stands around the message of `fail` and `required`, by which it is found again in the chain of errors.
pub(super) const MESSAGE_START: &str = "HELM_ERR_START";
/// See [`MESSAGE_START`].
pub(super) const MESSAGE_END: &str = "HELM_ERR_END";

const FUNCTIONS: [Function; 6] = [
    Function::new("include", Signature::new(&[Type::String, Type::Any], Type::String), include),
    Function::new("tpl", Signature::new(&[Type::String, Type::Any], Type::String), tpl),
    Function::new("required", Signature::new(&[Type::String, Type::Any], Type::Any), required),
    Function::new("fail", Signature::new(&[Type::String], Type::String), fail),
    Function::new("lookup", Signature::new(&[Type::String; 4], Type::MAP), lookup),
    Function::new("getHostByName", Signature::new(&[Type::String], Type::String), |_, _| {
        Ok(Value::string(""))
    }),
];

/// `functions` with those of the engine, which replace others of their names.
pub(crate) fn with_engine_functions(mut functions: Functions) -> Functions {
    functions.extend(FUNCTIONS);
    functions
}

fn text(arguments: &[Value], place: usize) -> Str {
    arguments.get(place).and_then(Value::as_str).cloned().unwrap_or_default()
}

fn data(arguments: &[Value]) -> Value {
    arguments.get(1).cloned().unwrap_or_default()
}

fn include(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, FunctionError> {
    let name = text(arguments, 0);
    let open = Context::of(call)?.open_includes.entry(name.clone()).or_default();
    if *open > MAX_NESTING {
        return Err(FunctionError::new(format!(
            "rendering template has a nested reference name: {name}: unable to execute template"
        )));
    }
    *open += 1;
    let result = call.execute(&name, &data(arguments));
    if let Some(open) = Context::of(call)?.open_includes.get_mut(&name) {
        *open -= 1;
    }
    Ok(Value::String(result?))
}

fn tpl(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, FunctionError> {
    let template = text(arguments, 0);
    let quoted = || gotemplate::strconv::quote(template.as_bytes());
    let result =
        call.execute_text(&Str::from(SET), &template, &data(arguments)).map_err(|error| match error {
            gotemplate::TextError::Parse(error) => {
                FunctionError::from(error).context(&format!("cannot parse template {}: ", quoted()))
            }
            gotemplate::TextError::Exec(error) => FunctionError::from(error)
                .context(&format!("error during tpl function execution for {}: ", quoted())),
        })?;
    Ok(Value::String(without_no_value(&result)))
}

fn required(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, FunctionError> {
    let value = data(arguments);
    let is_missing = match &value {
        Value::Nil => true,
        Value::String(text) => text.is_empty(),
        _ => false,
    };
    if is_missing { Err(message(&text(arguments, 0))) } else { Ok(value) }
}

fn fail(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, FunctionError> {
    Err(message(&text(arguments, 0)))
}

fn message(text: &Str) -> FunctionError {
    FunctionError::new(format!("{MESSAGE_START}{text}{MESSAGE_END}"))
}

fn lookup(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, FunctionError> {
    let word = |place: usize| text(arguments, place).to_str_lossy().into_owned();
    let query = Query { api_version: word(0), kind: word(1), namespace: word(2), name: word(3) };
    let cluster = Context::of(call)?.lookup();
    let refused = |reason: String| FunctionError::new(format!("lookup of {}: {reason}", quote(&query.kind)));
    cluster.find(&query).map_err(refused)
}
