//! `tiphys chart mirror`: first a plan, then what of it is left to do. Stopped in the middle, it goes on where it was.

use std::path::{Path, PathBuf};

use clap::Args;
use registry::{ChartRequest, Client, Context, Image, Layout, Reference, Source, Tag};
use serde::Serialize;

use super::push::host_of;
use super::reference::{WhichArgs, place};
use crate::args::{Form, Global};
use crate::connection::{ConnectionArgs, failed};
use crate::exit::{Code, Failure};
use crate::progress::Progress;
use crate::report;

/// `tiphys chart mirror`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tiphys chart mirror oci://ghcr.io/acme/charts/app:1.2.3 --to oci://mirror.corp/charts --dry-run
  tiphys chart mirror --from-file charts.txt --to bundle.tar

Each line of the file is a chart as on the command line, and its version or range:
  oci://ghcr.io/acme/charts/app ^1
  https://charts.acme.test app 1.2.3")]
pub(crate) struct MirrorArgs {
    /// Charts: `oci://REGISTRY/PATH[:VERSION]`, or names in the repository of `--repo`.
    #[arg(value_name = "CHART", required_unless_present = "from_file")]
    charts: Vec<String>,

    /// Where they go: `oci://REGISTRY/PATH`, a `.tar` file or a folder (OCI layouts, both).
    #[arg(long, value_name = "TARGET")]
    to: String,

    /// File with one chart a line; lines with `#` are comments.
    #[arg(long, value_name = "FILE")]
    from_file: Option<PathBuf>,

    /// Only say what would be done.
    #[arg(long)]
    dry_run: bool,

    #[command(flatten)]
    which: WhichArgs,

    #[command(flatten)]
    connection: ConnectionArgs,

    /// Form of the answer.
    #[arg(long, short = 'o', value_enum, default_value_t = Form::Text)]
    output: Form,
}

/// One chart of the plan.
#[derive(Debug, Serialize)]
struct Step {
    chart: String,
    version: String,
    target: String,
    state: State,
    digest: String,
    #[serde(skip)]
    request: ChartRequest,
}

/// What has to be done about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum State {
    /// It is not there.
    Missing,
    /// It is there.
    Present,
    /// Something else is there under its name, and is replaced.
    Different,
    /// It was copied.
    Copied,
}

/// Where charts go.
enum Target {
    Registry { address: String },
    Layout { path: PathBuf, layout: Layout },
}

pub(super) async fn run(global: &Global, args: &MirrorArgs) -> Result<Code, Failure> {
    let requests = requests(args)?;
    let target = Target::open(&args.to)?;
    // What the flags say is about the target where it is a registry, as with `push`, else about the first source.
    let about = match &target {
        Target::Registry { address } => host_of(address)?,
        Target::Layout { .. } => requests.first().map(|request| place(&request.source)).unwrap_or_default(),
    };
    let outside = args.connection.open(global, &about)?;
    let mirror = Mirror { client: outside.registry, context: args.connection.context(), target };
    let mut steps = mirror.plan(requests).await?;
    if !args.dry_run {
        mirror.carry_out(&mut steps).await?;
    }
    Ok(report::data(&said(&steps, args)))
}

fn requests(args: &MirrorArgs) -> Result<Vec<ChartRequest>, Failure> {
    let mut requests =
        args.charts.iter().map(|chart| args.which.request(chart)).collect::<Result<Vec<_>, _>>()?;
    let Some(file) = &args.from_file else { return Ok(requests) };
    for (number, line) in fs_err::read_to_string(file).map_err(Failure::usage)?.lines().enumerate() {
        let words: Vec<&str> = line.split_whitespace().take_while(|word| !word.starts_with('#')).collect();
        let which = |version: Option<&&str>, repo: Option<&str>| WhichArgs {
            repo: repo.map(str::to_owned),
            version: version.map(|version| (*version).to_owned()),
            devel: false,
        };
        let request = match words.as_slice() {
            [] => continue,
            [chart, rest @ ..] if chart.starts_with("oci://") && rest.len() < 2 => {
                which(rest.first(), None).request(chart)
            }
            [repo, chart, rest @ ..] if repo.contains("://") && rest.len() < 2 => {
                which(rest.first(), Some(*repo)).request(chart)
            }
            _ => Err(Failure::usage(format!("{}:{}: not a chart", file.display(), number + 1)).with_hint(
                "write `oci://REGISTRY/PATH VERSION`, or `URL NAME VERSION` for a Helm repository",
            )),
        };
        requests.push(request?);
    }
    Ok(requests)
}

/// The answer: the plan, with what became of it.
fn said(steps: &[Step], args: &MirrorArgs) -> String {
    if args.output == Form::Json {
        return format!("{:#}\n", serde_json::json!({"dryRun": args.dry_run, "charts": steps}));
    }
    let line = |step: &Step| {
        let state = match step.state {
            State::Missing => "missing",
            State::Present => "present",
            State::Different => "different",
            State::Copied => "copied",
        };
        format!("{state:<10} {} {} -> {}\n", step.chart, step.version, step.target)
    };
    steps.iter().map(line).collect()
}

// === impl Target ===

