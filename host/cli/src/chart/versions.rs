//! `tiphys chart versions`

use clap::Args;
use serde_json::json;

use super::reference::{ChartArgs, place};
use crate::args::{Form, Global};
use crate::connection::{ConnectionArgs, failed};
use crate::exit::{Code, Failure};
use crate::progress::Progress;
use crate::report;

/// `tiphys chart versions`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tiphys chart versions oci://registry-1.docker.io/bitnamicharts/nginx
  tiphys chart versions argo-cd --repo https://argoproj.github.io/argo-helm --output json")]
pub(crate) struct VersionsArgs {
    #[command(flatten)]
    chart: ChartArgs,

    #[command(flatten)]
    connection: ConnectionArgs,

    /// Form of the answer.
    #[arg(long, short = 'o', value_enum, default_value_t = Form::Text)]
    output: Form,
}

pub(super) async fn run(global: &Global, args: &VersionsArgs) -> Result<Code, Failure> {
    let request = args.chart.request()?;
    let outside = args.connection.open(global, &place(&request.source))?;
    let versions = {
        let _progress = Progress::of(format!("asking for the versions of {}", request.source));
        outside.registry.versions(&args.connection.context(), &request.source).await.map_err(failed)?
    };
    Ok(report::data(&match args.output {
        Form::Json => format!("{:#}\n", json!({"chart": request.source.to_string(), "versions": versions})),
        Form::Text => versions.iter().map(|version| format!("{version}\n")).collect(),
    }))
}
