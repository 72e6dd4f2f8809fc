//! Limits, deep recursion and deep values: each ends with an error that names it, never with the stack.
#![expect(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

use std::sync::Arc;

use gotemplate::{
    Call, ExecCause, ExecError, Function, FunctionError, Functions, Limit, Limits, Map, Meter, Signature,
    Str, Template, TemplateSet, Type, Value, fmt,
};

fn include(call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, FunctionError> {
    let name = arguments[0].as_str().expect("a name").clone();
    Ok(Value::String(call.execute(&name, &arguments[1])?))
}

fn list(_: &mut Call<'_>, items: &[Value]) -> Result<Value, FunctionError> {
    Ok(Value::list(items.to_vec()))
}

fn functions() -> Arc<Functions> {
    let mut functions = Functions::builtins();
    functions.insert(Function::new(
        "include",
        Signature::new(&[Type::String, Type::Any], Type::String),
        include,
    ));
    functions.insert(Function::new("list", Signature::new(&[Type::Any], Type::LIST).variadic(), list));
    Arc::new(functions)
}

fn render(text: &str, limits: Limits) -> Result<Str, ExecError> {
    let mut set = TemplateSet::new("set");
    set.add(&Template::parse("main", text.as_bytes(), &functions()).expect("a template"));
    set.render("main", &Value::map([("n", Value::int(1))]), &mut (), &limits)
}

/// The limit that stopped the execution, however deep.
#[track_caller]
fn limit(text: &str, limits: Limits) -> Limit {
    let error = render(text, limits).expect_err("a limit is reached");
    let cause = error.chain().last().map(ExecError::cause);
    match cause {
        Some(ExecCause::Limit(limit)) => *limit,
        other => panic!("{other:?}"),
    }
}

#[test]
fn memory_is_what_functions_make() {
    let limits = Limits { memory: 1_000_000, ..Limits::DEFAULT };
    let doubling = r"{{$x := list 1}}{{range 100}}{{$x = list $x $x}}{{end}}";
    assert!(render(doubling, limits).is_ok(), "shared lists are small");
    let texts = r#"{{range 100000}}{{$x := print "a text longer than a value" .}}{{end}}"#;
    assert_eq!(limit(texts, limits), Limit::Memory(1_000_000));
    let lists = r"{{range 100000}}{{$x := list 1 2 3}}{{end}}";
    assert_eq!(limit(lists, limits), Limit::Memory(1_000_000));
    assert_eq!(Limit::Memory(100).to_string(), "exceeded maximum memory (100 bytes)");
}

#[test]
fn a_meter_is_shared() {
    let mut set = TemplateSet::new("set").with_meter(Meter::start());
    let text = r"{{range 1000}}{{$x := list 1 2 3}}{{end}}";
    set.add(&Template::parse("main", text, &functions()).expect("a template"));
    let limits = Limits { memory: 200_000, ..Limits::DEFAULT };
    let render = || set.render("main", &Value::Nil, &mut (), &limits);
    assert!(render().is_ok());
    assert!(render().is_err(), "both together make more");
}

#[test]
fn each_limit_is_named() {
    let limits = Limits { output: 100, memory: u64::MAX, steps: 1_000, depth: 10 };
    assert_eq!(limit("{{range 50}}some text{{end}}", limits), Limit::Output(100));
    assert_eq!(limit("{{range 5000}}{{end}}", limits), Limit::Steps(1_000));
    assert_eq!(limit(r#"{{define "a"}}{{template "a"}}{{end}}{{template "a"}}"#, limits), Limit::Depth(10));
    assert_eq!(limit(r#"{{define "a"}}{{include "a" .}}{{end}}{{include "a" .}}"#, limits), Limit::Depth(10));
    let doubling = r#"{{$x := "x"}}{{range 100}}{{$x = print $x $x}}{{end}}"#;
    assert_eq!(limit(doubling, limits), Limit::Output(100));
    assert_eq!(Limit::Output(100).to_string(), "exceeded maximum output (100 bytes)");
}

#[test]
fn a_thousand_includes_nest() {
    let text = r#"{{define "a"}}{{if .}}{{with .}}{{range .}}{{include "a" .}}{{end}}{{end}}{{else}}end{{end}}{{end}}"#;
    let mut set = TemplateSet::new("set");
    set.add(&Template::parse("main", text.as_bytes(), &functions()).expect("a template"));
    let data = (0..1_000).fold(Value::Nil, |inner, _| Value::list(vec![inner]));
    assert_eq!(set.render("a", &data, &mut (), &Limits::default()).expect("it renders"), "end");
}

#[test]
fn texts_may_nest_deep_but_not_too_deep() {
    let nested = |depth: usize| format!("{{{{{}1{}}}}}", "(".repeat(depth), ")".repeat(depth));
    assert_eq!(render(&nested(9_000), Limits::default()).expect("it renders"), "1");
    let error = Template::parse("main", nested(10_001).as_bytes(), &functions()).expect_err("too deep");
    assert_eq!(error.to_string(), "template: main:1: max expression depth exceeded");
    let blocks = format!("{}x{}", "{{if .}}".repeat(9_000), "{{end}}".repeat(9_000));
    assert_eq!(render(&blocks, Limits::default()).expect("it renders"), "x");
    let error =
        Template::parse("main", "{{if .}}".repeat(20_000).as_bytes(), &functions()).expect_err("too deep");
    assert_eq!(error.message, "exceeded maximum nesting (10000)");
}

#[test]
fn values_may_nest_deep() {
    let text = "{{$x := list}}{{range 200000}}{{$x = list $x}}{{end}}{{len $x}}";
    assert_eq!(render(text, Limits::default()).expect("it renders"), "1");
    let deep = (0..200_000).fold(Value::Nil, |inner, _| Value::map([("a", inner)]));
    assert!(fmt::sprint(&[deep]).to_str().unwrap().contains("..."));
}

#[test]
fn a_map_that_contains_itself_prints() {
    let map = Map::new();
    map.insert("self", Value::Map(map.clone()));
    let text = fmt::sprint(&[Value::Map(map.clone())]);
    assert!(text.as_bytes().starts_with(b"map[self:map[self:"));
    map.remove(b"self");
}

#[test]
fn templates_are_shared_between_threads() {
    fn is_shareable<T: Send + Sync>() {}
    is_shareable::<Template>();
    is_shareable::<TemplateSet>();
    is_shareable::<Functions>();
}

#[test]
fn many_variables_are_found() {
    let declarations: String = (0..2_000).map(|at| format!("{{{{$v{at} := {at}}}}}")).collect();
    let shadowed = "{{if 1}}{{$v1999 := 0}}{{$v1998 = 5}}{{$v1999}}{{end}}";
    let used = "{{$v0}} {{$v31}} {{$v32}} {{$v1998}} {{$v1999}}{{range $v7, $v1999 := $v3}}{{end}}";
    let text = format!("{declarations}{shadowed} {used}");
    let error = render(&text, Limits::default()).expect_err("a number has no index");
    assert!(error.to_string().ends_with("can't use 3 to iterate over more than one variable"), "{error}");
    let text = text.replace("$v3}}{{end", "$.l}}{{$v7}}{{$v1999}}{{end");
    assert_eq!(render(&text, Limits::default()).expect("it renders"), "0 0 31 32 5 1999");
    let again = format!(
        "{declarations}{{{{define \"a\"}}}}{{{{$v9 := 1}}}}{{{{$v9}}}}{{{{end}}}}{{{{template \"a\"}}}}{{{{$v9}}}}"
    );
    assert_eq!(render(&again, Limits::default()).expect("it renders"), "19");
}
