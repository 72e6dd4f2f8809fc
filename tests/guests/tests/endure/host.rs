//! The host of the tests: small, and the same for all of them.

use std::sync::{Arc, LazyLock};
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use bytes::Bytes;
use sandbox::capability::credentials::{Credential, Credentials};
use sandbox::capability::entropy::Entropy;
use sandbox::capability::log::Log;
use sandbox::capability::lookup::Lookup;
use sandbox::capability::network::{self, Network};
use sandbox::capability::registry::{Chart, Registry};
use sandbox::capability::source::Source;
use sandbox::{
    Application, ApplicationSource, ArtifactVersion, Call, CallError, Capabilities, Capability, ChartRequest,
    Cluster, Config, Failure, File, Grants, KeyKind, Level, Limits, Outcome, Plugin, Request, Sandbox,
};
use std::sync::Mutex;
use tokio::runtime::Runtime;
use tokio::sync::MutexGuard;

const MIB: u64 = 1 << 20;

/// Limits under which every program ends soon.
pub(crate) const LIMITS: Limits = Limits {
    memory: 64 * MIB,
    cpu: Duration::from_secs(2),
    wall: Duration::from_secs(5),
    output: 16 * MIB,
    log: 64 << 10,
    host_calls: 1_000,
    handles: 100,
};

/// How much more memory the process may have after a program than before it.
const SLACK: u64 = 24 * MIB;

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().unwrap());
static SANDBOX: LazyLock<Sandbox> = LazyLock::new(|| Sandbox::new(Config::new(4)).unwrap());

/// Tests that measure memory must not run side by side.
static ALONE: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

/// Answers every question, always in the same way.
#[derive(Default)]
pub(crate) struct Host {
    /// What was logged.
    pub(crate) logged: Mutex<Vec<String>>,
    /// What was sent.
    pub(crate) sent: Mutex<Vec<(network::Request, Option<String>)>>,
    /// Whether random values differ.
    pub(crate) random: bool,
}

/// Runs `test` with nothing beside it.
pub(crate) fn alone(test: impl Future<Output = ()>) {
    RUNTIME.block_on(async {
        let _alone: MutexGuard<'_, ()> = ALONE.lock().await;
        test.await;
    });
}

pub(crate) fn sandbox() -> &'static Sandbox {
    &SANDBOX
}

pub(crate) fn all() -> Grants {
    Capability::ALL.into_iter().collect()
}

pub(crate) async fn load(component: &[u8]) -> Plugin {
    sandbox().load("program", component, all()).await.unwrap()
}

pub(crate) fn request(name: &str) -> Request {
    let source = ApplicationSource {
        repo_url: "https://example.com/apps.git".to_owned(),
        path: "app".to_owned(),
        target_revision: "HEAD".to_owned(),
        chart: None,
    };
    Request {
        application: Application {
            name: name.to_owned(),
            namespace: "default".to_owned(),
            project: Some("default".to_owned()),
            revision: "1".to_owned(),
            source,
        },
        parameters: Vec::new(),
        environment: Vec::new(),
        cluster: Cluster { kube_version: "1.33.0".to_owned(), api_versions: Vec::new() },
    }
}

pub(crate) fn call(host: Host) -> Call {
    let host = Arc::new(host);
    Call {
        capabilities: capabilities(&host),
        limits: LIMITS,
        deadline: None,
        time: SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000),
    }
}

pub(crate) fn capabilities(host: &Arc<Host>) -> Capabilities {
    Capabilities {
        source: Some(Arc::clone(host) as _),
        registry: Some(Arc::clone(host) as _),
        network: Some(Arc::clone(host) as _),
        credentials: Some(Arc::clone(host) as _),
        entropy: Some(Arc::clone(host) as _),
        lookup: Some(Arc::clone(host) as _),
        log: Some(Arc::clone(host) as _),
    }
}

pub(crate) async fn generate(component: &[u8]) -> Result<Outcome<Vec<String>>, CallError> {
    load(component).await.generate(&request("demo"), call(Host::default())).await
}

/// Runs `component`, and makes sure that nothing is left of it: the next request is served, and the
/// memory is back.
pub(crate) async fn endure(component: &[u8]) -> Result<Outcome<Vec<String>>, CallError> {
    let plugin = load(component).await;
    let bystander = load(guests::WELL_BEHAVED).await;
    serve(&bystander).await;
    let before = resident();
    let ended = plugin.generate(&request("demo"), call(Host::default())).await;
    serve(&bystander).await;
    let after = resident();
    assert!(after < before + SLACK, "resident memory grew from {before} to {after} bytes");
    assert_eq!(sandbox().running(), 0);
    ended
}

