//! With real Helm and a real registry, where they are installed: both ways.

use std::path::Path;
use std::process::{Command, Output};

use bytes::Bytes;
use test_registry::{Auth, Options, Registry};

use crate::bench::{Bench, CANARY, app, archive, context};

/// Names under which Helm may be on the path.
const HELMS: [&str; 3] = ["helm", "helm-4.2", "helm-3.19"];

/// Runs each Helm that is there; says so where there is none.
async fn with_helms(test: &str, run: impl AsyncFn(&'static str)) {
    let mut found = false;
    for helm in HELMS {
        if Command::new(helm).arg("version").output().is_ok() {
            found = true;
            run(helm).await;
        }
    }
    if !found {
        eprintln!("SKIPPED {test}: no helm on the path");
    }
}

async fn helm(binary: &'static str, home: &Path, arguments: Vec<String>) -> Output {
    let home = home.to_owned();
    let run = move || {
        let mut command = Command::new(binary);
        command.args(&arguments).current_dir(&home);
        for name in ["HELM_CACHE_HOME", "HELM_CONFIG_HOME", "HELM_DATA_HOME", "DOCKER_CONFIG", "HOME"] {
            command.env(name, &home);
        }
        command.output().unwrap()
    };
    tokio::task::spawn_blocking(run).await.unwrap()
}

fn words(text: &str) -> Vec<String> {
    text.split(' ').map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn helm_pulls_what_we_push() {
    with_helms("helm_pulls_what_we_push", async |binary| {
        let registry =
            Registry::start(Options { auth: Auth::token("user", "canary"), ..Options::default() }).await;
        let bench = Bench::of(&registry, Some(CANARY));
        let parent = format!("oci://{}/charts", registry.host());
        let archive = Bytes::from(archive("1.2.3"));
        bench.client.push_chart(&context(), &parent, archive.clone(), None).await.unwrap();
        let home = tempfile::tempdir().unwrap();
        let pull = format!("pull {parent}/app --version ^1 --plain-http --username user --password canary");
        let output = helm(binary, home.path(), words(&pull)).await;
        assert!(output.status.success(), "{binary}: {output:?}");
        assert_eq!(fs_err::read(home.path().join("app-1.2.3.tgz")).unwrap(), archive, "{binary}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn we_pull_what_helm_pushes_and_push_the_same() {
    with_helms("we_pull_what_helm_pushes_and_push_the_same", async |binary| {
        let registry =
            Registry::start(Options { auth: Auth::token("user", "canary"), ..Options::default() }).await;
        let parent = format!("oci://{}/charts", registry.host());
        let home = tempfile::tempdir().unwrap();
        let archive = Bytes::from(archive("1.2.3+b.1"));
        fs_err::write(home.path().join("app.tgz"), &archive).unwrap();
        let push = format!("push app.tgz {parent} --plain-http --username user --password canary");
        let output = helm(binary, home.path(), words(&push)).await;
        assert!(output.status.success(), "{binary}: {output:?}");
        let theirs = document(&registry);
        let bench = Bench::of(&registry, Some(CANARY));
        let pulled = bench.client.pull_archive(&context(), &app(&registry, "1.2.3+b.1")).await.unwrap();
        assert_eq!(pulled.archive, archive, "{binary}");
        bench.client.push_chart(&context(), &parent, archive, None).await.unwrap();
        let mut ours = document(&registry);
        // Helm says when it pushed, and leaves the type of the document out.
        let mut theirs = theirs;
        theirs["annotations"].as_object_mut().unwrap().remove("org.opencontainers.image.created");
        ours.as_object_mut().unwrap().remove("mediaType");
        theirs.as_object_mut().unwrap().remove("mediaType");
        assert_eq!(ours, theirs, "{binary}");
    })
    .await;
}

/// The manifest of the only tag.
fn document(registry: &Registry) -> serde_json::Value {
    let content = registry.content();
    let digest = content.tags["charts/app"]["1.2.3_b.1"].clone();
    serde_json::from_slice(&content.manifests[&("charts/app".to_owned(), digest)].1).unwrap()
}
