use gotemplate::{Map, Value};

use super::{Reader, set, set_literal};

/// `data` as Helm's `print` shows it.
fn show(value: &Value) -> String {
    match value {
        Value::Nil => "<nil>".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Int(value, _) => value.to_string(),
        Value::String(text) => format!("{text:?}"),
        Value::List(list) => format!("[{}]", list.iter().map(|v| show(&v)).collect::<Vec<_>>().join(" ")),
        Value::Map(map) => {
            let entries: Vec<_> = map.entries().iter().map(|(k, v)| format!("{k}:{}", show(v))).collect();
            format!("{{{}}}", entries.join(" "))
        }
        other => other.type_name(),
    }
}

#[track_caller]
fn check(line: &str, want: &str) {
    let data = Map::new();
    let got = match set(line, &data, &Reader::Typed) {
        Ok(()) => show(&Value::Map(data)),
        Err(error) => error.to_string(),
    };
    assert_eq!(got, want, "{line}");
}

#[test]
fn typed_values() {
    check("a=1,b=true,c=NULL,d=x,e=", r#"{a:1 b:true c:<nil> d:"x" e:""}"#);
    check(
        "a=0,b=01,c=1.5,d=-7,e=9223372036854775808",
        r#"{a:0 b:"01" c:"1.5" d:-7 e:"9223372036854775808"}"#,
    );
    check("a.b.c=1,a.b.d=2", "{a:{b:{c:1 d:2}}}");
    check("a={1,x,null},b={}", r#"{a:[1 "x" <nil>] b:[""]}"#);
    check(r"a\.b=c\,d,e=\\", r#"{a.b:"c,d" e:"\\"}"#);
    check("a[1]=x", r#"{a:[<nil> "x"]}"#);
    check("a[0].b=1,a[0].c=2,a[1].b=3", "{a:[{b:1 c:2} {b:3}]}");
    check("a[0][1]=x", r#"{a:[[<nil> "x"]]}"#);
    check("", "{}");
    check("a[0]", "{a:[]}");
}

#[test]
fn refused_lines() {
    check("a", r#"key "a" has no value"#);
    check("a,b=1", r#"key "a" has no value (cannot end with ,)"#);
    check("a.=1", r#"key map "a" has no value"#);
    check("a={1", "list must terminate with '}'");
    check(
        "a=1,a.b=2",
        "unable to parse key: interface conversion: interface {} is int64, not map[string]interface {}",
    );
    check(
        "a=null,a[0]=2",
        "unable to parse key: interface conversion: interface {} is nil, not []interface {}",
    );
    check("a[-1]=1", "negative -1 index not allowed");
    check("a[65537]=1", "index of 65537 is greater than maximum supported index of 65536");
    check("a[x]=1", r#"error parsing index: strconv.Atoi: parsing "x": invalid syntax"#);
    check("a[0]x=1", r#"unexpected data at end of array index: "x""#);
    check(
        &format!("{}x=1", "a.".repeat(31)),
        "value name nested level is greater than maximum supported nested level of 30",
    );
}

#[test]
fn other_readers() {
    let data = Map::new();
    set("a=1,b={2,3}", &data, &Reader::Text).unwrap();
    set("c=path,d=x", &data, &Reader::File(&|path| Ok(Value::string(format!("<{path}>"))))).unwrap();
    set_literal("e.f=a,b={1}\\", &data).unwrap();
    set_literal("g[0]=x=y", &data).unwrap();
    assert_eq!(
        show(&Value::Map(data)),
        r#"{a:"1" b:["2" "3"] c:"<path>" d:"<x>" e:{f:"a,b={1}\\"} g:["x=y"]}"#
    );
}
