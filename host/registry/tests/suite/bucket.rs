//! A bucket behind the cache: with moto's S3, where it is installed.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use bytes::Bytes;
use cache::{Config, Digest, Store};
use network::{Deadline, Request, Url};
use registry::Bucket;

use crate::bench::{Setup, host_at};

/// moto from PyPI: `moto_server` in the path, or in the directory `TIPHYS_TEST_PYTHON/bin`.
struct Moto {
    process: Child,
    port: u16,
}

impl Drop for Moto {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Moto {
    async fn start() -> Option<Self> {
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        #[expect(clippy::disallowed_methods, reason = "the environment says where a peer is")]
        let folder = std::env::var_os("TIPHYS_TEST_PYTHON");
        let program =
            folder.map_or_else(|| "moto_server".into(), |root| PathBuf::from(root).join("bin/moto_server"));
        let mut command = Command::new(program);
        command
            .args(["-H", "127.0.0.1", "-p", &port.to_string()])
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let mut moto = Self { process: command.spawn().ok()?, port };
        let start = std::time::Instant::now();
        while tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_err() {
            // What stands for a program that is not installed ends at once.
            if moto.process.try_wait().unwrap().is_some() {
                return None;
            }
            assert!(start.elapsed() < Duration::from_secs(60), "moto_server does not listen");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        Some(moto)
    }

    fn network(&self) -> network::Client {
        network::Client::new(Setup::new(vec![host_at("localhost", self.port, None)]).network)
    }

    async fn make_bucket(&self, name: &str) {
        let url: Url = format!("http://localhost:{}/{name}", self.port).parse().unwrap();
        let request = Request::new(http::Method::PUT, url, Deadline::after(Duration::from_secs(20))).unwrap();
        assert!(self.network().send(request).await.unwrap().status().is_success());
    }

    /// A machine with the bucket behind its cache.
    fn machine(&self) -> (tempfile::TempDir, Store) {
        let endpoint = format!("http://localhost:{}", self.port);
        let settings = [
            ("AWS_ENDPOINT_URL", endpoint.as_str()),
            ("AWS_REGION", "us-east-1"),
            ("AWS_ACCESS_KEY_ID", "AKIA"),
            ("AWS_SECRET_ACCESS_KEY", "canary"),
        ];
        let settings = settings.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let bucket = Bucket::open(&"s3://charts/cache".parse().unwrap(), settings, self.network()).unwrap();
        let directory = tempfile::tempdir().unwrap();
        let config = Config { path: directory.path().to_owned(), size: 1 << 30 };
        let store = Store::open(&config).unwrap().with_shared(Box::new(bucket));
        (directory, store)
    }
}

#[tokio::test]
async fn machines_share_a_bucket() {
    let Some(moto) = Moto::start().await else {
        eprintln!("SKIPPED machines_share_a_bucket: `moto_server` is not there; set TIPHYS_TEST_PYTHON");
        return;
    };
    moto.make_bucket("charts").await;
    let ((_one, here), (_two, there)) = (moto.machine(), moto.machine());
    let blob = Bytes::from(vec![7; 3 << 20]);
    let digest = Digest::of(&blob);
    assert_eq!(there.get(&digest).await.unwrap(), None);
    here.put(&digest, blob.clone()).await.unwrap();
    assert_eq!(there.get(&digest).await.unwrap(), Some(blob));
    assert_eq!(there.get(&Digest::of(b"nothing")).await.unwrap(), None);
}

#[test]
fn what_is_no_bucket() {
    let network = || network::Client::new(network::Config::new("tiphys-test"));
    for url in ["https://a.test/b", "s3:charts"] {
        assert!(Bucket::open(&url.parse().unwrap(), [], network()).is_err(), "{url}");
    }
}
