//! The listener, and what a test sees of who came.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Request};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

use crate::api;
use crate::auth::{Auth, Tokens};
use crate::content::Content;
use crate::reply::{Body, Reply};
use crate::tls::Authority;

/// How a registry behaves.
#[derive(Default)]
pub struct Options {
    /// Who may ask.
    pub auth: Auth,
    /// With TLS: the authority, and the names that the certificate is for beside `localhost` and
    /// `127.0.0.1`.
    pub tls: Option<(Arc<Authority>, Vec<String>)>,
    /// With TLS: the authority of the clients that are let in.
    pub clients: Option<Arc<Authority>>,
    /// How lists of tags are cut.
    pub pages: Pages,
    /// How long each answer takes.
    pub latency: Duration,
}

/// How lists of tags are cut.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pages {
    /// Not at all.
    #[default]
    One,
    /// So many tags, with a relative link to the next page.
    Relative(usize),
    /// So many tags, with an absolute link whose marker is opaque.
    Opaque(usize),
}

/// A request that came.
#[derive(Clone, Debug)]
pub struct Seen {
    /// `GET` and so on.
    pub method: String,
    /// Path and query.
    pub path: String,
    /// The `Authorization` header.
    pub authorization: Option<String>,
    /// All headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

type Intercept = Box<dyn FnMut(&Seen) -> Option<Reply> + Send>;

/// A running registry. It stops when it is dropped.
pub struct Registry {
    pub(crate) shared: Arc<Shared>,
    address: SocketAddr,
    accepting: JoinHandle<()>,
}

pub(crate) struct Shared {
    pub(crate) content: Mutex<Content>,
    pub(crate) tokens: Mutex<Tokens>,
    pub(crate) auth: Auth,
    pub(crate) pages: Pages,
    /// `http://localhost:PORT` or `https://…`.
    pub(crate) base: String,
    latency: Duration,
    seen: Mutex<Vec<Seen>>,
    connections: AtomicUsize,
    intercept: Mutex<Option<Intercept>>,
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Registry {
    /// Starts one on a free port of the loopback interface.
    pub async fn start(options: Options) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let scheme = if options.tls.is_some() { "https" } else { "http" };
        let acceptor = options.tls.map(|(authority, names)| {
            let names =
                names.iter().map(String::as_str).chain(["localhost", "127.0.0.1"]).collect::<Vec<_>>();
            authority.acceptor(&names, options.clients.as_deref(), true)
        });
        let shared = Arc::new(Shared {
            content: Mutex::default(),
            tokens: Mutex::default(),
            auth: options.auth,
            pages: options.pages,
            base: format!("{scheme}://localhost:{}", address.port()),
            latency: options.latency,
            seen: Mutex::default(),
            connections: AtomicUsize::new(0),
            intercept: Mutex::new(None),
        });
        let accepting = tokio::spawn(accept(listener, acceptor, Arc::clone(&shared)));
        Self { shared, address, accepting }
    }

    /// The port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// `localhost:PORT`.
    #[must_use]
    pub fn host(&self) -> String {
        format!("localhost:{}", self.port())
    }

    /// `http://localhost:PORT` or `https://localhost:PORT`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.shared.base
    }

    /// What it holds, to be changed.
    pub fn content(&self) -> MutexGuard<'_, Content> {
        lock(&self.shared.content)
    }

    /// Adds a chart, and returns the digest of its manifest.
    pub fn push_chart(&self, repository: &str, version: &str, archive: &[u8]) -> String {
        self.content().chart(repository, version, archive)
    }

    /// Looks at every request first, and may answer it instead.
    pub fn intercept(&self, intercept: impl FnMut(&Seen) -> Option<Reply> + Send + 'static) {
        *lock(&self.shared.intercept) = Some(Box::new(intercept));
    }

    /// The requests so far.
    #[must_use]
    pub fn requests(&self) -> Vec<Seen> {
        lock(&self.shared.seen).clone()
    }

    /// The requests so far as `METHOD path`, for comparisons.
    #[must_use]
    pub fn log(&self) -> Vec<String> {
        self.requests().iter().map(|seen| format!("{} {}", seen.method, seen.path)).collect()
    }

    /// Forgets the requests and connections so far.
    pub fn forget(&self) {
        lock(&self.shared.seen).clear();
        self.shared.connections.store(0, Ordering::SeqCst);
    }

    /// How many connections were made.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.shared.connections.load(Ordering::SeqCst)
    }

    /// Makes all tokens that were given out invalid.
    pub fn expire_tokens(&self) {
        lock(&self.shared.tokens).values_mut().for_each(String::clear);
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept(listener: TcpListener, acceptor: Option<TlsAcceptor>, shared: Arc<Shared>) {
    // Connections end with the listener.
    let mut connections = tokio::task::JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        shared.connections.fetch_add(1, Ordering::SeqCst);
        let _ = stream.set_nodelay(true);
        let (shared, acceptor) = (Arc::clone(&shared), acceptor.clone());
        connections.spawn(async move {
            match acceptor {
                None => serve(stream, shared).await,
                Some(acceptor) => {
                    if let Ok(stream) = acceptor.accept(stream).await {
                        serve(stream, shared).await;
                    }
                }
            }
        });
    }
}

async fn serve(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, shared: Arc<Shared>) {
    let service = service_fn(move |request| {
        let shared = Arc::clone(&shared);
        async move { Ok::<_, std::convert::Infallible>(answer(request, &shared).await) }
    });
    let _ = auto::Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(stream), service).await;
}

async fn answer(request: Request<Incoming>, shared: &Shared) -> http::Response<Body> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    let path = head.uri.path_and_query().map_or("/", http::uri::PathAndQuery::as_str);
    let authorization = head.headers.get("authorization").and_then(|value| value.to_str().ok());
    let seen = Seen {
        method: head.method.to_string(),
        path: path.to_owned(),
        authorization: authorization.map(str::to_owned),
        headers: head.headers.clone(),
        body,
    };
    lock(&shared.seen).push(seen.clone());
    tokio::time::sleep(shared.latency).await;
    let intercepted = lock(&shared.intercept).as_mut().and_then(|intercept| intercept(&seen));
    intercepted.unwrap_or_else(|| api::answer(&seen, shared)).into_response()
}
