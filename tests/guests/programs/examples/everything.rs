//! Uses every capability once.

use sdk::entropy::KeyKind;
use sdk::registry::ChartRequest;
use sdk::{Capabilities, Failure, Request};

programs::plugin!("everything", Capabilities::all());

fn generate(_: &Request) -> Result<Vec<String>, Failure> {
    let reference = "oci://example.com/blob:1";
    let request = ChartRequest {
        repository: "oci://example.com/chart".to_owned(),
        name: String::new(),
        version: "^1".to_owned(),
    };
    let chart = sdk::registry::pull_chart(request)?;
    let credential = sdk::credentials::find("https://example.com")?;
    let mut get = sdk::network::Request::get("https://example.com/x");
    if let Some(credential) = &credential {
        get = get.with_credential(credential);
    }
    let response = get.send()?;
    sdk::log::warn("all but done");
    Ok(vec![
        format!("list {:?}", sdk::source::list("*.txt")?),
        format!("read {:?} {:?}", sdk::source::read_text("a.txt")?, sdk::source::read("none")?),
        format!("read-all {}", sdk::source::read_all(&["*"])?.len()),
        format!("resolve {:?}", sdk::registry::resolve(reference, None)?),
        format!("versions {:?}", sdk::registry::versions("oci://example.com/chart")?),
        format!("chart {} {} {} {}", chart.name(), chart.version(), chart.digest(), chart.files().len()),
        format!("artifact {:?}", sdk::registry::pull_artifact(reference)?.bytes()),
        format!("credential {:?}", credential.map(|credential| credential.label())),
        format!("response {} {:?} {:?}", response.status, response.headers, response.body.bytes()),
        format!("entropy {} {:?}", sdk::entropy::stable(), sdk::entropy::bytes("label", 4)),
        format!("key {:?}", sdk::entropy::generate_key("label", KeyKind::Ed25519)?),
        format!("lookup {:?}", sdk::lookup::find("v1", "Secret", "default", "")?),
    ])
}
