//! A client of repo-server, as Argo CD's application controller is one.

use std::path::Path;
use std::time::Duration;

use tonic::codegen::http::uri::PathAndQuery;
use tonic::transport::{Channel, Endpoint};
use tonic::{Request, Status};
use tonic_prost::ProstCodec;

const GENERATE: &str = "/repository.RepoServerService/GenerateManifest";
/// The controller's own, by default.
const TIMEOUT: Duration = Duration::from_secs(60);

#[derive(Clone)]
pub(crate) struct Client(Channel);

/// An application, as far as repo-server wants to know it.
#[derive(Clone, Debug)]
pub(crate) struct Application {
    request: ManifestRequest,
    timeout: Duration,
}

impl Client {
    pub(crate) fn new(port: u16) -> Self {
        Self(Endpoint::from_shared(format!("http://127.0.0.1:{port}")).unwrap().connect_lazy())
    }

    /// The manifests of `application`, each as JSON.
    pub(crate) async fn generate(&self, application: Application) -> Result<Vec<serde_json::Value>, Status> {
        let mut grpc = tonic::client::Grpc::new(self.0.clone());
        grpc.ready().await.unwrap();
        let mut request = Request::new(application.request);
        request.set_timeout(application.timeout);
        let codec = ProstCodec::<ManifestRequest, ManifestResponse>::default();
        let response = grpc.unary(request, PathAndQuery::from_static(GENERATE), codec).await?;
        let manifests = response.into_inner().manifests;
        Ok(manifests.iter().map(|manifest| serde_json::from_str(manifest).unwrap()).collect())
    }
}

impl Application {
    /// The application in directory `path` of the git repository at `repository`, rendered by the
    /// plugin that Argo CD finds.
    pub(crate) fn new(repository: &Path, path: &str) -> Self {
        let repo_url = format!("file://{}", repository.display());
        let request = ManifestRequest {
            repo: Some(Repository { repo: repo_url.clone(), ..Repository::default() }),
            revision: "HEAD".into(),
            no_cache: true,
            app_name: "web".into(),
            namespace: "shop".into(),
            application_source: Some(ApplicationSource {
                repo_url,
                path: path.into(),
                target_revision: "HEAD".into(),
                plugin: Some(Plugin::default()),
                ..ApplicationSource::default()
            }),
            kube_version: "1.33.2".into(),
            api_versions: vec!["v1".into(), "apps/v1".into()],
            no_revision_cache: true,
            project_name: "team-a".into(),
            ..ManifestRequest::default()
        };
        Self { request, timeout: TIMEOUT }
    }

    /// A chart of a registry by Argo CD's own Helm source.
    pub(crate) fn native(registry: &Login, chart: &str, version: &str, helm: HelmSource) -> Self {
        let mut application = Self::new(Path::new("/"), "");
        let request = &mut application.request;
        request.repo = Some(registry.repository());
        request.revision = version.into();
        request.application_source = Some(ApplicationSource {
            repo_url: registry.url.clone(),
            target_revision: version.into(),
            helm: Some(helm),
            chart: chart.into(),
            ..ApplicationSource::default()
        });
        application
    }

    /// Argo CD knows this registry, too.
    pub(crate) fn knows(mut self, registry: &Login) -> Self {
        self.request.repos.push(registry.repository());
        self.request.project_source_repos.push("*".into());
        self
    }

    pub(crate) fn project(mut self, name: &str) -> Self {
        self.request.project_name = name.into();
        self
    }

    /// Rendered by the plugin called `name`.
    pub(crate) fn by(mut self, name: &str) -> Self {
        self.plugin().name = name.into();
        self
    }

    pub(crate) fn named(mut self, name: &str) -> Self {
        self.request.app_name = name.into();
        self
    }

    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.plugin().env.push(EnvEntry { name: name.into(), value: value.into() });
        self
    }

    pub(crate) fn parameter(mut self, name: &str, value: &str) -> Self {
        let parameter = Parameter { name: name.into(), string: Some(value.into()), ..Parameter::default() };
        self.plugin().parameters.push(parameter);
        self
    }

    pub(crate) fn array(mut self, name: &str, values: &[&str]) -> Self {
        let array = values.iter().map(|value| (*value).into()).collect();
        let array = Some(Array { array });
        self.plugin().parameters.push(Parameter { name: name.into(), array, ..Parameter::default() });
        self
    }

    pub(crate) fn within(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    fn plugin(&mut self) -> &mut Plugin {
        self.request.application_source.get_or_insert_default().plugin.get_or_insert_default()
    }
}

