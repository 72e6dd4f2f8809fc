//! What a client has to live with: a broken cache, a proxy, a flaky server.

use std::sync::{Arc, Mutex};

use network::{Host, ProxyChoice, ProxyUrl};
use test_registry::{Authority, Options, Registry, Reply};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::bench::{Bench, CANARY, Setup, app, archive, context, host_as, host_of, refresh};

#[tokio::test]
async fn a_cache_that_can_not_be_written_costs_time_alone() {
    let registry = Registry::start(Options::default()).await;
    registry.push_chart("charts/app", "1.2.3", &archive("1.2.3"));
    let bench = Bench::of(&registry, None);
    fs_err::remove_dir_all(bench.directory.path().join("v1")).unwrap();
    fs_err::write(bench.directory.path().join("v1"), b"no directory").unwrap();
    for _ in 0..2 {
        let chart = bench.client.pull_chart(&context(), &app(&registry, "1.2.3")).await.unwrap();
        assert_eq!(chart.version, "1.2.3");
    }
}

#[tokio::test]
async fn what_was_damaged_on_disk_is_fetched_again() {
    let registry = Registry::start(Options::default()).await;
    registry.push_chart("charts/app", "1.2.3", &archive("1.2.3"));
    let bench = Bench::of(&registry, None);
    bench.client.pull_chart(&context(), &app(&registry, "1.2.3")).await.unwrap();
    let blob = test_registry::digest(&archive("1.2.3")).replace("sha256:", "");
    let path = bench.directory.path().join("v1/blobs/sha256").join(&blob[..2]).join(&blob);
    fs_err::write(path, b"damaged").unwrap();
    let next = Setup::new(vec![host_of(&registry, None)]).client(bench.directory.path());
    assert_eq!(next.pull_chart(&refresh(), &app(&registry, "1.2.3")).await.unwrap().version, "1.2.3");
}

#[tokio::test]
async fn a_server_that_fails_now_and_then() {
    let registry = Registry::start(Options::default()).await;
    registry.push_chart("charts/app", "1.2.3", &archive("1.2.3"));
    let mut turn = 0;
    registry.intercept(move |_| {
        turn += 1;
        (turn % 3 != 0).then(|| Reply::new([500, 502, 503, 504, 408][turn % 5]))
    });
    let bench = Bench::of(&registry, None);
    bench.client.pull_chart(&context(), &app(&registry, "1.2.3")).await.unwrap();
}

/// A proxy that connects everything to `port`, and keeps what it was asked.
async fn proxy(port: u16) -> (u16, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let own = listener.local_addr().unwrap().port();
    let asked = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&asked);
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                let Ok(byte) = client.read_u8().await else { break };
                head.push(byte);
            }
            log.lock().unwrap().push(String::from_utf8_lossy(&head).into_owned());
            let mut server = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
            client.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
            tokio::spawn(async move { tokio::io::copy_bidirectional(&mut client, &mut server).await });
        }
    });
    (own, asked)
}

#[tokio::test]
async fn through_a_proxy_with_a_password() {
    let authority = Arc::new(Authority::new());
    let tls = Some((Arc::clone(&authority), vec!["registry.test".to_owned()]));
    let registry = Registry::start(Options { tls, ..Options::default() }).await;
    registry.push_chart("charts/app", "1.2.3", &archive("1.2.3"));
    let (port, asked) = proxy(registry.port()).await;
    let through = |no_proxy: &str| ProxyChoice::Through {
        proxy: ProxyUrl::new(format!("http://me:pass@127.0.0.1:{port}").parse().unwrap()),
        no_proxy: no_proxy.to_owned(),
    };
    let mut host = host_as("registry.test", &registry, Some(&authority));
    host.transport.proxy = through("");
    let request = crate::bench::app_at(&format!("registry.test:{}", registry.port()), "1.2.3");
    let prefix = format!("registry.test:{}", registry.port());
    let bench = Setup::new(vec![host.clone()]).with_credential(&prefix, CANARY).start();
    bench.client.pull_chart(&context(), &request).await.unwrap();
    let first = asked.lock().unwrap()[0].clone();
    assert!(first.starts_with("CONNECT registry.test:"), "{first}");
    assert!(first.to_ascii_lowercase().contains("proxy-authorization: basic bwu6cgfzcw=="), "{first}");
    assert!(registry.requests().iter().all(|seen| !seen.headers.contains_key("proxy-authorization")));
    let count = asked.lock().unwrap().len();
    host.transport.proxy = through("registry.test");
    let direct = Setup::new(vec![host]).start();
    direct.client.pull_chart(&context(), &request).await.unwrap();
    assert_eq!(asked.lock().unwrap().len(), count, "`no_proxy` is heeded");
    assert!(Host::parse("registry.test").is_ok());
}
