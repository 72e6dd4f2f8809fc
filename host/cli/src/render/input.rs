//! What is to be rendered: an Application file, a directory, an archive or a chart reference.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use generate::{
    Application, ApplicationSource, Call, Cluster, Parameter, ParameterValue, Request, SourceView, Target,
    WithFiles, open_folder,
};

use super::{application, flags};
use crate::args::RenderArgs;
use crate::config::Config;
use crate::exit::{Code, Failure};

/// One application to render.
pub(super) struct Job {
    pub(super) target: Target,
    pub(super) call: Call<WithFiles<SourceView>>,
    /// Whether there are others, so that messages have to say which one they are about.
    pub(super) several: bool,
}

/// The jobs that the command line describes.
pub(super) fn jobs(args: &RenderArgs, config: &Config) -> Result<Vec<Job>, Failure> {
    let path = Path::new(&args.source);
    if args.source.starts_with("oci://") {
        return Ok(vec![reference(args, config)?]);
    }
    let metadata = fs_err::metadata(path).map_err(|error| {
        Failure::usage(error)
            .with_hint("name an Application file, a directory, a chart archive or an `oci://` reference")
    })?;
    if metadata.is_dir() {
        return Ok(vec![directory(args, config, path)?]);
    }
    if args.source.ends_with(".tgz") || args.source.ends_with(".tar.gz") {
        return Ok(vec![archive(args, config, path)?]);
    }
    application::jobs(args, config, path)
}

fn directory(args: &RenderArgs, config: &Config, path: &Path) -> Result<Job, Failure> {
    let view = open_folder(path, ".").map_err(|error| Failure::new(Code::Failed, error))?;
    job(args, config, view, Vec::new(), BTreeMap::new())
}

fn archive(args: &RenderArgs, config: &Config, path: &Path) -> Result<Job, Failure> {
    let bytes = fs_err::read(path).map_err(|error| Failure::new(Code::Failed, error))?;
    let files = BTreeMap::from([(args.source.clone(), bytes)]);
    job(args, config, nothing()?, vec![text("chart", &args.source)], files)
}

fn reference(args: &RenderArgs, config: &Config) -> Result<Job, Failure> {
    let version = args.version.as_deref().unwrap_or_default();
    let parameters = vec![text("repo-url", &args.source), text("target-revision", version)];
    job(args, config, nothing()?, parameters, BTreeMap::new())
}

/// A directory without files.
fn nothing() -> Result<SourceView, Failure> {
    let folder = tempfile::tempdir().map_err(Failure::platform)?;
    open_folder(folder.path(), ".").map_err(Failure::platform)
}

fn job(
    args: &RenderArgs,
    config: &Config,
    view: SourceView,
    mut parameters: Vec<Parameter>,
    mut files: BTreeMap<String, Vec<u8>>,
) -> Result<Job, Failure> {
    parameters.extend(flags::parameters(args)?);
    files.extend(flags::files(args)?);
    let application = Application {
        name: args.release.name.clone().unwrap_or_else(|| "release-name".to_owned()),
        namespace: args.release.namespace.clone().unwrap_or_else(|| "default".to_owned()),
        project: args.project.clone(),
        revision: args.version.clone().unwrap_or_default(),
        source: ApplicationSource {
            repo_url: String::new(),
            path: ".".to_owned(),
            target_revision: args.version.clone().unwrap_or_default(),
            chart: None,
        },
    };
    let request = Request { application, parameters, environment: Vec::new(), cluster: cluster(args) };
    let target = Target::Plugin(plugin(args.plugin.as_deref(), config));
    let call = Call { request, tree: WithFiles::new(view, files), deadline: None };
    Ok(Job { target, call, several: false })
}

/// The cluster that the flags describe.
pub(super) fn cluster(args: &RenderArgs) -> Cluster {
    Cluster {
        kube_version: args.release.kube_version.clone().unwrap_or_default(),
        api_versions: args.release.api_versions.clone(),
    }
}

/// The plugin that is named, else the first of the configuration.
pub(super) fn plugin(named: Option<&str>, config: &Config) -> String {
    let first = || config.plugins_or_builtin().first().map(|plugin| plugin.name.clone());
    named.map(str::to_owned).or_else(first).unwrap_or_default()
}

pub(super) fn text(name: &str, value: &str) -> Parameter {
    Parameter { name: name.to_owned(), value: ParameterValue::Text(value.to_owned()) }
}

/// The root of the Git repository that `path` is in, else the folder of `path`.
pub(super) fn repository(path: &Path) -> PathBuf {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let absolute = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let root = absolute.ancestors().find(|folder| folder.join(".git").exists());
    root.map_or_else(|| absolute.clone(), Path::to_owned)
}
