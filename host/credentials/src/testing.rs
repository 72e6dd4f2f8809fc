//! What the tests of this crate share: servers on this machine, and a way that leads fixed names to them.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use network::{Client, Config, Deadline, Transport};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use url::Url;

use crate::audit::{Event, Sink};
use crate::token::lock;
use crate::wire::{Call, Reply, Wire, WireError};

/// A request that a server received.
#[derive(Clone, Debug, Default)]
pub(crate) struct Received {
    pub(crate) method: String,
    /// Path and query.
    pub(crate) target: String,
    /// By lower-case name.
    pub(crate) headers: HashMap<String, String>,
    pub(crate) body: String,
}

/// What a server answers.
#[derive(Clone, Debug)]
pub(crate) struct Canned {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
    /// Whether the connection breaks before what was promised has come.
    pub(crate) is_torn: bool,
}

type Handler = dyn Fn(&Received) -> Canned + Send + Sync;

/// A server on this machine that remembers what it was asked.
#[derive(Clone)]
pub(crate) struct Server {
    pub(crate) port: u16,
    received: Arc<Mutex<Vec<Received>>>,
}

/// Leads names to servers on this machine: `https://sts.example` to a port.
#[derive(Clone)]
pub(crate) struct Rewriting {
    client: Client,
    ports: HashMap<String, u16>,
}

/// Keeps all events.
#[derive(Default)]
pub(crate) struct Recorder(Mutex<Vec<Event>>);

// === impl Received ===

impl Received {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    pub(crate) fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    pub(crate) fn query(&self) -> HashMap<String, String> {
        let query = self.target.split_once('?').map_or("", |(_, query)| query);
        url::form_urlencoded::parse(query.as_bytes()).into_owned().collect()
    }

    pub(crate) fn form(&self) -> HashMap<String, String> {
        url::form_urlencoded::parse(self.body.as_bytes()).into_owned().collect()
    }
}

// === impl Canned ===

impl Canned {
    pub(crate) fn new(status: u16, body: impl Into<String>) -> Self {
        Self { status, headers: Vec::new(), body: body.into(), is_torn: false }
    }

    pub(crate) fn torn(self) -> Self {
        Self { is_torn: true, ..self }
    }

    pub(crate) fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }
}

// === impl Server ===

impl Server {
    pub(crate) async fn start(handler: impl Fn(&Received) -> Canned + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = Self { port, received: Arc::default() };
        let (received, handler) = (Arc::clone(&server.received), Arc::new(handler));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&received), Arc::clone(&handler) as Arc<Handler>));
            }
        });
        server
    }

    /// A server that was started otherwise, and remembers nothing.
    pub(crate) fn at(port: u16) -> Self {
        Self { port, received: Arc::default() }
    }

    /// All requests so far.
    pub(crate) fn received(&self) -> Vec<Received> {
        lock(&self.received).clone()
    }

    pub(crate) fn count(&self, path: &str) -> usize {
        self.received().iter().filter(|request| request.path() == path).count()
    }
}

async fn serve(mut stream: TcpStream, received: Arc<Mutex<Vec<Received>>>, handler: Arc<Handler>) {
    let mut buffer = Vec::new();
    while let Some(request) = read_request(&mut stream, &mut buffer).await {
        let answer = handler(&request);
        lock(&received).push(request);
        let mut head = format!("HTTP/1.1 {} X\r\n", answer.status);
        for (name, value) in &answer.headers {
            write!(head, "{name}: {value}\r\n").unwrap();
        }
        let promised = answer.body.len() + usize::from(answer.is_torn);
        write!(head, "content-length: {promised}\r\n\r\n{}", answer.body).unwrap();
        if stream.write_all(head.as_bytes()).await.is_err() || answer.is_torn {
            return;
        }
    }
}

async fn read_request(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<Received> {
    let end = loop {
        if let Some(end) = buffer.windows(4).position(|window| window == b"\r\n\r\n") {
            break end;
        }
        if stream.read_buf(buffer).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8(buffer.drain(..end + 4).collect()).ok()?;
    let mut lines = head.lines();
    let mut first = lines.next()?.split(' ');
    let (method, target) = (first.next()?.to_owned(), first.next()?.to_owned());
    let headers: HashMap<String, String> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let length: usize = headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    while buffer.len() < length {
        if stream.read_buf(buffer).await.ok()? == 0 {
            return None;
        }
    }
    let body = String::from_utf8(buffer.drain(..length).collect()).ok()?;
    Some(Received { method, target, headers, body })
}

// === impl Rewriting ===

impl Rewriting {
    pub(crate) fn new<'a>(names: impl IntoIterator<Item = (&'a str, &'a Server)>) -> Self {
        let ports = names.into_iter().map(|(name, server)| (name.to_owned(), server.port)).collect();
        Self { client: client(), ports }
    }
}

#[async_trait]
impl Wire for Rewriting {
    async fn send(&self, mut call: Call, deadline: Deadline) -> Result<Reply, WireError> {
        let origin = call.url.origin().ascii_serialization();
        let Some(port) = self.ports.get(&origin) else {
            let text: Box<dyn std::error::Error + Send + Sync> = format!("no way to {origin}").into();
            return Err(text.into());
        };
        let original = call.url.clone();
        call.url = Url::parse(&format!("http://127.0.0.1:{port}")).unwrap();
        call.url.set_path(original.path());
        call.url.set_query(original.query());
        call.transport = Some(Transport { plain_http: true, ..Transport::default() });
        Wire::send(&self.client, call, deadline).await
    }
}

/// A client that gives up soon.
pub(crate) fn client() -> Client {
    let mut config = Config::new("tiphys-test");
    config.retries.attempts = 1;
    Client::new(config)
}

/// The deadline of a request in a test.
pub(crate) fn soon() -> Deadline {
    Deadline::after(std::time::Duration::from_secs(20))
}

// === impl Recorder ===

impl Recorder {
    pub(crate) fn events(&self) -> Vec<Event> {
        lock(&self.0).clone()
    }
}

impl Sink for Recorder {
    fn record(&self, event: &Event) {
        lock(&self.0).push(event.clone());
    }
}
