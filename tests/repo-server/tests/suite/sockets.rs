//! What holds for any plugin behind the sockets.

use std::path::Path;
use std::time::Duration;

use cmp::{Load, LoadGauge};
use serde_json::Value;

use crate::argo_cd::Programs;
use crate::client::{Application, Client};
use crate::{repository, service};

const RUNNING: usize = 4;

struct World<'a> {
    client: Client,
    repository: &'a Path,
    load: LoadGauge,
}

/// One test, because one repo-server is enough for all of it.
#[test]
fn repo_server_drives_the_sockets() {
    let Some(programs) = Programs::or_skip() else { return };
    let directory = tempfile::tempdir().unwrap();
    let sockets = directory.path().join("plugins");
    let files = [
        ("app/mirror.yaml", ""),
        ("app/values.yaml", "a: 1"),
        ("fail/do", "fail 100 % of `ünknown`\n\tchart \"x\" at line 3"),
        ("sleep/do", "sleep"),
        ("common/shared.yaml", ""),
    ];
    let repository = repository::create(directory.path(), &files);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let load = service::serve(&sockets, RUNNING);
        let argo_cd = programs.start(directory.path(), &sockets);
        let world = World { client: argo_cd.client(), repository: &repository, load };
        world.by_name().await;
        world.by_discovery().await;
        world.parameters_and_environment().await;
        world.many_at_once().await;
        world.an_error_whole().await;
        world.a_passed_deadline().await;
        world.a_cancelled_request().await;
        assert!(!argo_cd.log().contains("panic"), "{}", argo_cd.log());
    });
}

impl World<'_> {
    fn application(&self, path: &str) -> Application {
        Application::new(self.repository, path)
    }

    /// The ConfigMap that the mirror makes of `application`.
    async fn mirrored(&self, application: Application) -> Value {
        let manifests = self.client.generate(application).await.unwrap();
        assert_eq!(manifests.len(), 1, "{manifests:?}");
        manifests[0].clone()
    }

    async fn error(&self, application: Application) -> String {
        self.client.generate(application).await.unwrap_err().message().to_owned()
    }

    async fn wait_for(&self, load: Load) {
        for _ in 0..100 {
            if self.load.read() == load {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("expected {load:?}, found {:?}", self.load.read());
    }

    async fn by_name(&self) {
        for name in ["mirror", "mirror-1.0.0"] {
            let data = self.mirrored(self.application("app").by(name)).await["data"].clone();
            assert_eq!(data["target"], r#"Plugin("mirror")"#, "{name}");
            assert_eq!(data["project"], "team-a");
            assert_eq!(data["namespace"], "shop");
            assert_eq!(data["kubeVersion"], "1.33.2");
            assert_eq!(data["files"], "mirror.yaml values.yaml");
            assert_eq!(data["revision"].as_str().unwrap().len(), 40);
        }
    }

    async fn by_discovery(&self) {
        let data = self.mirrored(self.application("app")).await["data"].clone();
        assert_eq!(data["target"], "Discovery");
        let error = self.error(self.application("common")).await;
        assert!(error.contains("could not find plugin supporting the given repository"), "{error}");
    }

    async fn parameters_and_environment(&self) {
        let application = self
            .application("app")
            .by("mirror")
            .parameter("helm-version", "4.2")
            .array("value-files", &["a.yaml", "b.yaml"])
            .env("ZONE", "b of $ARGOCD_APP_NAME");
        let data = self.mirrored(application).await["data"].clone();
        assert_eq!(
            data["parameters"],
            r#"helm-version=4.2 value-files=ParameterValue::Items(["a.yaml", "b.yaml"])"#
        );
        assert_eq!(data["environment"], r#"[("ZONE", "b of web")]"#);
    }

    async fn many_at_once(&self) {
        let calls = (0..50).map(|number| async move {
            let name = format!("app-{number}");
            let map = self.mirrored(self.application("app").by("mirror").named(&name)).await;
            assert_eq!(map["metadata"]["name"], name);
        });
        futures::future::join_all(calls).await;
        self.wait_for(Load { running: 0, waiting: 0 }).await;
    }

    async fn an_error_whole(&self) {
        let error = self.error(self.application("fail").by("mirror")).await;
        assert!(error.contains("code = InvalidArgument"), "{error}");
        assert!(
            error.contains("100 % of `ünknown`\n\tchart \"x\" at line 3\n  blame: application"),
            "{error}"
        );
    }

    async fn a_passed_deadline(&self) {
        let application = self.application("sleep").by("mirror").within(Duration::from_secs(3));
        let error = self.error(application).await;
        assert!(
            error.contains("passed for application `web` with plugin `mirror` while its manifests"),
            "{error}"
        );
        self.wait_for(Load { running: 0, waiting: 0 }).await;
    }

    async fn a_cancelled_request(&self) {
        let sleeping: Vec<_> = (0..RUNNING)
            .map(|_| {
                let (client, application) = (self.client.clone(), self.application("sleep").by("mirror"));
                tokio::spawn(async move { client.generate(application).await })
            })
            .collect();
        self.wait_for(Load { running: RUNNING, waiting: 0 }).await;
        sleeping.iter().for_each(tokio::task::JoinHandle::abort);
        self.wait_for(Load { running: 0, waiting: 0 }).await;
        self.mirrored(self.application("app").by("mirror")).await;
    }
}
