//! `tiphys chart push`

use std::path::PathBuf;

use bytes::Bytes;
use clap::Args;
use registry::Pushed;
use serde_json::json;

use crate::args::{Form, Global};
use crate::connection::{ConnectionArgs, failed};
use crate::exit::{Code, Failure};
use crate::progress::Progress;
use crate::report;

/// `tiphys chart push`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tiphys chart push app-1.2.3.tgz oci://ghcr.io/acme/charts")]
pub(crate) struct PushArgs {
    /// The chart's archive. A provenance file beside it goes along.
    #[arg(value_name = "ARCHIVE")]
    archive: PathBuf,

    /// `oci://REGISTRY/PATH`, below which the chart is put under its name and version.
    #[arg(value_name = "PARENT")]
    parent: String,

    #[command(flatten)]
    connection: ConnectionArgs,

    /// Form of the answer.
    #[arg(long, short = 'o', value_enum, default_value_t = Form::Text)]
    output: Form,
}

pub(super) async fn run(global: &Global, args: &PushArgs) -> Result<Code, Failure> {
    let archive = Bytes::from(fs_err::read(&args.archive).map_err(Failure::usage)?);
    let provenance = fs_err::read(format!("{}.prov", args.archive.display())).ok().map(Bytes::from);
    let outside = args.connection.open(global, &host_of(&args.parent)?)?;
    let pushed = {
        let _progress = Progress::of(format!("pushing {}", args.archive.display()));
        let push =
            outside.registry.push_chart(&args.connection.context(), &args.parent, archive, provenance).await;
        push.map_err(failed)?
    };
    Ok(report::data(&said(&pushed, args.output)))
}

/// `host[:port]` of an `oci://` address.
pub(super) fn host_of(address: &str) -> Result<String, Failure> {
    let host = address.strip_prefix("oci://").and_then(|rest| rest.split('/').next());
    let host = host.filter(|host| !host.is_empty()).map(str::to_owned);
    host.ok_or_else(|| {
        Failure::usage(format!("`{}` is not the address of a registry", address.escape_debug()))
            .with_hint("write `oci://REGISTRY/PATH`")
    })
}

fn said(pushed: &Pushed, form: Form) -> String {
    let name = pushed.reference.to_string();
    match form {
        Form::Json => format!("{:#}\n", json!({"reference": name, "digest": pushed.digest.to_string()})),
        Form::Text => {
            let name = name.strip_prefix("oci://").unwrap_or(&name);
            format!("Pushed: {name}\nDigest: {}\n", pushed.digest)
        }
    }
}
