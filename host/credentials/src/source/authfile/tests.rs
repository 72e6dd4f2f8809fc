use super::*;

struct Store;

impl Helpers for Store {
    fn ask(&self, helper: &str, server: &str) -> Result<Option<(String, Secret)>, String> {
        match (helper, server) {
            ("ecr", _) => Ok(Some(("AWS".to_owned(), Secret::new("minted".to_owned())))),
            ("token", _) => Ok(Some(("<token>".to_owned(), Secret::new("refresh".to_owned())))),
            ("desktop", "kept.corp") => Ok(Some(("kept".to_owned(), Secret::new("k".to_owned())))),
            ("desktop", _) => Ok(None),
            _ => Err("not found".to_owned()),
        }
    }
}

fn files(texts: &[&str], helpers: Option<&dyn Helpers>) -> Vec<String> {
    let directory = tempfile::tempdir().unwrap();
    let paths: Vec<_> = (0..texts.len()).map(|index| directory.path().join(index.to_string())).collect();
    for (path, text) in paths.iter().zip(texts) {
        fs_err::write(path, text).unwrap();
    }
    let contents = read(&paths, Kind::Docker, helpers);
    let entries = contents.entries.iter().map(|entry| match &entry.login {
        Login::Password { username, password } => {
            format!("{} {username}:{}", entry.prefix, password.expose())
        }
        Login::Token(token) => format!("{} token {}", entry.prefix, token.expose()),
        Login::RefreshToken(token) => format!("{} refresh {}", entry.prefix, token.expose()),
        Login::Broken(reason) => format!("{} broken: {reason}", entry.prefix),
        other => panic!("{other:?}"),
    });
    let problems = contents.problems.iter().map(|problem| format!("problem: {}", problem.reason));
    entries.chain(problems).collect()
}

#[track_caller]
fn check(text: &str, expected: &[&str]) {
    assert_eq!(files(&[text], None), expected, "{text}");
}

#[test]
fn keys_of_every_kind() {
    for (key, place) in [
        ("ghcr.io", "ghcr.io"),
        ("ghcr.io/acme/app", "ghcr.io/acme/app"),
        ("localhost:5000", "localhost:5000"),
        ("https://index.docker.io/v1/", "registry-1.docker.io"),
        ("https://index.docker.io/v2/", "registry-1.docker.io"),
        ("docker.io", "registry-1.docker.io"),
        ("https://registry.corp", "registry.corp"),
        ("https://registry.corp:5000/v2/", "registry.corp:5000"),
        ("http://registry.corp", "registry.corp"),
    ] {
        let text = format!(r#"{{"auths": {{"{key}": {{"auth": "dTpw"}}}}}}"#);
        check(&text, &[&format!("{place} u:p")]);
    }
}

#[test]
fn secrets_of_every_kind() {
    for (auth, expected) in [
        (r#""auth": "dTpwOnE=""#, "r.corp u:p:q"),
        (r#""auth": "dTpwAAA=""#, "r.corp u:p"),
        (r#""username": "u", "password": "p""#, "r.corp u:p"),
        (r#""auth": "dTpw", "identitytoken": "i""#, "r.corp refresh i"),
        (r#""registrytoken": "r""#, "r.corp token r"),
        (
            r#""auth": "canary""#,
            "r.corp broken: `auth` is not the base64 of a user name, a colon and a password",
        ),
    ] {
        check(&format!(r#"{{"auths": {{"r.corp": {{{auth}}}}}}}"#), &[expected]);
    }
    check(r#"{"auths": {"r.corp": {}, "s.corp": {"auth": ""}}, "HttpHeaders": {}}"#, &[]);
}

#[test]
fn helpers_come_first_and_are_not_run_by_the_sidecar() {
    let text = r#"{"auths": {"a.corp": {"auth": "dTpw"}, "b.corp": {"auth": "dTpw"}},
                   "credHelpers": {"a.corp": "ecr", "c.corp": "token"}}"#;
    assert_eq!(files(&[text], Some(&Store)), ["a.corp AWS:minted", "b.corp u:p", "c.corp refresh refresh"]);
    let without = files(&[text], None);
    assert!(without[0].starts_with("a.corp broken: it is kept by credential helper `ecr`"), "{without:?}");
    assert_eq!(without[1], "b.corp u:p");
}

#[test]
fn the_general_store_is_asked_for_every_key() {
    let text = r#"{"auths": {"kept.corp": {}, "other.corp": {"auth": "dTpw"}, "none.corp": {}},
                   "credsStore": "desktop"}"#;
    assert_eq!(files(&[text], Some(&Store)), ["kept.corp kept:k", "other.corp u:p"]);
}

#[test]
fn the_first_file_counts() {
    let first = r#"{"auths": {"r.corp": {"auth": "dTpw"}}}"#;
    let second = r#"{"auths": {"r.corp": {"auth": "dTpxcQ=="}, "s.corp": {"auth": "dTpw"}}}"#;
    assert_eq!(files(&[first, second], None), ["r.corp u:p", "s.corp u:p"]);
}

#[test]
fn broken_files_and_keys_say_so_without_quoting() {
    let broken = files(&[r#"{"auths": "canary"}"#], None);
    assert!(broken[0].starts_with("problem: not the JSON") && !broken[0].contains("canary"), "{broken:?}");
    let pattern = files(&[r#"{"auths": {"*.corp": {"auth": "dTpw"}, "r.corp": {"auth": "dTpw"}}}"#], None);
    assert_eq!(pattern[0], "r.corp u:p");
    assert!(pattern[1].contains("patterns are not accepted"), "{pattern:?}");
}

#[test]
fn a_file_that_is_not_there_is_nothing() {
    let contents = read(&[Path::new("/nonexistent/config.json")], Kind::Docker, None);
    assert!(contents.entries.is_empty() && contents.problems.is_empty());
}
