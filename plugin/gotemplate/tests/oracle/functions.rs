//! The functions of the oracle's cases (`tests/oracle/template/functions.go`).

use gotemplate::{
    Call, Function, FunctionError, Signature, Str, TextError, Type, UintKind, Value, fmt, strconv,
};

use crate::types::VALUES;

/// How deep `include` is in itself.
#[derive(Default)]
pub(crate) struct Depth(usize);

type Done = Result<Value, FunctionError>;

const ANY: Type = Type::Any;
const STRING: Type = Type::String;
const INT: Type = Type::INT;

/// All functions.
pub(crate) fn all() -> Vec<Function> {
    vec![
        Function::new("list", Signature::new(&[ANY], Type::LIST).variadic(), |_, items| {
            Ok(Value::list(items.to_vec()))
        }),
        Function::new("dict", Signature::new(&[ANY], Type::MAP).variadic(), dict),
        Function::new("strings", Signature::new(&[STRING], Type::STRINGS).variadic(), |_, items| {
            Ok(Value::strings(items.iter().map(text)))
        }),
        Function::new("same", Signature::new(&[ANY], ANY), |_, values| Ok(values[0].clone())),
        Function::new("upper", Signature::new(&[STRING], STRING), |_, values| {
            let text = text(&values[0]);
            Ok(Value::string(
                gotemplate::unicode::runes(text.as_bytes())
                    .flat_map(|(_, rune, _)| rune.to_uppercase())
                    .collect::<String>(),
            ))
        }),
        Function::new("repeat", Signature::new(&[INT, STRING], STRING), repeat),
        Function::new("join", Signature::new(&[STRING, STRING], STRING).variadic(), join),
        Function::new("half", Signature::new(&[Type::FLOAT64], Type::FLOAT64), |_, values| {
            Ok(Value::float(values[0].as_float().unwrap_or(0.0) / 2.0))
        }),
        Function::new("half32", Signature::new(&[FLOAT32], FLOAT32), |_, values| {
            let half = values[0].as_float().unwrap_or(0.0) as f32 / 2.0;
            Ok(Value::Float(f64::from(half), gotemplate::FloatKind::Float32))
        }),
        Function::new("octet", Signature::new(&[Type::UINT8], Type::UINT8), |_, values| {
            Ok(Value::Uint(values[0].as_uint().unwrap_or(0) & 0xff, UintKind::Uint8))
        }),
        Function::new("wide", Signature::new(&[Type::INT64], Type::INT64), |_, values| Ok(values[0].clone())),
        Function::new("choose", Signature::new(&[Type::Bool, ANY, ANY], ANY), |_, values| {
            Ok(if values[0].as_bool() == Some(true) { values[1].clone() } else { values[2].clone() })
        }),
        Function::new("keys", Signature::new(&[Type::MAP], INT), length),
        Function::new("size", Signature::new(&[Type::LIST], INT), length),
        Function::new("table", Signature::new(&[Type::Map(&Type::String)], INT), length),
        Function::new("nothing", Signature::new(&[], ANY), |_, _| Ok(Value::Nil)),
        Function::new("nomap", Signature::new(&[], Type::MAP), |_, _| Ok(Value::zero(Type::MAP))),
        Function::new("set", Signature::new(&[Type::MAP, STRING, ANY], Type::MAP), set),
        Function::new("fail", Signature::new(&[STRING], STRING), |_, values| {
            Err(FunctionError::new(text(&values[0]).to_string()))
        }),
        Function::new("divide", Signature::new(&[INT, INT], INT), divide),
        Function::new("values", Signature::new(VALUES_PARAM, INT), length),
        Function::new("include", Signature::new(&[STRING, ANY], STRING), include),
        Function::new("tpl", Signature::new(&[STRING, ANY], STRING), tpl),
    ]
}

/// `Values`.
const VALUES_PARAM: &[Type] = &[Type::Named(&VALUES)];
const FLOAT32: Type = Type::Float(gotemplate::FloatKind::Float32);

fn text(value: &Value) -> Str {
    value.as_str().cloned().unwrap_or_default()
}

fn dict(_: &mut Call<'_>, pairs: &[Value]) -> Done {
    Ok(Value::map(pairs.chunks_exact(2).map(|pair| (fmt::sprint(&pair[..1]), pair[1].clone()))))
}

fn repeat(_: &mut Call<'_>, values: &[Value]) -> Done {
    match usize::try_from(values[0].as_int().unwrap_or(0)) {
        Ok(count) => Ok(Value::string(text(&values[1]).as_bytes().repeat(count))),
        Err(_) => Err("strings: negative Repeat count".into()),
    }
}

fn join(_: &mut Call<'_>, values: &[Value]) -> Done {
    let separator = text(&values[0]);
    let items: Vec<Str> = values[1..].iter().map(text).collect();
    let items: Vec<&[u8]> = items.iter().map(Str::as_bytes).collect();
    Ok(Value::string(items.join(separator.as_bytes())))
}

fn length(_: &mut Call<'_>, values: &[Value]) -> Done {
    let length = match &values[0] {
        Value::List(list) => list.len(),
        Value::Map(map) => map.len(),
        _ => 0,
    };
    Ok(Value::int(length as i64))
}

fn set(_: &mut Call<'_>, values: &[Value]) -> Done {
    match values[0].as_map() {
        Some(map) if !map.is_nil() => {
            map.insert(text(&values[1]), values[2].clone());
            Ok(values[0].clone())
        }
        _ => Err("assignment to entry in nil map".into()),
    }
}

fn divide(_: &mut Call<'_>, values: &[Value]) -> Done {
    let (a, b) = (values[0].as_int().unwrap_or(0), values[1].as_int().unwrap_or(0));
    if b == 0 {
        Err("runtime error: integer divide by zero".into())
    } else {
        Ok(Value::int(a.wrapping_div(b)))
    }
}

fn depth<'c>(call: &'c mut Call<'_>) -> &'c mut usize {
    &mut call.state::<Depth>().expect("the state of the cases").0
}

fn include(call: &mut Call<'_>, values: &[Value]) -> Done {
    *depth(call) += 1;
    if *depth(call) > 50 {
        return Err("too deep".into());
    }
    let result = call.execute(&text(&values[0]), &values[1]);
    *depth(call) -= 1;
    Ok(Value::String(result?))
}

fn tpl(call: &mut Call<'_>, values: &[Value]) -> Done {
    let source = text(&values[0]);
    let outer = *depth(call);
    let result = call.execute_text(&Str::from("set"), &source, &values[1]);
    *depth(call) = outer;
    result.map(Value::String).map_err(|error| {
        let prefix = match &error {
            TextError::Parse(_) => "cannot parse template",
            TextError::Exec(_) => "error during tpl function execution for",
        };
        FunctionError::from(error).context(&format!("{prefix} {}: ", strconv::quote(&source)))
    })
}