impl Target {
    fn open(text: &str) -> Result<Self, Failure> {
        if text.starts_with("oci://") {
            return Ok(Self::Registry { address: text.trim_end_matches('/').to_owned() });
        }
        let path = PathBuf::from(text);
        let exists = path.is_file() || path.join("index.json").is_file();
        let layout = if exists { Layout::read(&path) } else { Ok(Layout::default()) };
        let layout = layout.map_err(|error| Failure::new(Code::Failed, format!("`{text}`: {error}")))?;
        Ok(Self::Layout { path, layout })
    }

    /// What `name` in `version` is called there.
    fn name(&self, name: &str, version: &str) -> Result<String, Failure> {
        let tag = Tag::of_version(version).map_err(Failure::usage)?;
        Ok(match self {
            Self::Registry { address } => format!("{address}/{name}:{tag}"),
            Self::Layout { .. } => format!("{name}:{tag}"),
        })
    }
}

/// A source, a target, and on whose behalf.
struct Mirror {
    client: Client,
    context: Context,
    target: Target,
}

impl Mirror {
    async fn plan(&self, requests: Vec<ChartRequest>) -> Result<Vec<Step>, Failure> {
        let progress = Progress::steps(requests.len());
        let mut steps = Vec::with_capacity(requests.len());
        for request in requests {
            progress.now(format!("looking for {request}"));
            steps.push(self.step(request).await?);
            progress.step();
        }
        Ok(steps)
    }

    async fn step(&self, mut request: ChartRequest) -> Result<Step, Failure> {
        let resolved = self.client.resolve_chart(&self.context, &request).await.map_err(failed)?;
        let version = match resolved.version.as_str() {
            // By digest: the chart itself has to tell.
            "" => self.client.pull_chart(&self.context, &request).await.map_err(failed)?.version.clone(),
            version => version.to_owned(),
        };
        let name = match &request.source {
            Source::Oci(repository) => repository.base_name().to_owned(),
            Source::Helm { name, .. } => name.clone(),
        };
        let target = self.target.name(&name, &version)?;
        request.version = version.clone();
        // A chart of a Helm repository becomes an artifact, whose digest follows from its archive.
        let digest = match &request.source {
            Source::Oci(_) => resolved.digest.to_string(),
            Source::Helm { .. } => self.image(&request, None).await?.digest.to_string(),
        };
        let state = match self.there(&target).await? {
            None => State::Missing,
            Some(there) if there == digest => State::Present,
            Some(_) => State::Different,
        };
        Ok(Step { chart: request.source.to_string(), version, target, state, digest, request })
    }

    /// The digest of what `target` names.
    async fn there(&self, target: &str) -> Result<Option<String>, Failure> {
        match &self.target {
            Target::Layout { layout, .. } => {
                Ok(layout.images().get(target).map(|image| image.digest.to_string()))
            }
            Target::Registry { .. } => {
                let reference: Reference = target.parse().map_err(Failure::usage)?;
                let now = Context { freshness: registry::Freshness::Refresh, ..self.context.clone() };
                match self.client.resolve(&now, &reference, None).await {
                    Ok(resolved) => Ok(Some(resolved.digest.to_string())),
                    Err(error) if error.is_not_found() => Ok(None),
                    Err(error) => Err(failed(error)),
                }
            }
        }
    }

    /// The chart as an artifact: as it is, or as `helm push` would make it of an archive.
    async fn image(&self, request: &ChartRequest, digest: Option<&str>) -> Result<Image, Failure> {
        if let (Source::Oci(repository), Some(digest)) = (&request.source, digest) {
            let pinned: Reference = format!("{repository}@{digest}").parse().map_err(Failure::usage)?;
            return self.client.pull_image(&self.context, &pinned).await.map_err(failed);
        }
        let pulled = self.client.pull_archive(&self.context, request).await.map_err(failed)?;
        let image = Image::of_chart(pulled.archive, pulled.provenance);
        image.map(|(_, _, image)| image).map_err(|error| Failure::new(Code::Failed, error))
    }

    async fn carry_out(mut self, steps: &mut [Step]) -> Result<(), Failure> {
        let open = steps.iter().filter(|step| step.state != State::Present).count();
        let progress = Progress::steps(open);
        for step in steps.iter_mut().filter(|step| step.state != State::Present) {
            progress.now(format!("copying {} {}", step.chart, step.version));
            let image = self.image(&step.request, Some(&step.digest)).await?;
            self.put(&step.target, image).await?;
            step.state = State::Copied;
            progress.step();
        }
        Ok(())
    }

    async fn put(&mut self, name: &str, image: Image) -> Result<(), Failure> {
        match &mut self.target {
            Target::Registry { .. } => {
                let reference: Reference = name.parse().map_err(Failure::usage)?;
                self.client.push_image(&self.context, &reference, &image).await.map(drop).map_err(failed)
            }
            Target::Layout { path, layout } => {
                layout.insert(name.to_owned(), image);
                // After each chart, so that what is done stays done.
                write(path, layout)
            }
        }
    }
}

fn write(path: &Path, layout: &Layout) -> Result<(), Failure> {
    let is_tar = path.extension().is_some_and(|extension| extension == "tar");
    let written = if is_tar {
        let partial = path.with_extension("tar.partial");
        layout.write_tar(&partial).and_then(|()| Ok(fs_err::rename(&partial, path)?))
    } else {
        layout.write_directory(path)
    };
    written.map_err(|error| Failure::platform(format!("failed to write `{}`: {error}", path.display())))
}
