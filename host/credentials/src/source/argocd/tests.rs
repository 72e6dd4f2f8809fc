use super::*;

fn data(pairs: &[(&str, &str)]) -> Data {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), Secret::new((*value).to_owned()))).collect()
}

/// One line about what a Secret became.
fn summary(secret_type: SecretType, pairs: &[(&str, &str)]) -> String {
    match parse("argocd/x", secret_type, &data(pairs)) {
        Parsed::Git => "git".to_owned(),
        Parsed::Problem(reason) => format!("problem: {reason}"),
        Parsed::Entry(entry) => match &entry.login {
            Login::Broken(reason) => format!("broken {}: {reason}", entry.prefix),
            Login::Password { username, password } => {
                format!(
                    "{:?} {} {} {username}:{}",
                    entry.kind,
                    entry.prefix,
                    entry.projects,
                    password.expose()
                )
            }
            Login::Token(token) => format!("{:?} {} bearer {}", entry.kind, entry.prefix, token.expose()),
            other => format!("{:?} {} {} {other:?}", entry.kind, entry.prefix, entry.projects),
        },
    }
}

#[track_caller]
fn check(secret_type: SecretType, pairs: &[(&str, &str)], expected: &str) {
    assert_eq!(summary(secret_type, pairs), expected, "{pairs:?}");
}

fn transport_of(pairs: &[(&str, &str)]) -> Transport {
    match parse("argocd/x", SecretType::Repository, &data(pairs)) {
        Parsed::Entry(entry) => entry.transport.unwrap(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn repositories_of_every_kind() {
    use SecretType::Repository;
    let login = [("username", "u"), ("password", "p")];
    for (head, expected) in [
        (
            vec![("url", "registry-1.docker.io/bitnamicharts"), ("type", "helm"), ("enableOCI", "true")],
            "Repository registry-1.docker.io/bitnamicharts every project u:p",
        ),
        (vec![("url", "oci://ghcr.io/acme"), ("type", "oci")], "Repository ghcr.io/acme every project u:p"),
        (vec![("url", "oci://ghcr.io/acme")], "Repository ghcr.io/acme every project u:p"),
        (vec![("url", "ghcr.io/acme"), ("enableOCI", "true")], "Repository ghcr.io/acme every project u:p"),
        (
            vec![("url", "https://charts.corp/stable"), ("type", "helm"), ("name", "stable")],
            "Repository charts.corp/stable every project u:p",
        ),
        (vec![("url", "oci://ghcr.io/acme"), ("project", "team-a")], "Repository ghcr.io/acme team-a u:p"),
        (vec![("url", "https://github.com/acme/app")], "git"),
        (vec![("url", "https://github.com/acme/app"), ("type", "git")], "git"),
        (vec![("url", "git@github.com:acme/app.git")], "git"),
        (vec![("type", "helm")], "problem: `url` is missing"),
        (
            vec![("url", "https://charts.corp"), ("type", "helmet")],
            "problem: `type` is `helmet`, expected `helm`, `oci` or `git`",
        ),
    ] {
        check(Repository, &[&head[..], &login].concat(), expected);
    }
}

#[test]
fn templates_need_no_type_and_know_no_project() {
    let login = [("username", "u"), ("password", "p"), ("project", "team-a")];
    for (head, expected) in [
        (vec![("url", "https://charts.corp")], "Template charts.corp every project u:p"),
        (vec![("url", "registry.corp"), ("type", "helm")], "Template registry.corp every project u:p"),
        (vec![("url", "git@github.com:acme")], "git"),
        (vec![("url", "ssh://git.corp/acme")], "git"),
    ] {
        check(SecretType::Template, &[&head[..], &login].concat(), expected);
    }
}

#[test]
fn files_tell_their_type_by_what_is_in_them() {
    use SecretType::Unlabelled;
    let base = [("url", "registry.corp"), ("type", "helm"), ("password", "p")];
    check(Unlabelled, &base, "Template registry.corp every project :p");
    let named = [&base[..], &[("name", "x")]].concat();
    check(Unlabelled, &named, "Repository registry.corp every project :p");
    let scoped = [&base[..], &[("project", "a")]].concat();
    check(Unlabelled, &scoped, "Repository registry.corp a :p");
}

#[test]
fn logins_of_every_kind() {
    use SecretType::Repository;
    let oci = ("url", "oci://registry.corp");
    let google = ("url", "oci://europe-docker.pkg.dev/p/charts");
    check(Repository, &[oci], "Repository registry.corp every project connection settings only");
    check(Repository, &[oci, ("bearerToken", "t\n")], "Repository registry.corp bearer t");
    check(Repository, &[oci, ("password", "a\nb\n")], "Repository registry.corp every project :a\nb");
    check(Repository, &[oci, ("username", "u")], "broken registry.corp: `username` without `password`");
    check(
        Repository,
        &[google, ("gcpServiceAccountKey", "{}")],
        "Repository europe-docker.pkg.dev/p/charts every project _json_key:{}",
    );
    check(
        Repository,
        &[oci, ("gcpServiceAccountKey", "{}")],
        "broken registry.corp: `gcpServiceAccountKey` is not for `registry.corp`",
    );
    check(
        Repository,
        &[oci, ("useAzureWorkloadIdentity", "true")],
        "Repository registry.corp every project identity of Azure, asked for by a Secret",
    );
}

#[test]
fn what_is_wrong_is_named_and_never_shown() {
    let oci = ("url", "oci://registry.corp");
    for (key, value) in [
        ("insecure", "canary"),
        ("enableOCI", "canary"),
        ("insecureOCIForceHttp", "canary"),
        ("useAzureWorkloadIdentity", "canary"),
        ("forceHttpBasicAuth", "canary"),
        ("proxy", "canary"),
        ("proxy", "ftp://canary"),
        ("tlsClientCertData", "canary"),
        ("tlsClientCertKey", "canary"),
    ] {
        let told = summary(SecretType::Repository, &[oci, (key, value)]);
        assert!(told.starts_with("broken registry.corp"), "{key}: {told}");
        assert!(told.contains(key) && !told.contains("canary"), "{key}: {told}");
    }
    let url = summary(SecretType::Repository, &[("url", "oci://u:canary@registry.corp")]);
    assert!(url.starts_with("problem") && !url.contains("canary"), "{url}");
}

#[test]
fn connection_settings() {
    let oci = ("url", "oci://registry.corp");
    assert_eq!(transport_of(&[oci]), Transport::default());
    assert_eq!(transport_of(&[oci, ("insecure", "true")]).tls, Tls::Unverified);
    assert!(transport_of(&[oci, ("insecureOCIForceHttp", "true")]).plain_http);
    assert!(transport_of(&[("url", "http://charts.corp"), ("type", "helm")]).plain_http);
    let with_identity = transport_of(&[oci, ("tlsClientCertData", "c"), ("tlsClientCertKey", "k")]);
    assert_eq!(with_identity.identity, Some(ClientIdentity::new(b"c", b"k")));
    let proxied = transport_of(&[oci, ("proxy", "http://u:p@proxy.corp:3128"), ("noProxy", "a,b")]);
    let proxy = ProxyUrl::new(Url::parse("http://u:p@proxy.corp:3128").unwrap());
    assert_eq!(proxied.proxy, ProxyChoice::Through { proxy, no_proxy: "a,b".to_owned() });
}
