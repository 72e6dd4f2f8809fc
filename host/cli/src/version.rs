//! `tiphys version`

use serde_json::json;

use crate::args::Form;
use crate::{exit, report};

const VERSION: &str = env!("CARGO_PKG_VERSION");
/// What servers are told of who asks.
pub(crate) const USER_AGENT: &str = concat!("tiphys/", env!("CARGO_PKG_VERSION"));
const CONTRACT: &str = "tiphys:plugin@0.1.0";
const PROFILES: &[&str] = &["3.16", "3.19", "3.21", "4.1", "4.2", "4.3"];

/// Prints what this binary is, which plugins it runs and which Helm versions it renders as.
pub(crate) fn print(form: Form) -> exit::Code {
    match form {
        Form::Text => report::data(&format!(
            "tiphys {VERSION}\nplugin contract: {CONTRACT}\nhelm profiles: {}\n",
            PROFILES.join(", ")
        )),
        Form::Json => report::data(&format!(
            "{}\n",
            json!({ "version": VERSION, "contract": CONTRACT, "helmProfiles": PROFILES })
        )),
    }
}
