//! `render application.yaml` gives what the sidecar gives: applications that use every field of Argo CD's Helm
//! vocabulary, both ways.

use std::path::Path;
use std::process::{Child, Stdio};

use cmp_client::{Archive, Connection, GENERATE, Manifests, Upload};
use serde_json::{Value, json};

use crate::{Tiphys, folder, wait};

const ECHO: &str = "\
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}
  namespace: {{ .Release.Namespace }}
data:
  values: {{ toJson .Values | quote }}
  kube: {{ .Capabilities.KubeVersion.Version }}
  monitoring: {{ .Capabilities.APIVersions.Has \"monitoring.coreos.com/v1\" | quote }}
  random: {{ randAlphaNum 8 | quote }}
";

const HOOK: &str = "\
apiVersion: v1
kind: Pod
metadata:
  name: check
  annotations: {helm.sh/hook: test}
";

/// The repository: an application's directory, and files around it.
const FILES: [(&str, &str); 13] = [
    ("apps/web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.2.3\n"),
    ("apps/web/values.yaml", "size: S\nlist: [1, 2]\nmap: {a: 1, b: 2}\n"),
    ("apps/web/values.schema.json", r#"{"properties": {"size": {"type": "string"}}}"#),
    ("apps/web/templates/echo.yaml", ECHO),
    ("apps/web/templates/check.yaml", HOOK),
    (
        "apps/web/crds/a.yaml",
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: things.example.com}\n",
    ),
    ("apps/web/values-prod.yaml", "size: prod\nmap: {b: 3}\n"),
    ("apps/web/envs/one.yaml", "one: 1\nsize: one\n"),
    ("apps/web/envs/two.yaml", "two: 2\nsize: two\n"),
    ("apps/web/shop.yaml", "size: by-name\n"),
    ("apps/web/notes.txt", "first line\nsecond, line\n"),
    ("shared/values.yaml", "shared: true\nsize: shared\n"),
    ("other/values.yaml", "other: true\n"),
];

/// Argo CD's `helm` blocks: each field alone, in its forms, and together.
fn blocks() -> Vec<Value> {
    let parameter = |name: &str, value: &str| json!({"parameters": [{"name": name, "value": value}]});
    let forced = |name: &str, value: &str| json!({"parameters": [{"name": name, "value": value, "forceString": true}]});
    let file = |name: &str, path: &str| json!({"fileParameters": [{"name": name, "path": path}]});
    let files = |paths: &[&str]| json!({"valueFiles": paths});
    vec![
        json!({}),
        json!({"releaseName": "renamed"}),
        json!({"releaseName": "renamed", "namespace": "elsewhere"}),
        json!({"namespace": "elsewhere"}),
        files(&["values-prod.yaml"]),
        files(&["envs/one.yaml", "envs/two.yaml"]),
        files(&["envs/two.yaml", "envs/one.yaml"]),
        files(&["envs/*.yaml"]),
        files(&["envs/{one,two}.yaml"]),
        files(&["/shared/values.yaml"]),
        files(&["../../shared/values.yaml"]),
        files(&["../../other/values.yaml", "values-prod.yaml"]),
        files(&["$ARGOCD_APP_NAME.yaml"]),
        files(&["${ARGOCD_APP_NAME}.yaml"]),
        json!({"valueFiles": ["none.yaml"], "ignoreMissingValueFiles": true}),
        json!({"valueFiles": ["none.yaml", "values-prod.yaml"], "ignoreMissingValueFiles": true}),
        json!({"ignoreMissingValueFiles": false}),
        json!({"values": "size: inline\n"}),
        json!({"values": "list: [3]\nmap: {c: 4}\n"}),
        json!({"values": "map: null\n"}),
        json!({"valuesObject": {"size": "object"}}),
        json!({"valuesObject": {"map": {"a": null}, "deep": {"er": [1, "two", {"three": 3.5}]}}}),
        json!({"values": "size: inline\n", "valuesObject": {"size": "object"}}),
        json!({"values": "size: inline\n", "valueFiles": ["values-prod.yaml"]}),
        parameter("size", "param"),
        parameter("map.a", "5"),
        parameter("list[0]", "9"),
        parameter("list", "{7,8}"),
        parameter("on", "true"),
        parameter("nothing", "null"),
        parameter("text", "a,b"),
        parameter("text", "a\\,b"),
        parameter("text", "a=b"),
        parameter("app", "$ARGOCD_APP_NAME in ${ARGOCD_APP_NAMESPACE}"),
        parameter("project", "$ARGOCD_APP_PROJECT_NAME"),
        parameter("revision", "$ARGOCD_APP_REVISION_SHORT"),
        parameter("price", "$$5"),
        parameter("annotations.example\\.com/a", "x"),
        forced("text", "5"),
        forced("text", "true"),
        forced("text", "1e3"),
        json!({"parameters": [{"name": "a", "value": "1"}, {"name": "b", "value": "2", "forceString": true}, {"name": "a", "value": "3"}]}),
        file("notes", "notes.txt"),
        file("deep.notes", "notes.txt"),
        file("shared", "/shared/values.yaml"),
        json!({"skipCrds": true}),
        json!({"skipCrds": false}),
        json!({"skipTests": true}),
        json!({"skipSchemaValidation": true, "valuesObject": {"size": 5}}),
        json!({"kubeVersion": "1.27.4"}),
        json!({"kubeVersion": "v1.30.0-eks-1"}),
        json!({"apiVersions": ["monitoring.coreos.com/v1"]}),
        json!({"passCredentials": true}),
        json!({"version": "v3"}),
        json!({"version": "3.19"}),
        json!({"version": "4.3", "releaseName": "four"}),
        json!({
            "releaseName": "all", "namespace": "every", "valueFiles": ["envs/*.yaml", "none.yaml"],
            "ignoreMissingValueFiles": true, "values": "size: inline\n", "skipCrds": true, "skipTests": true,
            "parameters": [{"name": "map.a", "value": "$ARGOCD_APP_NAME"}],
            "fileParameters": [{"name": "notes", "path": "notes.txt"}],
            "kubeVersion": "1.29.0", "apiVersions": ["monitoring.coreos.com/v1"],
        }),
    ]
}

/// A running sidecar.
struct Sidecar {
    process: Child,
    sockets: tempfile::TempDir,
}

impl Sidecar {
    fn start(tiphys: &Tiphys) -> Self {
        let sockets = tempfile::tempdir().unwrap();
        let mut command = tiphys.command(&["serve", "--sockets", sockets.path().to_str().unwrap()]);
        let mut process = command.stderr(Stdio::null()).spawn().unwrap();
        let socket = sockets.path().join("helm.sock");
        wait(&mut process, || socket.exists());
        Self { process, sockets }
    }

    /// What Argo CD would get for an application whose directory has this `chart-source.yaml`.
    fn manifests(&self, helm: &Value) -> Result<Vec<Value>, String> {
        let source = json!({"helm": helm}).to_string();
        let files = FILES.iter().fold(Archive::new(), |archive, (path, text)| archive.file(path, text));
        let upload = Upload::of("shop", files.file("apps/web/chart-source.yaml", source).tgz())
            .path("apps/web")
            .env("ARGOCD_APP_NAMESPACE", "prod")
            .env("ARGOCD_APP_PROJECT_NAME", "team-a")
            .env("ARGOCD_APP_REVISION", "0123456789abcdef")
            .env("ARGOCD_APP_SOURCE_REPO_URL", "https://git.example/apps.git")
            .env("ARGOCD_APP_SOURCE_PATH", "apps/web")
            .env("ARGOCD_APP_SOURCE_TARGET_REVISION", "0123456789abcdef");
        let socket = self.sockets.path().join("helm.sock");
        let answer = Connection::open(&socket).call(GENERATE, &upload.messages(), "60S");
        if answer.code != Some(0) {
            return Err(answer.message);
        }
        let manifests = answer.decode::<Manifests>().manifests;
        Ok(manifests.iter().map(|manifest| serde_json::from_str(manifest).unwrap()).collect())
    }
}

impl Drop for Sidecar {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

/// What the command prints for the Application that a team commits.
fn rendered(tiphys: &Tiphys, repository: &Path, helm: &Value) -> Vec<Value> {
    let application = json!({
        "apiVersion": "argoproj.io/v1alpha1", "kind": "Application", "metadata": {"name": "shop"},
        "spec": {
            "project": "team-a", "destination": {"namespace": "prod"},
            "source": {
                "repoURL": "https://git.example/apps.git", "path": "apps/web",
                "targetRevision": "0123456789abcdef", "helm": helm,
            },
        },
    });
    let file = repository.join("application.yaml");
    fs_err::write(&file, application.to_string()).unwrap();
    let lines = tiphys.stdout(&["render", file.to_str().unwrap(), "--output", "ndjson"]);
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn applications_are_rendered_as_the_sidecar_renders_them() {
    let tiphys = Tiphys::new();
    let repository = folder(&FILES);
    let sidecar = Sidecar::start(&tiphys);
    let blocks = blocks();
    assert!(blocks.len() >= 50);
    for helm in &blocks {
        let expect = sidecar.manifests(helm).unwrap_or_else(|error| panic!("{helm}: {error}"));
        assert!(!expect.is_empty(), "{helm}");
        assert_eq!(rendered(&tiphys, repository.path(), helm), expect, "{helm}");
    }
}

/// Fields do what they say, on both sides: what the other test compares is not the same mistake twice.
#[test]
fn fields_have_their_effect() {
    let tiphys = Tiphys::new();
    let repository = folder(&FILES);
    let values = |helm: Value| {
        let objects = rendered(&tiphys, repository.path(), &helm);
        let echo = objects.iter().find(|object| object["kind"] == "ConfigMap").unwrap().clone();
        serde_json::from_str::<Value>(echo["data"]["values"].as_str().unwrap()).unwrap()
    };
    let set = |value: &str| values(json!({"parameters": [{"name": "x", "value": value}]}))["x"].clone();
    assert_eq!(set("a,b"), "a,b");
    assert_eq!(set("$ARGOCD_APP_NAME in ${ARGOCD_APP_NAMESPACE}"), "shop in prod");
    assert_eq!(set("$ARGOCD_APP_REVISION_SHORT"), "0123456");
    assert_eq!(set("5"), 5);
    assert_eq!(values(json!({"valueFiles": ["/shared/values.yaml"]}))["size"], "shared");
    assert_eq!(values(json!({"valueFiles": ["envs/*.yaml"]}))["size"], "two");
    assert_eq!(values(json!({"valueFiles": ["$ARGOCD_APP_NAME.yaml"]}))["size"], "by-name");
    assert_eq!(values(json!({"values": "size: i", "valuesObject": {"size": "o"}}))["size"], "o");
    assert_eq!(
        values(json!({"fileParameters": [{"name": "f", "path": "notes.txt"}]}))["f"],
        "first line\nsecond, line\n"
    );
    let kinds = |helm: Value| -> Vec<String> {
        let objects = rendered(&tiphys, repository.path(), &helm);
        objects.iter().map(|object| object["kind"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(kinds(json!({})), ["CustomResourceDefinition", "ConfigMap", "Pod"]);
    assert_eq!(kinds(json!({"skipCrds": true, "skipTests": true})), ["ConfigMap"]);
}
