//! A server on sockets in a directory of its own, with a service whose answers tests choose.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use cmp::{Config, Limits, Load, LoadGauge, Server, SocketError};
use futures::FutureExt as _;
use futures::future::BoxFuture;
use generate::{
    Announcement, Blame, Call, Collection, Error, Match, PluginName, Service, SourceView, Target,
};
use tokio::runtime::Runtime;
use tokio::sync::oneshot;

/// What the test service does with an application is what the application's file `do` says:
/// `list` (the default) gives a line for each file, `fail TEXT` fails, `sleep` never ends,
/// `echo` gives the request.
#[derive(Default)]
pub(crate) struct Echo {
    /// Calls of `generate` that have begun and were not dropped.
    pub(crate) inside: Arc<AtomicUsize>,
}

struct Inside(Arc<AtomicUsize>);

impl Drop for Inside {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Echo {
    async fn answer(&self, target: Target, call: Call<SourceView>) -> Result<Vec<String>, Error> {
        self.inside.fetch_add(1, Ordering::SeqCst);
        let _inside = Inside(Arc::clone(&self.inside));
        let wish = call.tree.read("do").unwrap().unwrap_or_default();
        match std::str::from_utf8(&wish).unwrap().split_once(' ') {
            Some(("fail", text)) => Err(Error::new(Blame::Application, text)),
            Some(("sleep", _)) => std::future::pending().await,
            Some(("echo", _)) => Ok(vec![format!("{target:?} {:?}", call.request)]),
            _ => Ok(lines(&call.tree)),
        }
    }
}

/// `PATH CONTENT` for small files, `PATH LEN` for others.
fn lines(view: &SourceView) -> Vec<String> {
    let describe = |file: generate::SourceFile| match std::str::from_utf8(&file.content) {
        Ok(text) if text.len() < 64 => format!("{} {text}", file.path),
        _ => format!("{} {}", file.path, file.content.len()),
    };
    view.read_all(["**"]).unwrap().into_iter().map(describe).collect()
}

impl Service<SourceView> for Echo {
    fn plugins(&self) -> Vec<PluginName> {
        let plugin = |name: &str, version: &str| PluginName { name: name.into(), version: version.into() };
        vec![plugin("helm", "1.2.3"), plugin("other", "../../evil")]
    }

    fn has_discovery(&self, target: &Target) -> bool {
        *target != Target::Plugin("other".into())
    }

    fn needs_source_access(&self, target: &Target) -> bool {
        *target == Target::Plugin("other".into())
    }

    fn discover(&self, _: Target, call: Call<SourceView>) -> BoxFuture<'_, Result<Match, Error>> {
        let supported = call.tree.read("Chart.yaml").unwrap().is_some();
        async move { Ok(Match { supported, discovery: true }) }.boxed()
    }

    fn parameters(&self, _: Target, _: Call<SourceView>) -> BoxFuture<'_, Result<Vec<Announcement>, Error>> {
        let announce = |name: &str, collection| Announcement {
            name: name.into(),
            title: String::new(),
            tooltip: String::new(),
            required: collection == Collection::Text,
            item_type: String::new(),
            collection,
            text: String::new(),
            items: vec!["a".into()],
            entries: vec![("k".into(), "v".into())],
        };
        let all = [Collection::Text, Collection::Items, Collection::Entries];
        let announcements = all.map(|collection| announce(&format!("{collection:?}"), collection)).to_vec();
        async move { Ok(announcements) }.boxed()
    }

    fn generate(&self, target: Target, call: Call<SourceView>) -> BoxFuture<'_, Result<Vec<String>, Error>> {
        self.answer(target, call).boxed()
    }
}

/// A server that runs until it is dropped.
pub(crate) struct Running {
    pub(crate) directory: tempfile::TempDir,
    pub(crate) load: LoadGauge,
    pub(crate) inside: Arc<AtomicUsize>,
    stop: Option<oneshot::Sender<()>>,
    served: Option<std::thread::JoinHandle<()>>,
}

/// A server with settings for tests, changed by `change`.
pub(crate) fn start(change: impl FnOnce(&mut Config)) -> Running {
    let directory = tempfile::tempdir().unwrap();
    let mut config = config(directory.path());
    change(&mut config);
    let echo = Echo::default();
    let inside = Arc::clone(&echo.inside);
    let runtime = runtime();
    let server = {
        let _entered = runtime.enter();
        Server::bind(config, Arc::new(echo)).unwrap()
    };
    let load = server.load();
    let (stop, stopped) = oneshot::channel();
    let served = std::thread::spawn(move || {
        runtime.block_on(async {
            server
                .serve(async {
                    let _ = stopped.await;
                })
                .await
                .unwrap();
        });
        runtime.shutdown_background();
    });
    Running { directory, load, inside, stop: Some(stop), served: Some(served) }
}

/// What comes of binding `config` without serving.
pub(crate) fn bind(config: Config) -> Result<Vec<PathBuf>, SocketError> {
    let runtime = runtime();
    let _entered = runtime.enter();
    let server = Server::bind(config, Arc::new(Echo::default()))?;
    Ok(server.paths().map(Path::to_owned).collect())
}

pub(crate) fn config(directory: &Path) -> Config {
    Config {
        directory: directory.join("s"),
        mode: 0o660,
        discovery: None,
        running: 4,
        queue: 100,
        longest: Duration::from_secs(60),
        drain: Duration::from_secs(5),
        spool: std::env::temp_dir(),
        limits: Limits::default(),
        max_message: 100 << 20,
    }
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

impl Running {
    pub(crate) fn socket(&self, name: &str) -> PathBuf {
        self.directory.path().join("s").join(format!("{name}.sock"))
    }

    /// Tells the server to stop, without waiting.
    pub(crate) fn stop(&mut self) {
        drop(self.stop.take());
    }

    /// Waits until the server has ended.
    pub(crate) fn join(&mut self) {
        self.served.take().unwrap().join().unwrap();
    }

    /// Waits until the load is as expected, or fails.
    #[track_caller]
    pub(crate) fn wait_for_load(&self, running: usize, waiting: usize) {
        wait_until(|| self.load.read() == Load { running, waiting }, || format!("{:?}", self.load.read()));
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop();
        if let Some(served) = self.served.take() {
            let _ = served.join();
        }
    }
}

/// Polls `condition`, for ten seconds at most.
#[track_caller]
pub(crate) fn wait_until(condition: impl Fn() -> bool, state: impl Fn() -> String) {
    for _ in 0..1000 {
        if condition() {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("it never came true: {}", state());
}
