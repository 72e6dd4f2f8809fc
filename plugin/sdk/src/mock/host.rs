//! The mock host, as a test sees it.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use crate::entropy::KeyKind;
use crate::log::Level;
use crate::registry::{ArtifactVersion, ChartRequest};
use crate::{Application, ApplicationSource, Cluster, Failure, File, Request};

/// What a host is told before a test.
#[derive(Clone, Debug, Default)]
pub struct Host(Rc<Told>);

#[derive(Clone, Debug, Default)]
pub(super) struct Told {
    pub(super) files: BTreeMap<String, Vec<u8>>,
    pub(super) charts: Vec<(ChartRequest, Result<Chart, Failure>)>,
    pub(super) resolutions: BTreeMap<(String, Option<String>), ArtifactVersion>,
    pub(super) versions: BTreeMap<String, Vec<String>>,
    pub(super) artifacts: BTreeMap<String, Rc<[u8]>>,
    pub(super) credentials: BTreeMap<String, String>,
    pub(super) responses: BTreeMap<(String, String), Reply>,
    pub(super) keys: Vec<(KeyKind, Vec<u8>)>,
    pub(super) random: bool,
    pub(super) objects: Vec<Object>,
    pub(super) logged: RefCell<Vec<LogEntry>>,
    pub(super) sent: RefCell<Vec<Sent>>,
    /// How many random values were given.
    pub(super) drawn: RefCell<u64>,
}

/// A status and a body.
type Reply = (u16, Rc<[u8]>);

/// A chart that a host can be told of; see [`chart`].
#[derive(Clone, Debug)]
pub struct Chart {
    pub(super) name: String,
    pub(super) version: String,
    pub(super) digest: String,
    pub(super) files: Vec<File>,
}

#[derive(Clone, Debug)]
pub(super) struct Object {
    pub(super) api_version: String,
    pub(super) kind: String,
    pub(super) namespace: String,
    pub(super) name: String,
    pub(super) json: String,
}

/// A message that was logged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogEntry {
    /// How much it matters.
    pub level: Level,
    /// The message.
    pub message: String,
    /// Its fields.
    pub fields: Vec<(String, String)>,
}

/// A request that was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// Its method.
    pub method: String,
    /// Its address.
    pub url: String,
    /// Its headers.
    pub headers: Vec<(String, String)>,
    /// Its body.
    pub body: Vec<u8>,
    /// The label of the credential that was sent along.
    pub credential: Option<String>,
}

thread_local! {
    static CURRENT: RefCell<Host> = RefCell::default();
}

/// A request for an application called `name`, with nothing set.
#[must_use]
pub fn request(name: &str) -> Request {
    let source = ApplicationSource {
        repo_url: "https://example.com/apps.git".to_owned(),
        path: name.to_owned(),
        target_revision: "HEAD".to_owned(),
        chart: None,
    };
    let application = Application {
        name: name.to_owned(),
        namespace: "default".to_owned(),
        project: Some("default".to_owned()),
        revision: "0000000000000000000000000000000000000001".to_owned(),
        source,
    };
    let cluster = Cluster { kube_version: "1.33.0".to_owned(), api_versions: vec!["v1".to_owned()] };
    Request { application, parameters: Vec::new(), environment: Vec::new(), cluster }
}

/// A chart with these files, given as path and text.
#[must_use]
pub fn chart(name: &str, version: &str, files: &[(&str, &str)]) -> Chart {
    let file =
        |(path, text): &(&str, &str)| File { path: (*path).to_owned(), content: text.as_bytes().to_vec() };
    Chart {
        name: name.to_owned(),
        version: version.to_owned(),
        digest: format!("sha256:{:064x}", super::answers::number(&format!("{name}@{version}"))),
        files: files.iter().map(file).collect(),
    }
}

// === impl Host ===

impl Host {
    /// A host that was told nothing: there are no files, charts or objects, and random values are
    /// stable.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Runs `test` with this host.
    pub fn run<T>(&self, test: impl FnOnce() -> T) -> T {
        let _guard = Guard(CURRENT.replace(self.clone()));
        test()
    }

