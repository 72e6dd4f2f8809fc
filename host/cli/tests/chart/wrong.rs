//! Wrong input: one error, which says what was attempted, on what, what the answer was and what to do; nothing is left
//! half written, and no secret is told.

use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use test_registry::{Auth, Options, Piece, Registry, Reply, Seen, chart};

use crate::Person;

/// Arguments, and what the error must contain, in this order; `HOST` is the registry.
type Case = (&'static str, &'static [&'static str]);

/// What anybody may get wrong before anything is asked.
const WORDS: &[Case] = &[
    ("chart pull", &["required", "<CHART>"]),
    ("chart pull app", &["`app` is not the address of a chart", "hint: write `oci://REGISTRY/PATH`"]),
    ("chart pull ftp://HOST/charts/app", &["is not the address of a chart", "hint:"]),
    (
        "chart pull oci://HOST/charts/app:1.0.0 --version 2.0.0",
        &["are two versions", "hint: give one of them"],
    ),
    ("chart pull oci://HOST/Charts/app", &["HOST/Charts/app", "lower-case"]),
    (
        "chart pull oci://HOST/charts/app --username user",
        &["needs a password", "hint: add `--password-stdin`"],
    ),
    ("chart versions app", &["is not the address of a chart", "hint:"]),
    ("chart versions ../app --repo http://HOST/charts", &["../app"]),
    ("chart show everything oci://HOST/charts/app", &["everything"]),
    ("chart show", &["required"]),
    ("chart push", &["required"]),
    ("chart push nothing.tgz oci://HOST/charts", &["nothing.tgz", "o such file"]),
    ("chart push junk.tgz oci://HOST/charts --plain-http", &["HOST/charts", "archive is not accepted"]),
    (
        "chart push app-1.2.3.tgz HOST/charts",
        &["is not the address of a registry", "hint: write `oci://REGISTRY/PATH`"],
    ),
    ("chart mirror --from-file nothing.txt --to oci://HOST/copies", &["nothing.txt", "o such file"]),
    ("chart mirror oci://HOST/charts/app", &["required", "--to"]),
    ("registry login HOST", &["a login needs a user", "hint: add `--username NAME --password-stdin`"]),
    (
        "registry login HOST/charts --username user --password-stdin",
        &["is not a host", "hint: write `host[:port]`"],
    ),
    ("registry logout HOST", &["not logged in"]),
    ("cache gc --size many", &["many"]),
    ("cache export nowhere/cache.tar", &["nowhere"]),
    ("cache import nothing.tar", &["nothing.tar", "o such file"]),
    ("cache import junk.tgz", &["junk.tgz"]),
];

/// What a registry may answer; the name of the chart says what this one does.
const ANSWERS: &[Case] = &[
    (
        "chart pull oci://HOST/charts/secret:1.2.3",
        &["pull `oci://HOST/charts/secret:1.2.3`", "401", "hint: no credential"],
    ),
    ("chart pull oci://HOST/charts/denied:1.2.3", &["pull", "denied:1.2.3", "403", "DENIED", "hint:"]),
    (
        "chart pull oci://HOST/charts/absent:1.2.3",
        &["pull", "absent:1.2.3", "no such artifact", "404", "hint: check the name"],
    ),
    ("chart pull oci://HOST/charts/limited:1.2.3", &["pull", "limited:1.2.3", "429", "hint:"]),
    ("chart pull oci://HOST/charts/failing:1.2.3", &["pull", "failing:1.2.3", "503"]),
    ("chart pull oci://HOST/charts/short:1.2.3", &["pull", "short:1.2.3", "broke"]),
    (
        "chart pull oci://HOST/charts/spoiled:1.2.3",
        &["pull", "spoiled:1.2.3", "its content is `sha256:", "instead of"],
    ),
    ("chart pull oci://HOST/charts/image:1.2.3", &["pull", "image:1.2.3", "it is not a chart"]),
    ("chart pull oci://HOST/charts/other:1.2.3", &["pull", "other:1.2.3", "says name `app`", "hint:"]),
    (
        "chart pull oci://HOST/charts/app --version ^9",
        &["pull", "charts/app", "no version satisfies `^9`", "`1.2.3`"],
    ),
    (
        "chart pull oci://HOST/charts/app --version 1.2.3 --prov",
        &["no provenance file", "hint: pull it without `--prov`"],
    ),
    (
        "chart pull oci://HOST/charts/app --version 1.2.3 -d junk.tgz",
        &["failed to write `junk.tgz/app-1.2.3.tgz`"],
    ),
    (
        "chart pull oci://HOST/charts/app --version 1.2.3 -d /proc/none",
        &["failed to write `/proc/none/app-1.2.3.tgz`"],
    ),
    ("chart versions oci://HOST/charts/absent", &["list the versions of", "charts/absent", "404", "hint:"]),
    ("chart show oci://HOST/charts/denied:1.2.3", &["denied:1.2.3", "403", "hint:"]),
    ("chart push app-1.2.3.tgz oci://HOST/denied", &["push", "HOST/denied", "403", "hint:"]),
    ("chart push app-1.2.3.tgz oci://HOST/failing", &["push", "HOST/failing", "503"]),
    ("chart mirror oci://HOST/charts/absent:1.2.3 --to oci://HOST/copies", &["absent", "404"]),
    ("chart mirror oci://HOST/charts/app --to junk.tgz/layout.tar", &["junk.tgz/layout.tar"]),
    (
        "registry login HOST --username user --password canary",
        &["log in to `HOST`", "401", "hint: check that"],
    ),
];

/// What the registry does, by the name in the path.
fn misbehave(seen: &Seen) -> Option<Reply> {
    let about = |name: &str| seen.path.starts_with(&format!("/v2/charts/{name}/"));
    let push = |name: &str| seen.path.starts_with(&format!("/v2/{name}/"));
    let is_blob = seen.path.contains("/blobs/");
    match () {
        () if about("secret") || seen.path == "/v2/" => Some(
            Reply::error(401, "UNAUTHORIZED", "who are you?").header("www-authenticate", "Basic realm=\"r\""),
        ),
        () if about("denied") || push("denied") => Some(Reply::error(403, "DENIED", "not for you")),
        () if about("limited") => {
            Some(Reply::error(429, "TOOMANYREQUESTS", "later").header("retry-after", "7200"))
        }
        () if about("failing") || push("failing") => Some(Reply::error(503, "UNAVAILABLE", "not now")),
        () if about("short") && is_blob => {
            let pieces = vec![
                Piece::Bytes(Bytes::from_static(b"x")),
                Piece::Pause(Duration::from_millis(10)),
                Piece::Break,
            ];
            Some(Reply::new(200).pieces(pieces))
        }
        () if about("spoiled") && is_blob => Some(Reply::new(200).body(vec![b'x'; archive("spoiled").len()])),
        () => None,
    }
}

fn archive(name: &str) -> Vec<u8> {
    chart::archive(name, "1.2.3", &[])
}

async fn registry() -> Registry {
    let registry = Registry::start(Options { auth: Auth::None, ..Options::default() }).await;
    for name in ["app", "short", "spoiled"] {
        registry.push_chart(&format!("charts/{name}"), "1.2.3", &archive(name));
    }
    registry.push_chart("charts/other", "1.2.3", &archive("app"));
    let config = br#"{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a","size":2}"#;
    let manifest = "application/vnd.oci.image.manifest.v1+json";
    let text = format!(
        "{{\"schemaVersion\":2,\"mediaType\":\"{manifest}\",\"config\":{},\"layers\":[]}}",
        String::from_utf8_lossy(config)
    );
    registry.content().manifest("charts/image", Some("1.2.3"), manifest, text.as_bytes());
    registry.intercept(misbehave);
    registry
}

/// Everything below a folder, but for the cache.
fn files(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs_err::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true if path.ends_with("tiphys") => {}
            true => found.extend(files(&path)),
            false => found.push(path.display().to_string()),
        }
    }
    found.sort();
    found
}

