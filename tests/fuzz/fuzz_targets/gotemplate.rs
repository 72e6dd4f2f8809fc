//! Any text parses or is refused, in memory in proportion to it, and renders within its limits.
#![no_main]

use std::sync::{Arc, LazyLock};

use fuzz::Budget;
use gotemplate::{
    Call, Function, FunctionError, Functions, Limits, Signature, Template, TemplateSet, Type, Value,
};
use libfuzzer_sys::fuzz_target;

const PARSE: Budget = Budget { fixed: 16 << 10, per_byte: 1 << 10 };
const LIMITS: Limits = Limits { output: 1 << 16, steps: 5_000, depth: 50 };

static FUNCTIONS: LazyLock<Arc<Functions>> = LazyLock::new(|| {
    let text = |params| Signature::new(params, Type::String);
    let list = Signature::new(&[Type::Any], Type::LIST).variadic();
    Arc::new(
        Functions::builtins()
            .with(Function::new("include", text(&[Type::String, Type::Any]), include))
            .with(Function::new("tpl", text(&[Type::String, Type::Any]), tpl))
            .with(Function::new("list", list, |_, items| Ok(Value::list(items.to_vec()))))
            .with(Function::new(
                "set",
                Signature::new(&[Type::MAP, Type::String, Type::Any], Type::MAP),
                set,
            )),
    )
});

fn include(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, FunctionError> {
    let name = arguments[0].as_str().cloned().unwrap_or_default();
    Ok(Value::String(call.execute(&name, &arguments[1])?))
}

fn tpl(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, FunctionError> {
    let text = arguments[0].as_str().cloned().unwrap_or_default();
    Ok(Value::String(call.execute_text(&"main".into(), &text, &arguments[1])?))
}

fn set(_: &mut Call<'_>, arguments: &[Value]) -> Result<Value, FunctionError> {
    // A map that contains itself is never freed.
    let may_contain = matches!(arguments[2], Value::Map(_) | Value::List(_));
    if let (Some(map), Some(key)) = (arguments[0].as_map(), arguments[1].as_str())
        && !may_contain
    {
        map.insert(key.clone(), arguments[2].clone());
    }
    Ok(arguments[0].clone())
}

fn data() -> Value {
    let inner = Value::map([("b", Value::string("text\u{e9}<&>")), ("c", Value::float(1.5e300))]);
    Value::map([
        ("a", inner),
        ("e", Value::map::<&str>([])),
        ("i", Value::int(3)),
        ("l", Value::list(vec![Value::Nil, Value::int(-1), Value::string("x"), Value::Bool(true)])),
        ("n", Value::Nil),
        ("s", Value::strings(["one", "two"])),
        ("x", Value::bytes("bytes")),
    ])
}

fuzz_target!(|text: &[u8]| {
    let parsed = PARSE.check(text.len(), || Template::parse("main", text, &FUNCTIONS));
    let Ok(template) = parsed.inspect_err(|error| assert!(error.to_string().starts_with("template: main:")))
    else {
        return;
    };
    let mut set = TemplateSet::new("set");
    set.add(&template);
    let render = || set.render("main", &data(), &mut (), &LIMITS).map_err(|error| error.to_string());
    let rendered = render();
    match &rendered {
        Ok(output) => assert!(output.len() <= LIMITS.output),
        Err(message) => assert!(message.starts_with("template: "), "{message}"),
    }
    assert_eq!(rendered, render(), "the same twice");
});
