//! Imports `wasi:http`, as the toolchains of JavaScript and Python make everybody do, and calls it only
//! if the application is called `caller`.

use sdk::{Capabilities, Failure, Request};
use wasip2::http::outgoing_handler;
use wasip2::http::types::{Fields, OutgoingRequest};

programs::plugin!("wasi-http", Capabilities::empty());

fn generate(request: &Request) -> Result<Vec<String>, Failure> {
    if request.application.name == "caller" {
        let response = outgoing_handler::handle(OutgoingRequest::new(Fields::new()), None);
        return Ok(vec![format!("{}", response.is_ok())]);
    }
    Ok(vec!["did not call".to_owned()])
}
