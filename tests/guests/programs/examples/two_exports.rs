//! Exports more than a plugin has to.

use exports::example::extra::greeter::Guest as Greeter;
use exports::tiphys::plugin::generator::{
    Capabilities, Failure, Guest, Metadata, ParameterAnnouncement, Request,
};

wit_bindgen::generate!({
    inline: "
        package example:extra@1.0.0;

        interface greeter {
            greet: func(name: string) -> string;
        }

        world extra {
            export greeter;
            export tiphys:plugin/generator@0.1.0;
        }
    ",
    path: "../../../wit/v0.1",
    world: "example:extra/extra",
    generate_all,
});

struct Program;

impl Greeter for Program {
    fn greet(name: String) -> String {
        format!("good day, {name}")
    }
}

impl Guest for Program {
    fn describe() -> Metadata {
        Metadata {
            name: "two-exports".to_owned(),
            version: "1.0.0".to_owned(),
            capabilities: Capabilities::empty(),
            parameters: Vec::new(),
        }
    }

    fn discover(_: Request) -> Result<bool, Failure> {
        Ok(true)
    }

    fn parameters(_: Request) -> Result<Vec<ParameterAnnouncement>, Failure> {
        Ok(Vec::new())
    }

    fn generate(_: Request) -> Result<Vec<String>, Failure> {
        Ok(vec!["done".to_owned()])
    }
}

export!(Program);
