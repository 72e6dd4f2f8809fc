//! `tiphys chart pull`

use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;
use registry::{Chart, ChartArchive, ChartRequest, Source, Tag};
use serde_json::json;

use super::reference::{ChartArgs, place};
use crate::args::{Form, Global};
use crate::connection::{ConnectionArgs, failed};
use crate::exit::{Code, Failure};
use crate::progress::Progress;
use crate::report;

/// `tiphys chart pull`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tiphys chart pull oci://ghcr.io/acme/charts/app --version ^1 --prov
  tiphys chart pull app --repo https://charts.acme.test --untar --destination charts")]
pub(crate) struct PullArgs {
    #[command(flatten)]
    chart: ChartArgs,

    /// Folder to write into.
    #[arg(long, short = 'd', visible_alias = "output-dir", value_name = "DIR", default_value = ".")]
    destination: PathBuf,

    /// With the provenance file, which must be there.
    #[arg(long)]
    prov: bool,

    /// Unpack the chart instead of writing its archive.
    #[arg(long, conflicts_with = "prov")]
    untar: bool,

    /// With `--untar`: folder below the destination to unpack into.
    #[arg(long, value_name = "DIR", default_value = ".")]
    untardir: PathBuf,

    #[command(flatten)]
    connection: ConnectionArgs,

    /// Form of the answer.
    #[arg(long, short = 'o', value_enum, default_value_t = Form::Text)]
    output: Form,
}

pub(super) async fn run(global: &Global, args: &PullArgs) -> Result<Code, Failure> {
    let request = args.chart.request()?;
    let outside = args.connection.open(global, &place(&request.source))?;
    let pulled = {
        let _progress = Progress::of(format!("pulling {request}"));
        outside.registry.pull_archive(&args.connection.context(), &request).await.map_err(failed)?
    };
    let files = if args.untar { unpack(args, &pulled)? } else { save(args, &pulled)? };
    Ok(report::data(&match args.output {
        Form::Json => as_json(&request, &pulled, &files),
        Form::Text => as_text(&request.source, &pulled),
    }))
}

/// What Helm says: of a Helm repository nothing.
fn as_text(source: &Source, pulled: &ChartArchive) -> String {
    let Source::Oci(repository) = source else { return String::new() };
    let name = format!("{}/{}", repository.registry(), repository.path());
    let tag = Tag::of_version(&pulled.version).map(|tag| format!(":{tag}")).unwrap_or_default();
    format!("Pulled: {name}{tag}\nDigest: {}\n", pulled.digest)
}

fn as_json(request: &ChartRequest, pulled: &ChartArchive, files: &[PathBuf]) -> String {
    let answer = json!({
        "chart": request.source.to_string(), "name": pulled.name, "version": pulled.version,
        "digest": pulled.digest.to_string(), "files": files,
    });
    format!("{answer:#}\n")
}

fn save(args: &PullArgs, pulled: &ChartArchive) -> Result<Vec<PathBuf>, Failure> {
    let path = args.destination.join(format!("{}-{}.tgz", pulled.name, pulled.version));
    let mut files = Vec::new();
    if args.prov {
        let Some(provenance) = &pulled.provenance else {
            let message = format!("`{}` {} has no provenance file", pulled.name, pulled.version);
            return Err(Failure::new(Code::Failed, message).with_hint("pull it without `--prov`"));
        };
        files.push(write_whole(&PathBuf::from(format!("{}.prov", path.display())), provenance)?);
    }
    files.insert(0, write_whole(&path, &pulled.archive)?);
    Ok(files)
}

/// Writes a whole file or none.
pub(super) fn write_whole(path: &Path, bytes: &[u8]) -> Result<PathBuf, Failure> {
    let write = || -> std::io::Result<()> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        fs_err::create_dir_all(folder)?;
        let mut builder = tempfile::Builder::new();
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644));
        let mut file = builder.tempfile_in(folder)?;
        file.write_all(bytes)?;
        file.persist(path).map_err(|error| error.error)?;
        Ok(())
    };
    write().map_err(|error| Failure::platform(format!("failed to write `{}`: {error}", path.display())))?;
    Ok(path.to_owned())
}

/// The paths within an archive have been checked; what is there already is left alone, as Helm does.
fn unpack(args: &PullArgs, pulled: &ChartArchive) -> Result<Vec<PathBuf>, Failure> {
    let chart = Chart::read(&pulled.archive).map_err(|error| Failure::new(Code::Failed, error))?;
    let root = args.destination.join(&args.untardir).join(&chart.name);
    if root.exists() {
        let message =
            format!("failed to untar: a file or directory with the name {} already exists", root.display());
        return Err(Failure::new(Code::Failed, message));
    }
    for file in chart.files.iter() {
        write_whole(&root.join(&file.path), &file.content)?;
    }
    Ok(vec![root])
}
