//! Rules R3, R4, R12 and R30 for requests of a plugin's own.

use policy::{FetchLimits, Grant, PaceLimits, Requester};
use sandbox::capability::credentials::Credentials as _;
use test_registry::{Reply, Seen};

use super::super::ProjectPace;
use super::super::credentials::Finder;
use super::super::testing::Bench;
use super::*;

const PASSWORD: &str = "canary/+password";

fn requester() -> Requester {
    Requester { project: Some("team-a".to_owned()), application: Some("app".to_owned()) }
}

/// What is granted, at the registry of `bench`.
fn hosts(bench: &Bench, granted: &[String], limits: FetchLimits) -> GrantedHosts {
    let network = granted.iter().map(|pattern| pattern.parse().unwrap()).collect();
    let grant = Arc::new(Grant { registry: vec![], network });
    let meter = Meter::new(limits, bench.outside.pace.clone(), &requester());
    GrantedHosts::new(Outside { grant, ..bench.outside.clone() }, Arc::new(meter))
}

fn get(url: &str) -> Request {
    Request { method: "GET".to_owned(), url: url.to_owned(), headers: vec![], body: vec![] }
}

fn url(bench: &Bench, path: &str) -> String {
    format!("http://{}{path}", bench.server.host())
}

/// The same server by another name, which is another origin.
fn away(bench: &Bench, path: &str) -> String {
    format!("http://127.0.0.1:{}{path}", bench.server.port())
}

fn all(bench: &Bench) -> Vec<String> {
    vec![url(bench, "/**")]
}

async fn message(hosts: &GrantedHosts, url: &str) -> String {
    hosts.send(get(url), None).await.unwrap_err().message
}

#[tokio::test]
async fn what_is_not_granted_is_not_asked() {
    let bench = Bench::new(&[]).await;
    let elsewhere = away(&bench, "/granted/x");
    bench.server.intercept({
        let elsewhere = elsewhere.clone();
        move |_: &Seen| Some(Reply::redirect(&elsewhere))
    });
    let hosts = hosts(&bench, &[url(&bench, "/granted/**")], FetchLimits::default());
    for denied in [url(&bench, "/other"), elsewhere, url(&bench, "/granted/x")] {
        let message = message(&hosts, &denied).await;
        assert!(message.contains("this plugin may not connect to"), "{denied}: {message}");
    }
    assert_eq!(bench.server.requests().len(), 1, "only what redirects elsewhere was asked");
}

#[tokio::test]
async fn a_render_has_so_many_bytes_and_so_much_time() {
    let bench = Bench::new(&[]).await;
    bench.server.intercept(|_: &Seen| Some(Reply::new(200).body(vec![b'x'; 1000])));
    let address = url(&bench, "/x");
    let hosts_of = |limits| hosts(&bench, &all(&bench), limits);
    let small = hosts_of(FetchLimits { bytes: 1500, ..FetchLimits::default() });
    assert!(small.send(get(&address), None).await.is_ok());
    for _ in 0..2 {
        assert_eq!(message(&small, &address).await, "more than 1500 bytes fetched in one render");
    }
    assert_eq!(bench.server.requests().len(), 2, "nothing is fetched any more");
    let short = hosts_of(FetchLimits { time: std::time::Duration::from_nanos(1), ..FetchLimits::default() });
    assert!(short.send(get(&address), None).await.is_err());
    assert_eq!(message(&short, &address).await, "more than 1ns spent with fetching in one render");
}

#[tokio::test]
async fn a_project_asks_so_fast() {
    let mut bench = Bench::new(&[]).await;
    bench.outside.pace =
        ProjectPace::new(PaceLimits { burst: 1, interval: std::time::Duration::from_secs(900) });
    let address = url(&bench, "/v2/");
    let hosts = hosts(&bench, &all(&bench), FetchLimits::default());
    assert!(hosts.send(get(&address), None).await.is_ok());
    let message = message(&hosts, &address).await;
    assert!(message.starts_with("project `team-a` fetches more than its share"), "{message}");
}

/// A handle for the registry of `bench`, as a plugin finds it.
async fn handle_for(bench: &Bench) -> Credential {
    let finder = Finder::new(bench.outside.broker.clone(), None, &requester());
    finder.find(&format!("oci://{}/", bench.server.host())).await.unwrap().unwrap()
}

/// Rule R30: what a server repeats of a credential is no way to read it.
#[tokio::test]
async fn an_answer_that_repeats_the_credential_is_withheld() {
    let bench = Bench::new(&[("ann", PASSWORD, "team-a")]).await;
    bench.server.intercept(|seen: &Seen| {
        let Some(sent) = seen.authorization.clone() else {
            return Some(Reply::new(401).header("www-authenticate", "Basic realm=\"r\""));
        };
        let hexadecimal: String = PASSWORD.bytes().map(|byte| format!("{byte:02x}")).collect();
        Some(match seen.path.as_str() {
            "/body" => Reply::new(200).body(format!("you sent {sent}")),
            "/header" => Reply::new(200).header("x-said", &sent),
            "/plain" => Reply::new(200).body(format!("{{\"password\": \"{PASSWORD}\"}}")),
            "/hex" => Reply::new(404).body(hexadecimal),
            _ => Reply::new(200).body("something else"),
        })
    });
    let credential = handle_for(&bench).await;
    let hosts = hosts(&bench, &all(&bench), FetchLimits::default());
    let ask = async |path: &str| hosts.send(get(&url(&bench, path)), Some(credential.clone())).await;
    assert_eq!(ask("/").await.unwrap().body, "something else");
    for path in ["/body", "/header", "/plain", "/hex"] {
        let failure = ask(path).await.unwrap_err();
        assert!(failure.message.ends_with("which is not for plugins to read"), "{path}: {}", failure.message);
    }
}

/// Rule R12: a credential stays behind when a server leads elsewhere, and is not picked up on the way back.
#[tokio::test]
async fn a_redirect_takes_no_credential_along() {
    let bench = Bench::new(&[("ann", PASSWORD, "team-a")]).await;
    let (there, back) = (away(&bench, "/away"), url(&bench, "/back"));
    bench.server.intercept(move |seen: &Seen| match (seen.path.as_str(), &seen.authorization) {
        ("/back", _) => Some(Reply::new(200).body("back")),
        ("/away", _) => Some(Reply::redirect(&back)),
        (_, None) => Some(Reply::new(401).header("www-authenticate", "Basic realm=\"r\"")),
        _ => Some(Reply::redirect(&there)),
    });
    let credential = handle_for(&bench).await;
    let granted = [all(&bench), vec![away(&bench, "/**")]].concat();
    let hosts = hosts(&bench, &granted, FetchLimits::default());
    let answer = hosts.send(get(&url(&bench, "/there")), Some(credential)).await.unwrap();
    assert_eq!(answer.body, b"back"[..]);
    let sent: Vec<bool> = bench.server.requests().iter().map(|seen| seen.authorization.is_some()).collect();
    assert_eq!(sent, [true, false, false]);
}
