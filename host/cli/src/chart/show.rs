//! `tiphys chart show`

use std::path::Path;
use std::sync::Arc;

use clap::{Args, ValueEnum};
use registry::Chart;
use serde_json::json;

use super::package::files_of;
use super::reference::{WhichArgs, place};
use crate::args::{Form, Global};
use crate::connection::{ConnectionArgs, failed};
use crate::exit::{Code, Failure};
use crate::progress::Progress;
use crate::report;

/// `tiphys chart show`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tiphys chart show values oci://registry-1.docker.io/bitnamicharts/nginx --version 22.x
  tiphys chart show ./app
  tiphys chart show readme argo-cd --repo https://argoproj.github.io/argo-helm")]
pub(crate) struct ShowArgs {
    /// `all`, `chart`, `values`, `readme` or `crds`, and the chart: a reference, a name in the repository of `--repo`,
    /// an archive or a directory.
    #[arg(value_names = ["PART", "CHART"], num_args = 1..=2, required = true)]
    words: Vec<String>,

    #[command(flatten)]
    which: WhichArgs,

    #[command(flatten)]
    connection: ConnectionArgs,

    /// Form of the answer.
    #[arg(long, short = 'o', value_enum, default_value_t = Form::Text)]
    output: Form,
}

/// What of a chart is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Part {
    All,
    Chart,
    Values,
    Readme,
    Crds,
}

pub(super) async fn run(global: &Global, args: &ShowArgs) -> Result<Code, Failure> {
    let (part, name) = match args.words.as_slice() {
        [name] => (Part::Chart, name),
        [part, name] => (Part::from_str(part, false).map_err(Failure::usage)?, name),
        _ => return Err(Failure::usage("a chart must be named")),
    };
    let path = Path::new(name);
    let local = args.which.repo.is_none() && !name.starts_with("oci://") && path.exists();
    let chart = if local { read(path)? } else { fetch(global, args, name).await? };
    let text = match args.output {
        Form::Text => as_text(&chart, part)?,
        Form::Json => as_json(&chart)?,
    };
    Ok(report::data(&text))
}

fn wrong(error: impl std::fmt::Display) -> Failure {
    Failure::new(Code::Failed, error)
}

/// A directory or an archive at hand.
fn read(path: &Path) -> Result<Arc<Chart>, Failure> {
    let archive = if path.is_dir() {
        registry::package(&files_of(path)?, &registry::Overrides::default(), 0).map_err(wrong)?.archive
    } else {
        fs_err::read(path).map_err(Failure::usage)?.into()
    };
    Chart::read(&archive).map(Arc::new).map_err(|error| wrong(format!("`{}`: {error}", path.display())))
}

async fn fetch(global: &Global, args: &ShowArgs, name: &str) -> Result<Arc<Chart>, Failure> {
    let request = args.which.request(name)?;
    let outside = args.connection.open(global, &place(&request.source))?;
    let _progress = Progress::of(format!("pulling {request}"));
    outside.registry.pull_chart(&args.connection.context(), &request).await.map_err(failed)
}

fn as_json(chart: &Chart) -> Result<String, Failure> {
    let files: Vec<&str> = chart.files.iter().map(|file| file.path.as_str()).collect();
    let answer = json!({
        "name": chart.name, "version": chart.version, "digest": chart.digest.to_string(),
        "metadata": chart.metadata_json().map_err(wrong)?, "files": files,
    });
    Ok(format!("{answer:#}\n"))
}

/// The parts as Helm prints them, and with a line `---` between them where it prints all.
fn as_text(chart: &Chart, part: Part) -> Result<String, Failure> {
    let shown = |one: Part| part == one || part == Part::All;
    let mut parts = Vec::new();
    if shown(Part::Chart) {
        parts.push(format!("{}\n", chart.metadata_yaml().map_err(wrong)?));
    }
    if shown(Part::Values) {
        parts.extend(chart.file("values.yaml").map(|file| line(&file.content)));
    }
    if shown(Part::Readme) {
        let names = ["readme.md", "readme.txt", "readme"];
        let readme = chart.files.iter().find(|file| names.contains(&file.path.to_lowercase().as_str()));
        parts.extend(readme.map(|file| line(&file.content)));
    }
    let mut text = parts.join("---\n");
    if shown(Part::Crds) {
        for file in chart.files.iter().filter(|file| is_crd(&file.path)) {
            let content = line(&file.content);
            text.push_str(if content.starts_with("---") { "" } else { "---\n" });
            text.push_str(&content);
        }
    }
    Ok(text)
}

fn line(content: &[u8]) -> String {
    format!("{}\n", String::from_utf8_lossy(content))
}

fn is_crd(path: &str) -> bool {
    let extension = Path::new(path).extension().and_then(|extension| extension.to_str());
    path.starts_with("crds/") && matches!(extension, Some("yaml" | "yml" | "json"))
}
