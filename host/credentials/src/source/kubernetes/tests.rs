//! Against a server that behaves as the Kubernetes API does: pages, events, bookmarks, 410 and broken connections.

use std::collections::VecDeque;
use std::sync::Mutex;

use tokio::sync::mpsc;

use super::*;
use crate::testing::{Canned, Received, Server};

fn encoded(pairs: &[(&str, &str)]) -> String {
    let pairs: Vec<String> =
        pairs.iter().map(|(key, value)| format!(r#""{key}": "{}""#, STANDARD.encode(value))).collect();
    format!("{{{}}}", pairs.join(", "))
}

fn object(name: &str, version: u32, secret_type: &str, pairs: &[(&str, &str)]) -> String {
    let data = encoded(pairs);
    format!(
        r#"{{"kind": "Secret", "metadata": {{"name": "{name}", "resourceVersion": "{version}",
            "labels": {{"argocd.argoproj.io/secret-type": "{secret_type}"}}}}, "data": {data}}}"#
    )
    .replace('\n', "")
}

fn event(kind: &str, object: &str) -> String {
    format!("{{\"type\": \"{kind}\", \"object\": {object}}}\n")
}

fn list(version: u32, next: &str, items: &[String]) -> Canned {
    let items = items.join(",");
    Canned::new(
        200,
        format!(
            r#"{{"metadata": {{"resourceVersion": "{version}", "continue": "{next}"}}, "items": [{items}]}}"#
        ),
    )
}

fn oci(host: &str, password: &str) -> Vec<(String, String)> {
    vec![("url".into(), format!("oci://{host}")), ("password".into(), password.into())]
}

fn secret(name: &str, version: u32, host: &str, password: &str) -> String {
    let pairs = oci(host, password);
    let pairs: Vec<(&str, &str)> = pairs.iter().map(|(key, value)| (&**key, &**value)).collect();
    object(name, version, "repository", &pairs)
}

/// Answers by the order in which it is asked, and refuses whoever asks wrongly.
async fn api(answers: Vec<Canned>) -> Server {
    let answers = Mutex::new(VecDeque::from(answers));
    Server::start(move |request| {
        let query = request.query();
        let fine = request.path() == "/api/v1/namespaces/argocd/secrets"
            && request.header("authorization") == "Bearer sa-token"
            && query.get("labelSelector").map(String::as_str) == Some(SELECTOR);
        if !fine {
            return Canned::new(403, "");
        }
        // Once everything is told, the API is silent for long.
        answers.lock().unwrap().pop_front().unwrap_or_else(|| Canned::new(503, ""))
    })
    .await
}

fn watch_of(server: &Server, root: &tempfile::TempDir) -> Watch {
    let token_file = root.path().join("token");
    fs_err::write(&token_file, "sa-token\n").unwrap();
    let api = format!("http://127.0.0.1:{}", server.port).parse().unwrap();
    Watch::new(KubernetesAccess { api, token_file, ca_file: None }, "argocd".to_owned())
}

/// What is published, as lists of `LABEL PLACE`.
async fn published(server: &Server, count: usize) -> Vec<Vec<String>> {
    let root = tempfile::tempdir().unwrap();
    let (sender, mut receiver) = mpsc::unbounded_channel();
    let task = tokio::spawn(watch_of(server, &root).run(move |contents| {
        let lines = contents.entries.iter().map(|entry| format!("{} {}", entry.label, entry.prefix));
        let problems =
            contents.problems.iter().map(|problem| format!("{} {}", problem.label, problem.reason));
        let _ = sender.send(lines.chain(problems).collect::<Vec<_>>());
    }));
    let mut all = Vec::new();
    while all.len() < count {
        let next = tokio::time::timeout(Duration::from_secs(20), receiver.recv()).await;
        all.push(next.expect("in time").expect("still running"));
    }
    task.abort();
    all
}

fn versions(server: &Server) -> Vec<Option<String>> {
    server
        .received()
        .iter()
        .map(|request: &Received| request.query().get("resourceVersion").cloned())
        .collect()
}

#[tokio::test]
async fn a_list_in_pages_and_the_events_after_it() {
    let bookmark = r#"{"kind": "Secret", "metadata": {"resourceVersion": "20"}}"#;
    let template =
        object("t", 12, "repo-creds", &[("url", "t.corp"), ("password", "p"), ("sshPrivateKey", "k")]);
    let server = api(vec![
        list(9, "page-2", &[secret("a", 1, "a.corp", "p")]),
        list(10, "", &[secret("b", 2, "b.corp", "p")]),
        Canned::new(200, event("ADDED", &template) + &event("BOOKMARK", bookmark)),
        Canned::new(200, event("DELETED", &secret("a", 21, "a.corp", "p"))),
        Canned::new(200, event("MODIFIED", &secret("b", 22, "c.corp", "p"))),
    ])
    .await;
    let seen = published(&server, 4).await;
    assert_eq!(seen[0], ["argocd/a a.corp", "argocd/b b.corp"]);
    assert_eq!(seen[1], ["argocd/a a.corp", "argocd/b b.corp", "argocd/t t.corp"]);
    assert_eq!(seen[2], ["argocd/b b.corp", "argocd/t t.corp"]);
    assert_eq!(seen[3], ["argocd/b c.corp", "argocd/t t.corp"]);
    let expected = [None, None, Some("10"), Some("20"), Some("21")];
    assert_eq!(&versions(&server)[..5], expected.map(|version| version.map(str::to_owned)));
    assert_eq!(server.received()[1].query()["continue"], "page-2");
}

