//! An application that is one `chart-source.yaml`: its chart is in one registry, that chart's dependency in another,
//! each with a password of its own and a certificate by an authority that nobody else trusts. Argo CD's own Helm
//! source has to give the same manifests for the same chart and values.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use test_registry::{Auth, Authority, Options, Registry, chart};

use crate::argo_cd::{AUTHORITIES, Programs, TOOLS};
use crate::client::{Application, HelmParameter, HelmSource, Login};
use crate::process::find;
use crate::repository;
use crate::tiphys::{binary, serve_with};

const CHART: (&str, &str) = ("storefront", "1.4.0");
const DEPENDENCY: (&str, &str) = ("session-store", "0.3.1");
/// What the application says for the chart, and Argo CD's own source with it.
const VALUES: &str = "\
replicas: 3
greeting: \"yes\"
session-store:
  size: 20Gi
";
const TEMPLATE: &[u8] = b"\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}
  namespace: {{ .Release.Namespace }}
  labels: {helm.sh/chart: \"{{ .Chart.Name }}-{{ .Chart.Version }}\"}
spec:
  replicas: {{ .Values.replicas }}
  template:
    spec:
      containers:
      - name: web
        image: {{ .Values.image | default \"nginx\" }}
        env:
        - {name: GREETING, value: {{ .Values.greeting | quote }}}
        - {name: KUBE, value: {{ .Capabilities.KubeVersion.Version | quote }}}
---
apiVersion: v1
kind: Service
metadata: {name: {{ .Release.Name }}}
";
const HOOK: &[u8] = b"\
apiVersion: batch/v1
kind: Job
metadata:
  name: {{ .Release.Name }}-migrate
  annotations: {helm.sh/hook: pre-install}
";
const STORE: &[u8] = b"\
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: {{ .Release.Name }}-{{ .Chart.Name }}}
spec: {resources: {requests: {storage: {{ .Values.size }}}}}
";

struct Registries {
    _running: [Registry; 2],
    charts: Login,
    stores: Login,
}

#[test]
fn charts_come_from_private_registries_as_with_argo_cds_own_source() {
    let Some(programs) = Programs::or_skip() else { return };
    let (Some(tiphys), Some(helm)) = (binary(), helm()) else {
        eprintln!("SKIPPED: `tiphys` is not built or `helm-4.2` is not installed; nothing was tested");
        return;
    };
    let directory = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let registries = runtime.block_on(Registries::start(directory.path()));
    let config = registries.configuration(directory.path());
    let sockets = directory.path().join("plugins");
    let repository =
        repository::create(directory.path(), &[("shop/chart-source.yaml", &registries.chart_source())]);
    std::fs::create_dir(directory.path().join(TOOLS)).unwrap();
    symlink(helm, directory.path().join(TOOLS).join("helm")).unwrap();
    let arguments = ["--config", config.to_str().unwrap()];
    let _tiphys = serve_with(&tiphys, &sockets, directory.path(), &arguments);
    let argo_cd = programs.start(directory.path(), &sockets);
    runtime.block_on(async {
        let client = argo_cd.client();
        let native = client.generate(registries.native()).await.unwrap_or_else(|status| {
            panic!("Argo CD's own source: {status}\n{}", argo_cd.log());
        });
        assert_eq!(native.len(), 4, "{native:?}");
        let by_tiphys = || Application::new(&repository, "shop").by("helm");
        assert_eq!(client.generate(by_tiphys()).await.unwrap(), native);
        for (project, denied) in
            [("team-b", registries.charts.url.as_str()), ("team-c", &registries.stores.url)]
        {
            let error = client.generate(by_tiphys().project(project)).await.unwrap_err();
            assert!(error.message().contains(denied), "{project}: {error}");
            assert!(error.message().contains("401"), "{project}: {error}");
            assert!(
                error.message().contains("no credential of the application's project"),
                "{project}: {error}"
            );
        }
    });
}

fn helm() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../peers/bin/helm-4.2");
    find("helm-4.2", "HELM", &[beside])
}

impl Registries {
    async fn start(directory: &Path) -> Self {
        let authority = Arc::new(Authority::new());
        fs_err::write(directory.join(AUTHORITIES), authority.pem()).unwrap();
        let start = |auth| {
            Registry::start(Options {
                auth,
                tls: Some((Arc::clone(&authority), vec![])),
                ..Options::default()
            })
        };
        let charts = start(Auth::token("charts-reader", "charts-password")).await;
        let stores = start(Auth::basic("stores-reader", "stores-password")).await;
        let login = |registry: &Registry, user, password| Login {
            url: format!("{}/platform", registry.host()),
            user,
            password,
        };
        let all = Self {
            charts: login(&charts, "charts-reader", "charts-password"),
            stores: login(&stores, "stores-reader", "stores-password"),
            _running: [charts, stores],
        };
        all.push();
        all
    }

    fn push(&self) {
        let [charts, stores] = &self._running;
        let metadata = format!(
            "apiVersion: v2\nname: {}\nversion: {}\ndependencies:\n- {{name: {}, version: ^0.3, repository: oci://{}}}\n",
            CHART.0, CHART.1, DEPENDENCY.0, self.stores.url
        );
        let files: [(&str, &[u8]); 4] = [
            ("Chart.yaml", metadata.as_bytes()),
            ("values.yaml", b"replicas: 1\ngreeting: hello\n"),
            ("templates/web.yaml", TEMPLATE),
            ("templates/hook.yaml", HOOK),
        ];
        charts.push_chart(&format!("platform/{}", CHART.0), CHART.1, &chart::tar_gz(CHART.0, &files));
        let store = chart::archive(DEPENDENCY.0, DEPENDENCY.1, &[("templates/claim.yaml", STORE)]);
        stores.push_chart(&format!("platform/{}", DEPENDENCY.0), DEPENDENCY.1, &store);
    }

    /// Both teams' credentials are one registry's alone, except for `team-a`.
    fn configuration(&self, directory: &Path) -> PathBuf {
        let authority = directory.join(AUTHORITIES);
        let mut text = String::from("registries:\n");
        for login in [&self.charts, &self.stores] {
            let host = login.url.split('/').next().unwrap();
            text += &format!("- {{prefix: \"{host}\", tls: {{caFile: {}}}}}\n", authority.display());
        }
        text += "credentials:\n  entries:\n";
        for (login, projects) in [(&self.charts, "[team-a, team-c]"), (&self.stores, "[team-a]")] {
            let secret = directory.join(login.user);
            fs_err::write(&secret, login.password).unwrap();
            text += &format!(
                "  - {{prefix: \"{}\", projects: {projects}, username: {}, passwordFile: {}}}\n",
                login.url,
                login.user,
                secret.display()
            );
        }
        let path = directory.join("tiphys.yaml");
        fs_err::write(&path, text).unwrap();
        path
    }

    fn chart_source(&self) -> String {
        let values = VALUES.replace('\n', "\n    ");
        format!(
            "repoURL: oci://{}\nchart: {}\ntargetRevision: {}\nhelm:\n  releaseName: shop\n  parameters:\n  - {{name: image, value: \"1.27\", forceString: true}}\n  values: |\n    {values}\n",
            self.charts.url, CHART.0, CHART.1
        )
    }

    fn native(&self) -> Application {
        let image = HelmParameter { name: "image".into(), value: "1.27".into(), force_string: true };
        let helm = HelmSource { parameters: vec![image], release_name: "shop".into(), values: VALUES.into() };
        Application::native(&self.charts, CHART.0, CHART.1, helm).knows(&self.stores)
    }
}
