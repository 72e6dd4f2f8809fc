use crate::data::Table;
use crate::profile::SchemaWording;

use super::Schema;

#[track_caller]
fn check(schema: &str, values: &str, pointers: &str, sentences: &str) {
    let values = Table::parse(values.as_bytes()).unwrap().to_map();
    let told = |wording| Schema::new(schema.into()).check(&values, wording).err().unwrap_or_default().text;
    assert_eq!(told(SchemaWording::Pointers), pointers, "{schema}");
    assert_eq!(told(SchemaWording::Sentences), sentences, "{schema}");
}

/// A schema of draft 7 for the property `v`.
fn property(schema: &str) -> String {
    format!(r#"{{"$schema":"http://json-schema.org/draft-07/schema#","properties":{{"v":{schema}}}}}"#)
}

#[test]
fn schemas_that_cannot_be_used_say_why() {
    let remote = "failing loading \"https://example.invalid/x.json\": schemas are not fetched over the network; put the \
                  referenced definitions into values.schema.json";
    check(&property(r#"{"$ref":"https://example.invalid/x.json"}"#), "v: 1", remote, remote);
    check("{", "v: 1", "unexpected EOF", "unexpected EOF");
    check(&property(r#"{"$ref":"urn:nobody:knows"}"#), "v: 1", "", "");
}