#[tokio::test]
async fn what_is_gone_is_listed_anew() {
    let status = r#"{"kind": "Status", "code": 410, "reason": "Expired"}"#;
    let server = api(vec![
        list(10, "", &[secret("a", 1, "a.corp", "p")]),
        Canned::new(200, event("ERROR", status)),
        list(50, "", &[secret("b", 2, "b.corp", "p")]),
        Canned::new(410, ""),
        list(60, "", &[]),
    ])
    .await;
    let seen = published(&server, 3).await;
    assert_eq!(seen, [vec!["argocd/a a.corp"], vec!["argocd/b b.corp"], vec![]]);
}

#[tokio::test]
async fn a_failure_leaves_what_was_known_and_goes_on_from_there() {
    let server = api(vec![
        Canned::new(500, ""),
        list(10, "", &[secret("a", 1, "a.corp", "p")]),
        Canned::new(500, ""),
        Canned::new(200, "half an event"),
        Canned::new(200, event("ADDED", &secret("b", 11, "b.corp", "p"))),
    ])
    .await;
    let seen = published(&server, 2).await;
    assert_eq!(seen[1], ["argocd/a a.corp", "argocd/b b.corp"]);
    let asked = versions(&server);
    assert!(asked[2..].iter().flatten().all(|version| version == "10" || version == "11"), "{asked:?}");
}

/// What came before a connection broke counts, and is not asked for again.
#[tokio::test]
async fn a_broken_connection_goes_on_where_it_broke() {
    let added = |name, version| event("ADDED", &secret(name, version, "x.corp", "p"));
    let server = api(vec![
        list(10, "", &[]).torn(),
        list(10, "", &[]),
        Canned::new(200, added("a", 11)).torn(),
        Canned::new(200, added("b", 12) + r#"{"type": "ADDED", "obj"#).torn(),
        Canned::new(200, added("c", 13)),
    ])
    .await;
    let seen = published(&server, 4).await;
    assert_eq!(seen[3], ["argocd/a x.corp", "argocd/b x.corp", "argocd/c x.corp"]);
    let asked: Vec<String> = versions(&server).into_iter().flatten().collect();
    assert_eq!(asked[..3], ["10", "11", "12"]);
}

/// Kubelets replace the token of a service account; who may no longer ask keeps what it knows, and goes on asking.
#[tokio::test]
async fn the_token_is_read_for_each_request() {
    let root = tempfile::tempdir().unwrap();
    let wanted = std::sync::Arc::new(Mutex::new("sa-token"));
    let now = std::sync::Arc::clone(&wanted);
    let server = Server::start(move |request| {
        let token = *now.lock().unwrap();
        if request.header("authorization") != format!("Bearer {token}") {
            return Canned::new(401, "");
        }
        list(10, "", &[secret("a", 1, &format!("{token}.corp"), "p")])
    })
    .await;
    let first = watch_of(&server, &root).once().await;
    *wanted.lock().unwrap() = "new-token";
    let refused = watch_of(&server, &root).once().await;
    let watch = watch_of(&server, &root);
    fs_err::write(root.path().join("token"), "new-token").unwrap();
    let second = watch.once().await;
    assert_eq!(first.entries[0].prefix.to_string(), "sa-token.corp");
    assert!(refused.problems[0].reason.contains("status 401"), "{refused:?}");
    assert_eq!(second.entries[0].prefix.to_string(), "new-token.corp");
}

/// Rule R31: a broken Secret says so by its name, and the rest goes on.
#[tokio::test]
async fn a_broken_secret_breaks_alone() {
    let raw = r#"{"metadata": {"name": "raw", "labels": {}}, "data": {"url": "%%%"}}"#.to_owned();
    let server = api(vec![list(10, "", &[raw, secret("a", 1, "a.corp", "p")])]).await;
    let seen = published(&server, 1).await;
    assert_eq!(seen[0], ["argocd/a a.corp", "argocd/raw its data is not the base64 of text"]);
}

/// Rule R31: keys without a meaning here are not kept.
#[test]
fn only_the_keys_that_are_needed_are_kept() {
    let value = || Secret::new(STANDARD.encode("x"));
    let data = ["url", "password", "sshPrivateKey", "githubAppPrivateKey", "anything"];
    let data = data.into_iter().map(|key| (key.to_owned(), value())).collect();
    let kept: Vec<String> = decode(data).unwrap().into_keys().collect();
    assert_eq!(kept, ["password", "url"]);
}
