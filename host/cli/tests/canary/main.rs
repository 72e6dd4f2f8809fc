//! Rule R30 for the whole command: with every kind of secret loaded, and servers that repeat what they are sent,
//! no secret is in anything that comes out of it: stdout, logs at the finest level, errors, audit events, answers
//! on the socket, files of the cache. Each is looked for as it is, in base64, in hexadecimal digits and as in a URL.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test"
)]

mod askpass;
mod cloud;
mod forms;
mod secrets;
mod tiphys;

use cmp_client::{Archive, CHECK, Check, Connection, Upload};
use test_registry::{Auth, Options, Registry, Reply, Seen, chart};

use crate::askpass::Socket;
use crate::cloud::{ACR, Cloud, ECR, GIVEN, GOOGLE, secret};
use crate::forms::{Haystack, canary, forms};
use crate::secrets::{KINDS, Secrets};
use crate::tiphys::Tiphys;

/// Repeats all that it is sent, in every place of an answer.
fn parrot(seen: &Seen) -> Option<Reply> {
    let said = format!("{} {:?} {}", seen.path, seen.headers, String::from_utf8_lossy(&seen.body));
    let line: String = said.chars().filter(|c| !c.is_control()).take(2000).collect();
    let refusal = Reply::error(401, "UNAUTHORIZED", &line).header("x-said", &line);
    let scheme = if seen.path.contains("token") { "Bearer realm=\"/token\"" } else { "Basic realm=\"r\"" };
    Some(refusal.header("www-authenticate", scheme))
}

/// The `Chart.yaml` of an application that depends on the chart `app` at `place`.
fn chart_yaml(place: &str) -> String {
    let dependency = format!("{{name: app, version: 1.2.3, repository: \"{place}\"}}");
    format!("apiVersion: v2\nname: web\nversion: 1.0.0\ndependencies: [{dependency}]\n")
}

fn application(place: &str) -> Upload {
    let archive = Archive::new().file("Chart.yaml", chart_yaml(place)).tgz();
    Upload::new(archive).env("ARGOCD_APP_PROJECT_NAME", "team-a")
}