/// Runs each case, and tells all that are not as they should be.
fn check(cases: &[Case], host: &str, flags: &str) {
    let person = Person::new();
    fs_err::write(person.path("app-1.2.3.tgz"), archive("app")).unwrap();
    fs_err::write(person.path("junk.tgz"), "junk").unwrap();
    let before = files(person.home.path());
    let mut wrong = Vec::new();
    for (arguments, expect) in cases {
        let arguments = format!("{arguments}{flags}").replace("HOST", host);
        let output = person.output(&arguments, "canary\n");
        let text = String::from_utf8(output.stderr).unwrap();
        let mut rest = text.as_str();
        for part in *expect {
            match rest.split_once(&part.replace("HOST", host)) {
                Some((_, after)) => rest = after,
                None => wrong.push(format!("{arguments}: no `{part}` in {text}")),
            }
        }
        let errors = text.lines().filter(|line| line.to_lowercase().starts_with("error:")).count();
        if output.status.success() || errors != 1 || !output.stdout.is_empty() || text.contains("canary") {
            wrong.push(format!("{arguments}: {:?}: {text}", output.status));
        }
        if files(person.home.path()) != before {
            wrong.push(format!("{arguments}: it left {:?}", files(person.home.path())));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn words_that_are_wrong() {
    let registry = registry().await;
    check(WORDS, &registry.host(), "");
    assert_eq!(registry.log(), [""; 0], "nobody had to be asked");
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_that_are_wrong() {
    let registry = registry().await;
    check(ANSWERS, &registry.host(), " --plain-http");
}

/// A registry in the clear, asked over TLS: what to do is the flag.
#[tokio::test(flavor = "multi_thread")]
async fn a_registry_in_the_clear() {
    let registry = registry().await;
    let pull = "chart pull oci://HOST/charts/app:1.2.3";
    check(
        &[(pull, &["pull", "app:1.2.3", "can't be reached", "hint:", "--plain-http"])],
        &registry.host(),
        "",
    );
}
