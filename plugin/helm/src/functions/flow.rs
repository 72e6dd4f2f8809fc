//! Functions that choose between values, and that tell what values are.

use gotemplate::{Function, Type, Value};

use super::arguments::{Arguments, fixed, variadic};

const ANY: Type = Type::Any;

pub(super) const FUNCTIONS: &[Function] = &[
    variadic("default", &[ANY, ANY], ANY, |_, a| {
        Ok(a.get(1).filter(|given| given.is_true()).cloned().unwrap_or_else(|| a.any(0)))
    }),
    fixed("empty", &[ANY], Type::Bool, |_, a| Ok((!a.any(0).is_true()).into())),
    variadic("coalesce", &[ANY], ANY, |_, a| {
        Ok(a.iter().find(|value| value.is_true()).cloned().unwrap_or_default())
    }),
    variadic("all", &[ANY], Type::Bool, |_, a| Ok(a.iter().all(Value::is_true).into())),
    variadic("any", &[ANY], Type::Bool, |_, a| Ok(a.iter().any(Value::is_true).into())),
    fixed("ternary", &[ANY, ANY, Type::Bool], ANY, |_, a| Ok(a.any(usize::from(!a.any(2).is_true())))),
    fixed("typeOf", &[ANY], Type::String, |_, a| Ok(Value::string(a.any(0).type_name()))),
    fixed("typeIs", &[Type::String, ANY], Type::Bool, |_, a| {
        Ok((a.text(0) == a.any(1).type_name().as_bytes()).into())
    }),
    fixed("typeIsLike", &[Type::String, ANY], Type::Bool, |_, a| {
        let name = a.any(1).type_name();
        let pointee = name.strip_prefix('*').unwrap_or(&name);
        Ok((a.text(0) == name.as_bytes() || a.text(0) == pointee.as_bytes()).into())
    }),
    fixed("kindOf", &[ANY], Type::String, |_, a| Ok(Value::string(a.any(0).kind().to_string()))),
    fixed("kindIs", &[Type::String, ANY], Type::Bool, |_, a| {
        Ok((a.text(0) == a.any(1).kind().to_string().as_bytes()).into())
    }),
    fixed("deepEqual", &[ANY, ANY], Type::Bool, |_, a| Ok(a.any(0).deep_equal(&a.any(1)).into())),
];