fn config_map() -> Vec<u8> {
    let template = b"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: fetched}\n";
    chart::archive("app", "1.2.3", &[("templates/map.yaml", template)])
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_in_any_output() {
    let good =
        Registry::start(Options { auth: Auth::token("user", &canary("file")), ..Options::default() }).await;
    good.push_chart("charts/app", "1.2.3", &config_map());
    let bad = Registry::start(Options::default()).await;
    bad.intercept(parrot);
    let secrets = Secrets::new(&good.host(), &bad.host());
    let tiphys = Tiphys::new(secrets.environment());
    let mut haystack = Haystack::default();

    // The command line, with each kind of secret.
    for kind in KINDS {
        let reference = format!("oci://{}/{kind}/app:1.2.3", bad.host());
        for command in ["explain", "test"] {
            for form in ["text", "json"] {
                let arguments = ["credentials", command, &reference, "--project", "team-a", "--output", form];
                haystack.add(&tiphys.run(&arguments).await);
            }
        }
    }
    let web = secrets.folder().join("web");
    fs_err::create_dir_all(&web).unwrap();
    fs_err::write(web.join("Chart.yaml"), chart_yaml(&format!("oci://{}/charts", good.host()))).unwrap();
    let render = ["render", web.to_str().unwrap(), "--name", "web", "--project", "team-a"];
    let rendered = tiphys.run(&render).await;
    assert!(rendered.contains("name: fetched"), "{rendered}");
    haystack.add(&rendered);
    haystack.add(&tiphys.run(&render[..render.len() - 2]).await);

    // The sidecar.
    let serving = tiphys.serve().await;
    let refused = KINDS.iter().map(|kind| format!("oci://{}/{kind}", bad.host()));
    let more = [format!("oci://{}/charts", good.host()), format!("http://{}/password", bad.host())];
    for place in refused.chain(more) {
        haystack.add(&serving.generate(application(&place)).await);
    }
    haystack.add(&serving.stop().await);
    haystack.add_files(tiphys.cache());

    let shown: String = bad.requests().iter().map(|seen| format!("{seen:?}")).collect();
    for kind in ["password", "bearer", "auth"] {
        assert!(forms(&canary(kind)).iter().any(|form| shown.contains(form)), "`{kind}` was never used");
    }
    for expected in ["DEBUG", "credential used", "argocd/password", "fetched", "401"] {
        assert!(haystack.contains(expected), "`{expected}` is nowhere: is everything collected?");
    }
    haystack.assert_free_of(&secrets.canaries());
}

/// The identities of three clouds are exchanged for what their registries take; then all of it is revoked.
#[tokio::test(flavor = "multi_thread")]
async fn no_secret_of_a_cloud_is_in_any_output() {
    let cloud = Cloud::start(&config_map()).await;
    let secrets = Secrets::new("localhost:1", "localhost:2").with_identities(&cloud);
    let tiphys = Tiphys::new(secrets.environment());
    let mut haystack = Haystack::default();
    let places = [(ECR, "aws"), (GOOGLE, "google"), (ACR, "azure")];
    for (host, folder) in places {
        let reference = format!("oci://{host}/{folder}/app:1.2.3");
        for (command, project, passes) in
            [("explain", "team-a", true), ("test", "team-a", true), ("test", "team-b", false)]
        {
            let said = tiphys.run(&["credentials", command, &reference, "--project", project]).await;
            assert_eq!(said.contains("passed") || said.contains("used:        `identity"), passes, "{said}");
            haystack.add(&said);
        }
    }
    let serving = tiphys.serve().await;
    let generate = async |place: &str| serving.generate(application(place)).await;
    for (host, folder) in places {
        let answer = generate(&format!("oci://{host}/{folder}")).await;
        assert!(answer.contains("name: fetched") || answer.contains("\"fetched\""), "{host}: {answer}");
        haystack.add(&answer);
    }
    cloud.revoke();
    for (host, folder) in places {
        // Another chart, so that nothing is answered out of the cache.
        let answer = generate(&format!("oci://{host}/{folder}/other")).await;
        assert!(answer.starts_with("code"), "{host}: {answer}");
        haystack.add(&answer);
        let reference = format!("oci://{host}/{folder}/app:1.2.3");
        haystack.add(
            &tiphys
                .run(&["credentials", "test", &reference, "--project", "team-a", "--output", "json"])
                .await,
        );
    }
    haystack.add(&serving.stop().await);
    haystack.add_files(tiphys.cache());

    let shown: String = cloud.requests().iter().map(|seen| format!("{seen:?}")).collect();
    // Those of STS sign what is sent.
    for name in GIVEN.into_iter().filter(|name| !name.starts_with("sts-")) {
        assert!(forms(&secret(name)).iter().any(|form| shown.contains(form)), "`{name}` was never used");
    }
    for expected in ["identity aws for", "identity google for", "identity azure for", "Exchange"] {
        assert!(haystack.contains(expected), "`{expected}` is nowhere: is everything collected?");
    }
    haystack.assert_free_of(&[secrets.canaries(), GIVEN.map(secret).to_vec()].concat());
}

/// With `provideGitCreds`, the application's own source lends its credential to what is fetched below it.
#[tokio::test(flavor = "multi_thread")]
async fn the_source_lends_its_credential() {
    let (nonce, password) = (canary("nonce"), canary("lent"));
    let registry =
        Registry::start(Options { auth: Auth::token("user", &password), ..Options::default() }).await;
    registry.push_chart("charts/app", "1.2.3", &config_map());
    let secrets = Secrets::new(&registry.host(), "localhost:1").without_files();
    let tiphys = Tiphys::new(secrets.environment());
    let socket = Socket::start(secrets.folder(), &nonce, "user", &password);
    let serving = tiphys.serve().await;
    let check: Check = Connection::open(&serving.socket()).call(CHECK, &[vec![]], "60S").decode();
    assert!(check.provide_git_creds);

    let place = format!("oci://{}/charts", registry.host());
    let lent = |upload: Upload, nonce: &str| {
        let path = socket.path().display().to_string();
        upload.env("ARGOCD_ASK_PASS_SOCK", &path).env("ARGOCD_GIT_ASKPASS_NONCE", nonce)
    };
    let upload = |source: &str| application(&place).env("ARGOCD_APP_SOURCE_REPO_URL", source);
    let mut haystack = Haystack::default();
    // Nobody lends anything; somebody else's number; a source elsewhere; a user who sets the variables.
    let user = upload(&place).env("ARGOCD_ENV_ARGOCD_GIT_ASKPASS_NONCE", &nonce);
    for denied in [
        upload(&place),
        lent(upload(&place), "unknown"),
        lent(upload("oci://elsewhere.corp/charts"), &nonce),
        user.env("ARGOCD_ENV_ARGOCD_ASK_PASS_SOCK", &socket.path().display().to_string()),
    ] {
        let answer = serving.generate(denied).await;
        assert!(answer.starts_with("code"), "{answer}");
        haystack.add(&answer);
    }
    assert!(socket.asked().iter().all(|asked| asked == "unknown"), "{:?}", socket.asked());
    let answer = serving.generate(lent(upload(&place), &nonce)).await;
    assert!(answer.contains("fetched"), "{answer}");
    let redeemed = socket.asked().into_iter().filter(|asked| *asked == nonce).count();
    assert_eq!(redeemed, 1, "once for all that is fetched");
    haystack.add(&answer);
    // Whoever is lent nothing gets nothing of what is remembered.
    let answer = serving.generate(upload(&place)).await;
    assert!(answer.starts_with("code"), "{answer}");
    haystack.add(&serving.stop().await);
    haystack.add_files(tiphys.cache());
    assert!(haystack.contains("argocd/source of the application"), "no use was recorded");
    haystack.assert_free_of(&[nonce, password]);
}
