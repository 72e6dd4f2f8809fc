//! The sockets of all plugins, from the first bind to the last answer.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use generate::{Service, SourceView, Target};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tonic::codec::CompressionEncoding;
use tonic::transport::server::Router;

use crate::admission::Admission;
use crate::call::Calls;
use crate::limits::Limits;
use crate::plugin::{Discovery, Plugin};
use crate::proto::DESCRIPTORS;
use crate::proto::plugin::config_management_plugin_service_server::ConfigManagementPluginServiceServer;
use crate::proto::version::version_service_server::VersionServiceServer;
use crate::socket::{Socket, SocketError};
use crate::version::Version;

/// What a client may send before it is read. A connection carries one stream at a time.
const STREAM_WINDOW: u32 = 1 << 20;
const CONNECTION_WINDOW: u32 = 2 << 20;
/// Bytes of request headers; the environment travels in messages.
const MAX_HEADERS: u32 = 64 << 10;
const MAX_STREAMS: u32 = 100;
/// How long no call may come before a stopping server hangs up: a client makes up to four in a row.
const QUIET: Duration = Duration::from_millis(300);
/// How long interrupted calls have to tell their client so.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// How the sockets are served.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where the sockets are; made if it is missing.
    pub directory: PathBuf,
    /// Permission bits of the sockets' files. Who may write may connect.
    pub mode: u32,
    /// Name of the socket whose plugin is found by discovery, if there is to be one.
    pub discovery: Option<String>,
    /// Calls that run at once.
    pub running: usize,
    /// Calls that may wait for that.
    pub queue: usize,
    /// How long a call may take if its client does not say, or says more.
    pub longest: Duration,
    /// How long calls may go on once the server is told to stop.
    pub drain: Duration,
    /// Where large applications put their temporary file.
    pub spool: PathBuf,
    /// What one application's files may take.
    pub limits: Limits,
    /// The longest message, in both directions, in bytes.
    pub max_message: usize,
}

/// How busy the server is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Load {
    /// Calls that run.
    pub running: usize,
    /// Calls that wait.
    pub waiting: usize,
}

/// Tells how busy a server is, as long as it is wanted.
#[derive(Clone)]
pub struct LoadGauge(Arc<Calls>);

/// Sockets that are bound: clients may connect, and are answered once [`Server::serve`] runs.
pub struct Server {
    sockets: Vec<(Socket, Plugin)>,
    calls: Arc<Calls>,
    drain: Duration,
    max_message: usize,
}

// === impl LoadGauge ===

impl LoadGauge {
    /// How busy it is now.
    #[must_use]
    pub fn read(&self) -> Load {
        Load { running: self.0.admission.running(), waiting: self.0.admission.waiting() }
    }
}

// === impl Server ===

impl Server {
    /// Binds a socket for each plugin's name, an alias `NAME-VERSION`, and the discovery socket.
    /// Needs a tokio runtime.
    ///
    /// # Errors
    /// A socket can't be bound, or two plugins have the same name.
    pub fn bind(config: Config, service: Arc<dyn Service<SourceView>>) -> Result<Self, SocketError> {
        let Config { directory, mode, discovery, .. } = config;
        fs_err::create_dir_all(&directory)
            .map_err(|source| SocketError::Listen { path: directory.clone(), source })?;
        let calls = Arc::new(Calls {
            service,
            admission: Admission::new(config.running, config.queue),
            limits: config.limits,
            longest: config.longest,
            spool: config.spool,
            active: watch::Sender::new(0),
            stopping: CancellationToken::new(),
        });
        let mut binder = Binder { directory, mode, calls, names: BTreeSet::new(), sockets: Vec::new() };
        binder.bind_all(discovery)?;
        Ok(Self {
            sockets: binder.sockets,
            calls: binder.calls,
            drain: config.drain,
            max_message: config.max_message,
        })
    }

    /// The sockets, in the order in which they were bound.
    pub fn paths(&self) -> impl Iterator<Item = &Path> {
        self.sockets.iter().map(|(socket, _)| socket.path())
    }

    /// A gauge for metrics.
    #[must_use]
    pub fn load(&self) -> LoadGauge {
        LoadGauge(Arc::clone(&self.calls))
    }

