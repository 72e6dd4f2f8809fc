//! What is to be rendered: an Application file, a folder, an archive or a chart reference.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use generate::{
    Application, ApplicationSource, Call, Cluster, Parameter, ParameterValue, Request, SourceView, Target,
    WithFiles, open_folder,
};

use super::{application, flags, folder};
use crate::args::InputArgs;
use crate::config::Config;
use crate::exit::{Code, Failure};
use crate::outside::chain;

/// One application to render.
pub(crate) struct Job {
    pub(crate) target: Target,
    pub(crate) call: Call<WithFiles<SourceView>>,
    /// Where the files are that errors are about.
    pub(crate) folder: Option<PathBuf>,
}

/// What a job is made of that is not an Application's.
struct Parts {
    view: SourceView,
    parameters: Vec<Parameter>,
    files: BTreeMap<String, Vec<u8>>,
    folder: Option<PathBuf>,
}

/// The jobs that `source` stands for.
pub(crate) fn jobs(source: &str, args: &InputArgs, config: &Config) -> Result<Vec<Job>, Failure> {
    if source.starts_with("oci://") {
        return Ok(vec![reference(source, args, config)?]);
    }
    let path = Path::new(source);
    let metadata = fs_err::metadata(path).map_err(|error| {
        Failure::usage(error)
            .with_hint("name an Application file, a directory, a chart archive or an `oci://` reference")
    })?;
    if metadata.is_dir() {
        return directory(args, config, path);
    }
    if source.ends_with(".tgz") || source.ends_with(".tar.gz") {
        return Ok(vec![archive(source, args, config)?]);
    }
    application::jobs(args, config, path)
}

fn directory(args: &InputArgs, config: &Config, path: &Path) -> Result<Vec<Job>, Failure> {
    let mut jobs = Vec::new();
    for file in folder::applications(path)? {
        jobs.extend(application::jobs(args, config, &file)?);
    }
    if jobs.is_empty() {
        let view = open_folder(path, ".").map_err(|error| Failure::new(Code::Failed, error))?;
        let folder = Some(path.to_owned());
        let parts = Parts { view, parameters: Vec::new(), files: BTreeMap::new(), folder };
        jobs.push(job(args, config, parts)?);
    }
    Ok(jobs)
}

fn archive(source: &str, args: &InputArgs, config: &Config) -> Result<Job, Failure> {
    let bytes = fs_err::read(source).map_err(|error| Failure::new(Code::Failed, error))?;
    let files = BTreeMap::from([(source.to_owned(), bytes)]);
    job(
        args,
        config,
        Parts { view: nothing()?, parameters: vec![text("chart", source)], files, folder: None },
    )
}

/// `oci://REGISTRY/PATH`, with or without `:TAG` or `@DIGEST`.
fn reference(source: &str, args: &InputArgs, config: &Config) -> Result<Job, Failure> {
    let reference = source.parse::<registry::Reference>();
    let reference = reference.map_err(|error| Failure::usage(chain(&error)))?;
    let own = reference.digest.as_ref().map(ToString::to_string);
    let own = own.or_else(|| reference.tag.as_ref().map(registry::Tag::to_version));
    if let (Some(own), Some(version)) = (&own, &args.version) {
        return Err(Failure::usage(format!("`{source}` names `{own}`, and `--version` `{version}`"))
            .with_hint("leave out one of them"));
    }
    let version = own.or_else(|| args.version.clone()).unwrap_or_default();
    let parameters =
        vec![text("repo-url", &reference.repository.to_string()), text("target-revision", &version)];
    job(args, config, Parts { view: nothing()?, parameters, files: BTreeMap::new(), folder: None })
}

/// A directory without files.
pub(super) fn nothing() -> Result<SourceView, Failure> {
    let folder = tempfile::tempdir().map_err(Failure::platform)?;
    open_folder(folder.path(), ".").map_err(Failure::platform)
}

fn job(args: &InputArgs, config: &Config, parts: Parts) -> Result<Job, Failure> {
    let Parts { view, mut parameters, mut files, folder } = parts;
    parameters.extend(flags::parameters(args)?);
    files.extend(flags::files(args, ".")?);
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
    let call = Call { request, tree: WithFiles::new(view, files), deadline: None, source_access: None };
    Ok(Job { target, call, folder })
}

/// The cluster that the flags describe.
pub(super) fn cluster(args: &InputArgs) -> Cluster {
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
