//! What is asked for: the application as Argo CD describes it, before the operator's defaults.
//!
//! `cmp` fills these from Argo CD's request, the command line from an `Application` file. Nobody
//! else builds an [`Application`]: a plugin can't choose the project that it runs for (rule R2).

/// One question about one application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The application.
    pub application: Application,
    /// `spec.source.plugin.parameters`, in the author's order.
    pub parameters: Vec<Parameter>,
    /// `spec.source.plugin.env` without the prefix `ARGOCD_ENV_`.
    pub environment: Vec<(String, String)>,
    /// The cluster that the manifests are for.
    pub cluster: Cluster,
}

/// An Argo CD application.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Application {
    /// `NAME`, or `NAMESPACE_NAME` outside the control plane's namespace.
    pub name: String,
    /// Namespace of the destination; empty where it is not known.
    pub namespace: String,
    /// The AppProject; `None` where Argo CD did not say, which allows no project's credentials.
    pub project: Option<String>,
    /// What the target revision resolved to.
    pub revision: String,
    /// Where the files come from.
    pub source: ApplicationSource,
}

/// The source of an application, as its author wrote it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ApplicationSource {
    /// `spec.source.repoURL`.
    pub repo_url: String,
    /// `spec.source.path`.
    pub path: String,
    /// `spec.source.targetRevision`.
    pub target_revision: String,
    /// `spec.source.chart`.
    pub chart: Option<String>,
}

/// A parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// Its name in `lower-kebab` form.
    pub name: String,
    /// What it is set to.
    pub value: ParameterValue,
}

/// The three forms of a parameter's value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ParameterValue {
    /// `string`.
    Text(String),
    /// `array`.
    Items(Vec<String>),
    /// `map`, sorted by key.
    Entries(Vec<(String, String)>),
}

/// The cluster that the manifests are for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cluster {
    /// Such as `1.33.2`; empty where it is not known.
    pub kube_version: String,
    /// `GROUP/VERSION` and `GROUP/VERSION/KIND`.
    pub api_versions: Vec<String>,
}