    /// Serves until `stop` is ready, and then until calls in progress have ended or their time is
    /// over. The sockets' files are gone as soon as no new client is welcome.
    ///
    /// # Errors
    /// The descriptors of the services can't be read.
    pub async fn serve(self, stop: impl Future<Output = ()>) -> Result<(), tonic_reflection::server::Error> {
        let accepting = CancellationToken::new();
        let connected = CancellationToken::new();
        let mut serving = JoinSet::new();
        for (socket, plugin) in self.sockets {
            let connections = socket.connections(accepting.clone());
            let router = router(plugin, self.max_message)?;
            let hang_up = connected.clone().cancelled_owned();
            serving.spawn(router.serve_with_incoming_shutdown(connections, hang_up));
        }

        stop.await;
        accepting.cancel();
        if tokio::time::timeout(self.drain, quiet(&self.calls)).await.is_err() {
            self.calls.stopping.cancel();
        }
        connected.cancel();
        // Idle clients that keep their connection open are cut off here.
        let _ =
            tokio::time::timeout(LAST_WORDS, async { while serving.join_next().await.is_some() {} }).await;
        Ok(())
    }
}

/// Waits until no call has been in progress for a while.
async fn quiet(calls: &Calls) {
    let mut active = calls.active.subscribe();
    loop {
        // The sender lives as long as `calls`.
        let _ = active.wait_for(|count| *count == 0).await;
        if tokio::time::timeout(QUIET, active.wait_for(|count| *count > 0)).await.is_err() {
            return;
        }
    }
}

/// All services of one socket.
fn router(plugin: Plugin, max_message: usize) -> Result<Router, tonic_reflection::server::Error> {
    let reflection = || {
        tonic_reflection::server::Builder::configure()
            .register_encoded_file_descriptor_set(DESCRIPTORS)
            .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
    };
    let (_, health) = tonic_health::server::health_reporter();
    let plugin = ConfigManagementPluginServiceServer::new(plugin)
        .max_decoding_message_size(max_message)
        .max_encoding_message_size(max_message)
        .accept_compressed(CompressionEncoding::Gzip);
    Ok(tonic::transport::Server::builder()
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .http2_max_header_list_size(MAX_HEADERS)
        .max_concurrent_streams(MAX_STREAMS)
        .add_service(plugin)
        .add_service(health)
        .add_service(VersionServiceServer::new(Version))
        .add_service(reflection().build_v1()?)
        .add_service(reflection().build_v1alpha()?))
}

/// Binds one socket after the other.
struct Binder {
    directory: PathBuf,
    mode: u32,
    calls: Arc<Calls>,
    names: BTreeSet<String>,
    sockets: Vec<(Socket, Plugin)>,
}

// === impl Binder ===

impl Binder {
    fn bind_all(&mut self, discovery: Option<String>) -> Result<(), SocketError> {
        // Where one socket dispatches, the others need not be asked one by one.
        let by_name = if discovery.is_some() { Discovery::Off } else { Discovery::Asked };
        let plugins = self.calls.service.plugins();
        for plugin in &plugins {
            self.bind(&plugin.name, Target::Plugin(plugin.name.clone()), by_name)?;
        }
        if let Some(name) = discovery {
            self.bind(&name, Target::Discovery, Discovery::Asked)?;
        }
        for plugin in plugins.iter().filter(|plugin| !plugin.version.is_empty()) {
            let alias = format!("{}-{}", plugin.name, plugin.version);
            let bound = self.bind(&alias, Target::Plugin(plugin.name.clone()), Discovery::Off);
            // A plugin chooses its version itself; that must not keep the others from starting.
            if let Err(error) = bound {
                tracing::warn!(plugin = plugin.name, %error, "plugin has no socket with its version");
            }
        }
        Ok(())
    }

    fn bind(&mut self, name: &str, target: Target, discovery: Discovery) -> Result<(), SocketError> {
        if !self.names.insert(name.to_owned()) {
            return Err(SocketError::Twice(name.to_owned()));
        }
        let socket = Socket::bind(&self.directory, name, self.mode)?;
        self.sockets.push((socket, Plugin { calls: Arc::clone(&self.calls), target, discovery }));
        Ok(())
    }
}
