//! Go's predefined functions.

mod compare;
mod escape;
mod index;

use crate::exec::Operand;
use crate::function::{Code, Function};
use crate::{Call, FunctionError, Kind, Signature, Str, Type, Value, fmt};

/// The result of a function that takes operands as they are.
type Operated = Result<Operand, FunctionError>;

/// One parameter of any type.
const ONE: Signature = Signature::new(&[Type::Any], Type::Any);
/// Two parameters of any type.
const TWO: Signature = Signature::new(&[Type::Any, Type::Any], Type::Any);
/// At least one parameter of any type.
const SOME: Signature = TWO.variadic();
/// `func(...interface {}) string`.
const TEXT: Signature = Signature::new(&[Type::Any], Type::String).variadic();
/// `func(string, ...interface {}) string`.
const FORMAT: Signature = Signature::new(&[Type::String, Type::Any], Type::String).variadic();

/// All predefined functions.
pub(crate) const BUILTINS: &[Function] = &[
    Function::builtin("and", SOME, Code::And),
    Function::builtin("call", SOME, Code::Call),
    Function::builtin("eq", SOME, Code::Operands(compare::eq)),
    Function::builtin("ge", TWO, Code::Operands(compare::ge)),
    Function::builtin("gt", TWO, Code::Operands(compare::gt)),
    Function::new("html", TEXT, |_, values| Ok(escape::html(&text_of(values)).into())),
    Function::builtin("index", SOME, Code::Operands(index::index)),
    Function::new("js", TEXT, |_, values| Ok(escape::js(&text_of(values)).into())),
    Function::builtin("le", TWO, Code::Operands(compare::le)),
    Function::builtin("len", ONE, Code::Operands(index::len)),
    Function::builtin("lt", TWO, Code::Operands(compare::lt)),
    Function::builtin("ne", TWO, Code::Operands(compare::ne)),
    Function::builtin("not", ONE, Code::Operands(not)),
    Function::builtin("or", SOME, Code::Or),
    Function::new("print", TEXT, |_, values| Ok(fmt::sprint(values).into())),
    Function::new("printf", FORMAT, printf),
    Function::new("println", TEXT, |_, values| Ok(fmt::sprintln(values).into())),
    Function::builtin("slice", SOME, Code::Operands(index::slice)),
    Function::new("urlquery", TEXT, |_, values| Ok(escape::url_query(&text_of(values)).into())),
];

fn printf(_: &mut Call<'_>, values: &[Value]) -> Result<Value, FunctionError> {
    let (format, operands) = values.split_first().unwrap_or((&Value::Nil, &[]));
    let format = format.as_str().cloned().unwrap_or_default();
    Ok(fmt::sprintf(format.as_bytes(), operands).into())
}

fn not(operands: &[Operand]) -> Operated {
    Ok(Operand::Concrete(Value::Bool(!argument(operands, 0).is_true())))
}

/// The operand at `index`; no value if there is none.
fn argument(operands: &[Operand], index: usize) -> &Operand {
    operands.get(index).unwrap_or(&Operand::Invalid)
}

/// The values as a template prints them, as Go's escapers take them.
fn text_of(values: &[Value]) -> Str {
    if let [Value::String(text)] = values {
        return text.clone();
    }
    let mut out = Vec::new();
    let mut after_string = true;
    for value in values {
        let is_string = matches!(value.kind(), Kind::String | Kind::Invalid);
        if !is_string && !after_string {
            out.push(b' ');
        }
        if value.is_untyped_nil() {
            out.extend_from_slice(b"<no value>");
        } else if fmt::push_printable(&mut out, value).is_err() {
            fmt::push_value(&mut out, value);
        }
        after_string = is_string;
    }
    out.into()
}

/// The function `call`: its first operand is a function, which gets the others.
pub(crate) fn call(name: &str, operands: &[Operand], call: &mut Call<'_>) -> Operated {
    let Some((callee, operands)) = operands.split_first() else { return Err("call of nil".into()) };
    let callee = match callee.value() {
        Value::Nil => return Err("call of nil".into()),
        Value::Object(object) if object.signature().is_some() => object,
        other => {
            return Err(format!("non-function {name} of type {}", other.type_name()).into());
        }
    };
    let Some(signature) = callee.signature().copied() else { return Err("call of nil".into()) };
    let (wanted, given) = (signature.fixed().len(), operands.len());
    if signature.is_variadic && given < wanted {
        return Err(format!("wrong number of args for {name}: got {given} want at least {wanted}").into());
    }
    if !signature.is_variadic && given != wanted {
        return Err(format!("wrong number of args for {name}: got {given} want {wanted}").into());
    }
    let mut arguments = Vec::with_capacity(given);
    for (index, operand) in operands.iter().enumerate() {
        let ty = signature.param(index).unwrap_or(Type::Any);
        let argument = prepare(operand.value(), ty);
        arguments.push(argument.map_err(|error| error.context(&format!("arg {index}: ")))?);
    }
    Ok(Operand::typed(callee.call(call, &arguments)?, signature.result))
}

/// Go's `prepareArg`: the value as one of type `ty`; integers change their type.
fn prepare(value: &Value, ty: Type) -> Result<Value, FunctionError> {
    let Some(actual) = value.ty() else {
        if ty.is_nillable() {
            return Ok(Value::zero(ty));
        }
        return Err(format!("value is nil; should be of type {ty}").into());
    };
    match (value, ty.kind()) {
        _ if actual.is_assignable_to(ty) => Ok(value.clone().converted(ty)),
        (Value::Int(int, _), Kind::Int(kind)) => Ok(Value::Int(*int, kind)),
        (Value::Uint(uint, _), Kind::Uint(kind)) => Ok(Value::Uint(*uint, kind)),
        (Value::Int(int, _), Kind::Uint(kind)) => Ok(Value::Uint(int.cast_unsigned(), kind)),
        (Value::Uint(uint, _), Kind::Int(kind)) => Ok(Value::Int(uint.cast_signed(), kind)),
        _ => Err(format!("value has type {actual}; should be {ty}").into()),
    }
}
