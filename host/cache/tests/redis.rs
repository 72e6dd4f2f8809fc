//! With a real Redis, where `redis-server` is installed: what one machine fetched, the other one has.

#![expect(clippy::unwrap_used, reason = "helpers of tests are tests")]

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use bytes::Bytes;
use cache::{Config, Digest, Redis, Store};

/// A running `redis-server` with a password.
struct Server {
    process: Child,
    port: u16,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Server {
    async fn start() -> Option<Self> {
        Self::listening(|port| vec!["--port".to_owned(), port.to_string()]).await
    }

    /// With TLS alone, and a certificate and key in these files.
    async fn secure(certificate: &str, key: &str) -> Option<Self> {
        let flags = |port: u16| {
            let port = port.to_string();
            let flags = ["--port", "0", "--tls-port", &port, "--tls-auth-clients", "no"];
            let files =
                ["--tls-cert-file", certificate, "--tls-key-file", key, "--tls-ca-cert-file", certificate];
            flags.into_iter().chain(files).map(str::to_owned).collect()
        };
        Self::listening(flags).await
    }

    async fn listening(flags: impl Fn(u16) -> Vec<String>) -> Option<Self> {
        // A port that is free is anybody's until it is listened on: one server after the other.
        static STARTING: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
        let _starting = STARTING.lock().await;
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut command = Command::new("redis-server");
        command.args(flags(port));
        command.args(["--bind", "127.0.0.1", "--save", "", "--requirepass", "canary"]);
        let process = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().ok()?;
        let mut server = Self { process, port };
        let start = Instant::now();
        while tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_err() {
            // One that was built without TLS ends at once.
            if server.process.try_wait().unwrap().is_some() {
                return None;
            }
            assert!(start.elapsed() < Duration::from_secs(30), "redis-server does not listen");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Some(server)
    }

    /// A machine of its own, with `password` for this server.
    fn machine(&self, password: &str) -> (tempfile::TempDir, Store) {
        machine(&format!("redis://:{password}@127.0.0.1:{}", self.port), None)
    }
}

fn machine(url: &str, roots: Option<Vec<u8>>) -> (tempfile::TempDir, Store) {
    let directory = tempfile::tempdir().unwrap();
    let config = Config { path: directory.path().to_owned(), size: 1 << 30 };
    let store = Store::open(&config).unwrap().with_shared(Box::new(Redis::open(url, roots).unwrap()));
    (directory, store)
}

#[tokio::test]
async fn machines_share_what_they_fetched() {
    let Some(server) = Server::start().await else {
        eprintln!("SKIPPED machines_share_what_they_fetched: no redis-server on the path");
        return;
    };
    let ((_one, here), (_two, there)) = (server.machine("canary"), server.machine("canary"));
    let blob = Bytes::from(vec![7; 3 << 20]);
    let digest = Digest::of(&blob);
    assert_eq!(there.get(&digest).await.unwrap(), None);
    here.put(&digest, blob.clone()).await.unwrap();
    assert_eq!(there.get(&digest).await.unwrap(), Some(blob.clone()));
    drop(server);
    assert_eq!(there.get(&digest).await.unwrap(), Some(blob), "it is in its own directory by now");
}

#[tokio::test(flavor = "multi_thread")]
async fn over_tls_by_an_authority_of_its_own() {
    let authority = test_registry::Authority::new();
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name).display().to_string();
    let (certificate, key) = authority.identity(&["localhost"]);
    fs_err::write(file("tls.crt"), certificate).unwrap();
    fs_err::write(file("tls.key"), key).unwrap();
    let Some(server) = Server::secure(&file("tls.crt"), &file("tls.key")).await else {
        eprintln!("SKIPPED over_tls_by_an_authority_of_its_own: no redis-server on the path");
        return;
    };
    let url = format!("rediss://:canary@localhost:{}", server.port);
    let machine = |authority: &test_registry::Authority| machine(&url, Some(authority.pem().into_bytes()));
    let ((_one, here), (_two, there)) = (machine(&authority), machine(&authority));
    let (_three, stranger) = machine(&test_registry::Authority::new());
    let blob = Bytes::from_static(b"blob");
    let digest = Digest::of(&blob);
    here.put(&digest, blob.clone()).await.unwrap();
    assert_eq!(stranger.get(&digest).await.unwrap(), None, "who trusts another authority asks nobody");
    assert_eq!(there.get(&digest).await.unwrap(), Some(blob));
}

#[tokio::test]
async fn what_is_not_what_it_should_be_is_not_believed() {
    let Some(server) = Server::start().await else {
        eprintln!("SKIPPED what_is_not_what_it_should_be_is_not_believed: no redis-server on the path");
        return;
    };
    let digest = Digest::of(b"blob");
    let client = redis::Client::open(format!("redis://:canary@127.0.0.1:{}", server.port)).unwrap();
    let mut connection = client.get_multiplexed_async_connection().await.unwrap();
    let key = format!("tiphys:blob:{digest}");
    redis::cmd("SET").arg(key).arg("evil").query_async::<()>(&mut connection).await.unwrap();
    let (_directory, store) = server.machine("canary");
    assert_eq!(store.get(&digest).await.unwrap(), None);
}

#[tokio::test]
async fn a_shared_store_that_is_away_costs_time_once() {
    let Some(server) = Server::start().await else {
        eprintln!("SKIPPED a_shared_store_that_is_away_costs_time_once: no redis-server on the path");
        return;
    };
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let away = machine(&format!("redis://127.0.0.1:{port}"), None);
    for (_directory, store) in [away, server.machine("wrong")] {
        let blob = Bytes::from_static(b"blob");
        let digest = Digest::of(&blob);
        assert_eq!(store.get(&digest).await.unwrap(), None);
        let start = Instant::now();
        for number in 0..100_u8 {
            assert_eq!(store.get(&Digest::of(&[number])).await.unwrap(), None);
        }
        store.put(&digest, blob.clone()).await.unwrap();
        assert_eq!(store.get(&digest).await.unwrap(), Some(blob));
        assert!(start.elapsed() < Duration::from_secs(3), "after a failure it is left alone");
    }
}

#[test]
fn an_address_that_is_none_is_not_shown() {
    let error = Redis::open("redis://:canary@", None).err().unwrap().to_string();
    assert!(!error.contains("canary"), "{error}");
    assert!(Redis::open("http://a.test", None).is_err());
    assert!(Redis::open("rediss://a.test", Some(b"no certificate".to_vec())).is_err());
}
