//! The whole road: repo-server, `tiphys serve` without any configuration, its built-in Helm plugin.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::argo_cd::Programs;
use crate::client::{Application, Client};
use crate::process::{Process, find};
use crate::repository;

const CHART: &str = "apiVersion: v2\nname: web\nversion: 1.0.0\n";
const TEMPLATE: &str = "\
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}
  namespace: {{ .Release.Namespace }}
data:
  greeting: {{ .Values.greeting | quote }}
  kube: {{ .Capabilities.KubeVersion.Version }}
";
const BROKEN: &str = "apiVersion: v1\nkind: ConfigMap\ndata: {{ fail \"no such zone\" }}\n";

#[test]
fn repo_server_renders_charts_with_tiphys() {
    let Some(programs) = Programs::or_skip() else { return };
    let Some(tiphys) = binary() else {
        eprintln!("SKIPPED: `tiphys` is not built; nothing was tested");
        return;
    };
    let directory = tempfile::tempdir().unwrap();
    let sockets = directory.path().join("plugins");
    let files = [
        ("web/Chart.yaml", CHART),
        ("web/values.yaml", "greeting: hello\n"),
        ("web/templates/map.yaml", TEMPLATE),
        ("broken/Chart.yaml", CHART),
        ("broken/templates/map.yaml", BROKEN),
    ];
    let repository = repository::create(directory.path(), &files);
    let _tiphys = serve(&tiphys, &sockets, directory.path());
    let argo_cd = programs.start(directory.path(), &sockets);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async { drive(&argo_cd.client(), &repository).await });
}

async fn drive(client: &Client, repository: &Path) {
    let web = || Application::new(repository, "web").by("helm");
    let rendered = client.generate(web()).await.unwrap();
    assert_eq!(rendered.len(), 1, "{rendered:?}");
    assert_eq!(rendered[0]["metadata"]["name"], "web");
    assert_eq!(rendered[0]["metadata"]["namespace"], "shop");
    assert_eq!(rendered[0]["data"]["greeting"], "hello");
    assert_eq!(rendered[0]["data"]["kube"], "v1.33.2");

    let renamed = client.generate(web().parameter("release-name", "other")).await.unwrap();
    assert_eq!(renamed[0]["metadata"]["name"], "other");
    let renamed = client.generate(web().env("RELEASE_NAME", "third")).await.unwrap();
    assert_eq!(renamed[0]["metadata"]["name"], "third");

    let many = (0..50).map(|number| client.generate(web().named(&format!("app-{number}"))));
    for (number, manifests) in futures::future::join_all(many).await.into_iter().enumerate() {
        assert_eq!(manifests.unwrap()[0]["metadata"]["name"], format!("app-{number}"));
    }

    let broken = Application::new(repository, "broken").by("helm");
    let error = client.generate(broken).await.unwrap_err();
    assert!(error.message().contains("no such zone"), "{error}");
    assert!(error.message().contains("templates/map.yaml"), "{error}");
}

pub(crate) fn serve(tiphys: &Path, sockets: &Path, directory: &Path) -> Process {
    serve_with(tiphys, sockets, directory, &[])
}

pub(crate) fn serve_with(tiphys: &Path, sockets: &Path, directory: &Path, arguments: &[&str]) -> Process {
    let mut command = Command::new(tiphys);
    command.arg("serve").arg("--sockets").arg(sockets).args(arguments).current_dir(directory);
    for variable in ["XDG_CACHE_HOME", "HOME"] {
        command.env(variable, directory.join("home"));
    }
    let mut process = Process::start(&mut command, &directory.join("tiphys.log"));
    process.wait_until(|| sockets.join("helm.sock").exists());
    process
}

/// The program that Cargo built next to this test.
pub(crate) fn binary() -> Option<PathBuf> {
    let test = std::env::current_exe().unwrap();
    let beside = test.ancestors().nth(2).unwrap().join("tiphys");
    find("tiphys", "TIPHYS", &[beside])
}