/// A place in a registry, as Argo CD's repository Secrets name it, and who may read there.
#[derive(Clone, Debug)]
pub(crate) struct Login {
    /// `host:port/path`.
    pub(crate) url: String,
    pub(crate) user: &'static str,
    pub(crate) password: &'static str,
}

impl Login {
    fn repository(&self) -> Repository {
        Repository {
            repo: self.url.clone(),
            username: self.user.into(),
            password: self.password.into(),
            kind: "helm".into(),
            enable_oci: true,
        }
    }
}

// === Argo CD's messages ===

#[derive(Clone, PartialEq, prost::Message)]
struct ManifestRequest {
    #[prost(message, optional, tag = "1")]
    repo: Option<Repository>,
    #[prost(string, tag = "2")]
    revision: String,
    #[prost(bool, tag = "3")]
    no_cache: bool,
    #[prost(string, tag = "5")]
    app_name: String,
    #[prost(string, tag = "8")]
    namespace: String,
    #[prost(message, optional, tag = "10")]
    application_source: Option<ApplicationSource>,
    #[prost(message, repeated, tag = "11")]
    repos: Vec<Repository>,
    #[prost(string, tag = "14")]
    kube_version: String,
    #[prost(string, repeated, tag = "15")]
    api_versions: Vec<String>,
    #[prost(bool, tag = "18")]
    no_revision_cache: bool,
    #[prost(string, repeated, tag = "24")]
    project_source_repos: Vec<String>,
    #[prost(string, tag = "25")]
    project_name: String,
}

#[derive(Clone, PartialEq, prost::Message)]
struct Repository {
    #[prost(string, tag = "1")]
    repo: String,
    #[prost(string, tag = "2")]
    username: String,
    #[prost(string, tag = "3")]
    password: String,
    #[prost(string, tag = "11")]
    kind: String,
    #[prost(bool, tag = "14")]
    enable_oci: bool,
}

#[derive(Clone, PartialEq, prost::Message)]
struct ApplicationSource {
    #[prost(string, tag = "1")]
    repo_url: String,
    #[prost(string, tag = "2")]
    path: String,
    #[prost(string, tag = "4")]
    target_revision: String,
    #[prost(message, optional, tag = "7")]
    helm: Option<HelmSource>,
    #[prost(message, optional, tag = "11")]
    plugin: Option<Plugin>,
    #[prost(string, tag = "12")]
    chart: String,
}

/// `spec.source.helm`.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct HelmSource {
    #[prost(message, repeated, tag = "2")]
    pub(crate) parameters: Vec<HelmParameter>,
    #[prost(string, tag = "3")]
    pub(crate) release_name: String,
    #[prost(string, tag = "4")]
    pub(crate) values: String,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct HelmParameter {
    #[prost(string, tag = "1")]
    pub(crate) name: String,
    #[prost(string, tag = "2")]
    pub(crate) value: String,
    #[prost(bool, tag = "3")]
    pub(crate) force_string: bool,
}

#[derive(Clone, PartialEq, prost::Message)]
struct Plugin {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(message, repeated, tag = "2")]
    env: Vec<EnvEntry>,
    #[prost(message, repeated, tag = "3")]
    parameters: Vec<Parameter>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct EnvEntry {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(string, tag = "2")]
    value: String,
}

#[derive(Clone, PartialEq, prost::Message)]
struct Parameter {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(message, optional, tag = "4")]
    array: Option<Array>,
    #[prost(string, optional, tag = "5")]
    string: Option<String>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct Array {
    #[prost(string, repeated, tag = "1")]
    array: Vec<String>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct ManifestResponse {
    #[prost(string, repeated, tag = "1")]
    manifests: Vec<String>,
}