    /// The host of the test that is running.
    pub(super) fn with<T>(answer: impl FnOnce(&Told) -> T) -> T {
        let host = CURRENT.with_borrow(Self::clone);
        answer(&host.0)
    }

    fn tell(mut self, fact: impl FnOnce(&mut Told)) -> Self {
        fact(Rc::make_mut(&mut self.0));
        self
    }

    /// There is a file at `path`.
    #[must_use]
    pub fn file(self, path: &str, content: impl Into<Vec<u8>>) -> Self {
        let content = content.into();
        self.tell(|told| drop(told.files.insert(path.to_owned(), content)))
    }

    /// Exactly this request for a chart is answered with `chart`.
    #[must_use]
    pub fn chart(self, request: ChartRequest, chart: Chart) -> Self {
        self.tell(|told| told.charts.push((request, Ok(chart))))
    }

    /// Exactly this request for a chart fails.
    #[must_use]
    pub fn chart_fails(self, request: ChartRequest, failure: Failure) -> Self {
        self.tell(|told| told.charts.push((request, Err(failure))))
    }

    /// `reference` with `constraint` resolves to `version`.
    #[must_use]
    pub fn resolution(self, reference: &str, constraint: Option<&str>, version: ArtifactVersion) -> Self {
        let key = (reference.to_owned(), constraint.map(str::to_owned));
        self.tell(|told| drop(told.resolutions.insert(key, version)))
    }

    /// `repository` has these versions, highest first.
    #[must_use]
    pub fn versions(self, repository: &str, versions: &[&str]) -> Self {
        let versions = versions.iter().map(|version| (*version).to_owned()).collect();
        self.tell(|told| drop(told.versions.insert(repository.to_owned(), versions)))
    }

    /// There is an artifact at `reference`.
    #[must_use]
    pub fn artifact(self, reference: &str, content: impl Into<Vec<u8>>) -> Self {
        let content = content.into().into();
        self.tell(|told| drop(told.artifacts.insert(reference.to_owned(), content)))
    }

    /// There is a credential for `url`, called `label`.
    #[must_use]
    pub fn credential(self, url: &str, label: &str) -> Self {
        self.tell(|told| drop(told.credentials.insert(url.to_owned(), label.to_owned())))
    }

    /// Requests with `method` to `url` are answered with `status` and `body`.
    #[must_use]
    pub fn response(self, method: &str, url: &str, status: u16, body: impl Into<Vec<u8>>) -> Self {
        let (key, body) = ((method.to_owned(), url.to_owned()), body.into().into());
        self.tell(|told| drop(told.responses.insert(key, (status, body))))
    }

    /// Keys of `kind` are always `key` (PKCS #8 DER).
    #[must_use]
    pub fn key(self, kind: KeyKind, key: impl Into<Vec<u8>>) -> Self {
        let key = key.into();
        self.tell(|told| told.keys.push((kind, key)))
    }

    /// Random values differ from call to call.
    #[must_use]
    pub fn random(self) -> Self {
        self.tell(|told| told.random = true)
    }

    /// There is an object in the cluster.
    #[must_use]
    pub fn object(self, api_version: &str, kind: &str, namespace: &str, name: &str, json: &str) -> Self {
        let object = Object {
            api_version: api_version.to_owned(),
            kind: kind.to_owned(),
            namespace: namespace.to_owned(),
            name: name.to_owned(),
            json: json.to_owned(),
        };
        self.tell(|told| told.objects.push(object))
    }

    /// What was logged since the host was made.
    #[must_use]
    pub fn logged(&self) -> Vec<LogEntry> {
        self.0.logged.borrow().clone()
    }

    /// What was sent since the host was made.
    #[must_use]
    pub fn sent(&self) -> Vec<Sent> {
        self.0.sent.borrow().clone()
    }
}

/// Puts the host back that was there before.
struct Guard(Host);

impl Drop for Guard {
    fn drop(&mut self) {
        CURRENT.set(std::mem::take(&mut self.0));
    }
}