async fn serve(plugin: &Plugin) {
    let outcome = plugin.generate(&request("next"), call(Host::default())).await.unwrap();
    assert_eq!(outcome.answer.unwrap().len(), 3);
}

/// Resident bytes of this process, as Linux counts them; elsewhere nothing is measured.
fn resident() -> u64 {
    let status = fs_err::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.trim().trim_end_matches("kB").trim().parse::<u64>().ok());
    kib.unwrap_or_default() << 10
}

const FILES: [(&str, &str); 3] = [("a.txt", "alpha"), ("b.txt", "beta"), ("c.yaml", "gamma")];

#[async_trait]
impl Source for Host {
    async fn list(&self, glob: &str) -> Result<Vec<String>, Failure> {
        let suffix = glob.trim_start_matches('*');
        let paths = FILES.iter().map(|(path, _)| (*path).to_owned());
        Ok(paths.filter(|path| path.ends_with(suffix)).collect())
    }

    async fn read(&self, path: &str) -> Result<Option<Vec<u8>>, Failure> {
        if path == "never" {
            std::future::pending::<()>().await;
        }
        let file = FILES.iter().find(|(own, _)| *own == path);
        Ok(file.map(|(_, text)| text.as_bytes().to_vec()))
    }

    async fn read_all(&self, _: &[String]) -> Result<Vec<File>, Failure> {
        let file = |(path, text): &(&str, &str)| File {
            path: (*path).to_owned(),
            content: text.as_bytes().to_vec(),
        };
        Ok(FILES.iter().map(file).collect())
    }
}

#[async_trait]
impl Registry for Host {
    async fn resolve(&self, reference: &str, _: Option<&str>) -> Result<ArtifactVersion, Failure> {
        Ok(ArtifactVersion { version: reference.to_owned(), digest: "sha256:00".to_owned() })
    }

    async fn versions(&self, _: &str) -> Result<Vec<String>, Failure> {
        Ok(vec!["2.0.0".to_owned(), "1.0.0".to_owned()])
    }

    async fn pull_charts(&self, charts: Vec<ChartRequest>) -> Vec<Result<Chart, Failure>> {
        let chart = |request: ChartRequest| {
            let size = if request.repository.ends_with("large") { 10 << 20 } else { 10 };
            let file = File { path: "Chart.yaml".to_owned(), content: vec![b'x'; size] };
            Ok(Chart {
                name: "chart".to_owned(),
                version: "1.0.0".to_owned(),
                digest: "sha256:01".to_owned(),
                files: [file].into(),
            })
        };
        charts.into_iter().map(chart).collect()
    }

    async fn pull_artifact(&self, _: &str) -> Result<Bytes, Failure> {
        Ok(Bytes::from_static(b"blob"))
    }
}

#[async_trait]
impl Network for Host {
    async fn send(
        &self,
        request: network::Request,
        credential: Option<Credential>,
    ) -> Result<network::Response, Failure> {
        self.sent.lock().unwrap().push((request, credential.map(|credential| credential.label)));
        Ok(network::Response {
            status: 200,
            headers: vec![
                ("Content-Type".to_owned(), "text/plain".to_owned()),
                ("Set-Cookie".to_owned(), "secret".to_owned()),
            ],
            body: Bytes::from_static(b"ok"),
        })
    }
}

#[async_trait]
impl Credentials for Host {
    async fn find(&self, _: &str) -> Result<Option<Credential>, Failure> {
        Ok(Some(Credential { label: "robot".to_owned(), key: Arc::new("secret") }))
    }
}

#[async_trait]
impl Entropy for Host {
    fn stable(&self) -> bool {
        !self.random
    }

    fn bytes(&self, label: &str, len: u32) -> Vec<u8> {
        label.bytes().cycle().take(len as usize).collect()
    }

    async fn generate_key(&self, _: &str, _: KeyKind) -> Result<Vec<u8>, Failure> {
        Ok(vec![1, 2, 3])
    }
}

#[async_trait]
impl Lookup for Host {
    async fn find(&self, _: &str, _: &str, _: &str, _: &str) -> Result<Vec<String>, Failure> {
        Ok(Vec::new())
    }
}

impl Log for Host {
    fn emit(&self, _: Level, message: &str, _: &[(String, String)]) {
        self.logged.lock().unwrap().push(message.to_owned());
    }
}
