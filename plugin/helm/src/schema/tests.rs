use crate::data::Table;
use crate::profile::SchemaWording;

use super::check_one;

#[track_caller]
fn check(schema: &str, values: &str, pointers: &str, sentences: &str) {
    let values = Table::parse(values.as_bytes()).unwrap().to_map();
    let told = |wording| check_one(schema.as_bytes(), &values, wording).err().unwrap_or_default();
    assert_eq!(told(SchemaWording::Pointers), pointers, "{schema}");
    assert_eq!(told(SchemaWording::Sentences), sentences, "{schema}");
}

/// A schema of draft 7 for the property `v`.
fn property(schema: &str) -> String {
    format!(r#"{{"$schema":"http://json-schema.org/draft-07/schema#","properties":{{"v":{schema}}}}}"#)
}

#[test]
fn violations_are_told_as_in_helm() {
    check(&property(r#"{"type":"string"}"#), "v: x", "", "");
    check(
        &property(r#"{"type":["integer","null"]}"#),
        "v: abc",
        "- at '/v': got string, want null or integer\n",
        "- v: Invalid type. Expected: [integer,null], given: string\n",
    );
    check(
        &property(r#"{"maximum":1000}"#),
        "v: 1234567.5",
        "- at '/v': maximum: got 1.2345675×10⁰⁶, want 1,000\n",
        "- v: Must be less than or equal to 1000\n",
    );
    check(
        &property(r#"{"enum":["a",1,null,true,1.5]}"#),
        "v: x",
        "- at '/v': value must be one of 'a', 1, <nil>, true, 1.5\n",
        "- v: v must be one of the following: \"a\", 1, null, true, 1.5\n",
    );
    check(
        &property(r#"{"items":{"type":"integer"},"minItems":3}"#),
        "v: [a, b]",
        "- at '/v': minItems: got 2, want 3\n- at '/v/0': got string, want integer\n- at '/v/1': got string, want \
         integer\n",
        "- v: Array must have at least 3 items\n- v.0: Invalid type. Expected: integer, given: string\n\
         - v.1: Invalid type. Expected: integer, given: string\n",
    );
    check(
        &property(r#"{"oneOf":[{"type":"string"},{"type":"null"}]}"#),
        "v: 1",
        "- at '/v': 'oneOf' failed, none matched\n  - at '/v': got number, want string\n  - at '/v': got number, want null\n",
        "- v: Must validate one and only one schema (oneOf)\n- v: Invalid type. Expected: string, given: integer\n",
    );
    check(
        r#"{"required":["a","b"],"additionalProperties":false}"#,
        "z: 1\nk: 2",
        "- at '': missing properties 'a', 'b'\n- at '': additional properties 'k', 'z' not allowed\n",
        "- (root): a is required\n- (root): b is required\n- (root): Additional property k is not allowed\n\
         - (root): Additional property z is not allowed\n",
    );
}

#[test]
fn schemas_that_cannot_be_used_say_why() {
    let remote = "failing loading \"https://example.invalid/x.json\": schemas are not fetched over the network; put the \
                  referenced definitions into values.schema.json";
    check(&property(r#"{"$ref":"https://example.invalid/x.json"}"#), "v: 1", remote, remote);
    check("{", "v: 1", "unexpected EOF", "unexpected EOF");
    check(&property(r#"{"$ref":"urn:nobody:knows"}"#), "v: 1", "", "");
}
