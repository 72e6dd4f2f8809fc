//! An application of which nothing has changed is answered without running the plugin, and any change of what the
//! answer came of is seen.

use std::path::PathBuf;
use std::process::Child;

use cmp_client::{Answer, Archive, Connection, GENERATE, Manifests, Upload};
use test_registry::{Auth, Options, Registry, chart};

use crate::{Tiphys, folder, wait};

const UNCHANGED: &str = "nothing has changed since the last generation";

const NAME: &str = "ARGOCD_APP_NAME";

const TEMPLATE: &str = "\
apiVersion: v1
kind: ConfigMap
metadata: {name: {{ .Release.Name }}}
data: {values: {{ toJson .Values | quote }}, file: {{ .Files.Get \"notes.txt\" | quote }}}
";

/// A sidecar whose log can be read.
struct Sidecar {
    process: Child,
    folder: tempfile::TempDir,
}

/// What Argo CD sends: files of the repository, and variables.
#[derive(Clone)]
struct Input {
    files: Vec<(&'static str, String)>,
    variables: Vec<(&'static str, &'static str)>,
    chunk: usize,
}

impl Sidecar {
    fn start(tiphys: &Tiphys, configuration: &str) -> Self {
        let folder = folder(&[("tiphys.yaml", configuration)]);
        let log = fs_err::File::create(folder.path().join("log")).unwrap();
        let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
        let mut command =
            tiphys.command(&["--config", &path("tiphys.yaml"), "serve", "--sockets", &path("sockets")]);
        fs_err::create_dir_all(folder.path().join("sockets")).unwrap();
        let mut process = command.stderr(log.into_file()).spawn().unwrap();
        let socket = folder.path().join("sockets/helm.sock");
        wait(&mut process, || socket.exists());
        Self { process, folder }
    }

    fn unchanged(&self) -> usize {
        let log: PathBuf = self.folder.path().join("log");
        fs_err::read_to_string(log).unwrap().matches(UNCHANGED).count()
    }

    /// The manifests, and whether the plugin ran for them.
    fn generate(&self, input: &Input) -> (Vec<String>, bool) {
        let before = self.unchanged();
        let answer = self.ask(input);
        (answer.decode::<Manifests>().manifests, self.unchanged() == before)
    }

    fn ask(&self, input: &Input) -> Answer {
        let files = input.files.iter().fold(Archive::new(), |archive, (path, text)| archive.file(path, text));
        let name = input.variables.iter().find(|(name, _)| *name == NAME).map_or("shop", |(_, value)| value);
        let upload = Upload::of(name, files.tgz()).path("apps/web").chunks_of(input.chunk);
        let others = input.variables.iter().filter(|(name, _)| *name != NAME);
        let upload = others.fold(upload, |upload, (name, value)| upload.env(name, value));
        let socket = self.folder.path().join("sockets/helm.sock");
        Connection::open(&socket).call(GENERATE, &upload.messages(), "60S")
    }
}

impl Drop for Sidecar {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

impl Input {
    fn new(source: &str) -> Self {
        let files = [
            ("apps/web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.0\n"),
            ("apps/web/values.yaml", "size: S\n"),
            ("apps/web/notes.txt", "notes\n"),
            ("apps/web/templates/a.yaml", TEMPLATE),
            ("apps/web/chart-source.yaml", source),
            ("shared/read.yaml", "shared: 1\n"),
            ("shared/other.yaml", "other: 1\n"),
        ];
        Self {
            files: files.map(|(path, text)| (path, text.to_owned())).to_vec(),
            variables: vec![("ARGOCD_APP_NAMESPACE", "prod"), ("ARGOCD_APP_SOURCE_PATH", "apps/web")],
            chunk: 1024,
        }
    }

    fn with_file(mut self, path: &'static str, text: &str) -> Self {
        self.files.retain(|(other, _)| *other != path);
        self.files.push((path, text.to_owned()));
        self
    }

    fn with_variable(mut self, name: &'static str, value: &'static str) -> Self {
        self.variables.retain(|(other, _)| *other != name);
        self.variables.push((name, value));
        self
    }
}

const SOURCE: &str = "helm: {valueFiles: [/shared/read.yaml, none.yaml, ../../shared/late-*.yaml], ignoreMissingValueFiles: true}\n";

#[test]
fn every_input_counts_and_no_other_does() {
    let tiphys = Tiphys::new();
    let sidecar = Sidecar::start(&tiphys, "{}");
    let input = Input::new(SOURCE);
    let (first, ran) = sidecar.generate(&input);
    assert!(ran);
    assert_eq!(sidecar.generate(&input), (first.clone(), false));
    let file = |path, text: &str| input.clone().with_file(path, text);
    let variable = |name, value| input.clone().with_variable(name, value);
    for (what, changed) in [
        ("a values file", file("apps/web/values.yaml", "size: L\n")),
        ("a template", file("apps/web/templates/a.yaml", &format!("{TEMPLATE}# more\n"))),
        ("a new template", file("apps/web/templates/b.yaml", &TEMPLATE.replace("{{ .Release.Name }}", "b"))),
        (
            "the chart's description",
            file("apps/web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.1\n"),
        ),
        ("a file that a template reads", file("apps/web/notes.txt", "other\n")),
        ("the source", file("apps/web/chart-source.yaml", &SOURCE.replace("none", "no"))),
        ("a file elsewhere that is read", file("shared/read.yaml", "shared: 2\n")),
        ("a file that was absent", file("apps/web/none.yaml", "none: 1\n")),
        ("a file that a glob finds", file("shared/late-1.yaml", "late: 1\n")),
        ("the name", variable(NAME, "other")),
        ("the namespace", variable("ARGOCD_APP_NAMESPACE", "test")),
        ("the project", variable("ARGOCD_APP_PROJECT_NAME", "team-b")),
        ("the revision", variable("ARGOCD_APP_REVISION", "abc")),
        ("the version of Kubernetes", variable("KUBE_VERSION", "1.30.0")),
        ("the versions of APIs", variable("KUBE_API_VERSIONS", "v1,x/v1")),
        ("the environment", variable("ARGOCD_ENV_HELM_VERSION", "3.19")),
        ("a parameter", variable("ARGOCD_APP_PARAMETERS", r#"[{"name": "set", "array": ["a=1"]}]"#)),
    ] {
        assert_eq!(sidecar.generate(&input), (first.clone(), false), "before {what}");
        let (manifests, ran) = sidecar.generate(&changed);
        assert!(ran, "{what} has changed");
        assert_eq!(sidecar.generate(&changed), (manifests, false), "{what} has not changed again");
        // A changed file replaces what was remembered for the same request.
        sidecar.generate(&input);
    }
    let mut rechunked = input.clone();
    rechunked.chunk = 77;
    let mut reordered = input.clone();
    reordered.files.reverse();
    for (what, same) in [
        ("a file elsewhere", file("shared/other.yaml", "other: 2\n")),
        ("a new file elsewhere", file("docs/readme.md", "new\n")),
        ("another application", file("apps/other/values.yaml", "a: 1\n")),
        ("the size of chunks", rechunked),
        ("the order in the archive", reordered),
    ] {
        assert_eq!(sidecar.generate(&same), (first.clone(), false), "{what}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_moved_tag_counts_and_random_time_is_never_remembered() {
    let registry = Registry::start(Options::default()).await;
    let host = registry.host();
    let push = |text: &str| {
        registry.push_chart(
            "charts/web",
            "1.0.0",
            &chart::archive("web", "1.0.0", &[("templates/a.yaml", text.as_bytes())]),
        );
    };
    push(TEMPLATE);
    let tiphys = Tiphys::new();
    let configuration =
        format!("registries: [{{prefix: \"{host}\", plainHttp: true}}]\ncache: {{tagTTL: 0s}}\n");
    let sidecar = Sidecar::start(&tiphys, &configuration);
    let input = Input::new(&format!("{{repoURL: {host}/charts, chart: web, targetRevision: 1.0.0}}\n"));
    let (first, ran) = sidecar.generate(&input);
    assert!(ran);
    assert_eq!(sidecar.generate(&input), (first.clone(), false));
    push(&format!("{TEMPLATE}---\n{}", TEMPLATE.replace("{{ .Release.Name }}", "second")));
    let (second, ran) = sidecar.generate(&input);
    assert!(ran);
    assert_ne!(first, second);
    let timed = TEMPLATE.replace("data: {", "data: {now: {{ now | date \"2006\" | quote }}, ");
    let timed = Input::new("helm: {}\n").with_file("apps/web/templates/a.yaml", &timed);
    assert!(sidecar.generate(&timed).1);
    assert!(sidecar.generate(&timed).1, "an answer with the time in it was given again");
}

/// Rules R6 and R27: what is remembered for one project is no way around the password that another one lacks.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_remembered_is_for_who_may_fetch_it() {
    let registry =
        Registry::start(Options { auth: Auth::token("user", "secret"), ..Options::default() }).await;
    let host = registry.host();
    let archive = chart::archive("web", "1.0.0", &[("templates/a.yaml", TEMPLATE.as_bytes())]);
    registry.push_chart("charts/web", "1.0.0", &archive);
    let files = folder(&[("password", "secret")]);
    let password = files.path().join("password");
    let entry = serde_json::json!({
        "prefix": host, "username": "user", "passwordFile": password, "projects": ["team-a"],
    });
    let configuration = serde_json::json!({
        "registries": [{"prefix": host, "plainHttp": true}],
        "credentials": {"entries": [entry]},
    });
    let tiphys = Tiphys::new();
    let sidecar = Sidecar::start(&tiphys, &configuration.to_string());
    let input = Input::new(&format!("{{repoURL: {host}/charts, chart: web, targetRevision: 1.0.0}}\n"));
    let of = |project| input.clone().with_variable("ARGOCD_APP_PROJECT_NAME", project);
    let (first, ran) = sidecar.generate(&of("team-a"));
    assert!(ran);
    for other in ["team-b", ""] {
        assert_eq!(sidecar.generate(&of("team-a")), (first.clone(), false));
        let answer = sidecar.ask(&of(other));
        let (_, message) = answer.error();
        assert!(message.contains("401"), "`{other}`: {message}");
    }
}
