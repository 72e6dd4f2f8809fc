//! A plugin of plain Rust behind the sockets: it shows what it was asked.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use cmp::{Config, Limits, LoadGauge, Server};
use futures::FutureExt as _;
use futures::future::BoxFuture;
use generate::{
    Announcement, Blame, Call, Error, Match, ParameterValue, PluginName, Service, SourceView, Target,
};

/// Answers with a ConfigMap of the request and the files. The application's file `do` may say
/// `fail TEXT` or `sleep`.
struct Mirror;

impl Mirror {
    async fn answer(target: Target, call: Call<SourceView>) -> Result<Vec<String>, Error> {
        let wish = call.tree.read("do").unwrap().unwrap_or_default();
        let wish = std::str::from_utf8(&wish).unwrap();
        if let Some(text) = wish.strip_prefix("fail ") {
            return Err(Error::new(Blame::Application, text));
        }
        if wish.starts_with("sleep") {
            return std::future::pending().await;
        }
        let text = |value: &ParameterValue| match value {
            ParameterValue::Text(text) => text.clone(),
            other => format!("{other:?}"),
        };
        let request = call.request;
        Ok(vec![
            serde_json::json!({
                "apiVersion": "v1",
                "kind": "ConfigMap",
                "metadata": {"name": request.application.name},
                "data": {
                    "target": format!("{target:?}"),
                    "project": request.application.project,
                    "namespace": request.application.namespace,
                    "revision": request.application.revision,
                    "kubeVersion": request.cluster.kube_version,
                    "files": call.tree.list("*").unwrap().join(" "),
                    "environment": format!("{:?}", request.environment),
                    "parameters": request.parameters.iter()
                        .map(|parameter| format!("{}={}", parameter.name, text(&parameter.value)))
                        .collect::<Vec<_>>()
                        .join(" "),
                },
            })
            .to_string(),
        ])
    }
}

impl Service<SourceView> for Mirror {
    fn plugins(&self) -> Vec<PluginName> {
        vec![PluginName { name: "mirror".into(), version: "1.0.0".into() }]
    }

    fn has_discovery(&self, target: &Target) -> bool {
        *target == Target::Discovery
    }

    fn needs_source_access(&self, _: &Target) -> bool {
        false
    }

    fn discover(&self, _: Target, call: Call<SourceView>) -> BoxFuture<'_, Result<Match, Error>> {
        let supported = call.tree.read("mirror.yaml").unwrap().is_some();
        async move { Ok(Match { supported, discovery: true }) }.boxed()
    }

    fn parameters(&self, _: Target, _: Call<SourceView>) -> BoxFuture<'_, Result<Vec<Announcement>, Error>> {
        async { Ok(vec![]) }.boxed()
    }

    fn generate(&self, target: Target, call: Call<SourceView>) -> BoxFuture<'_, Result<Vec<String>, Error>> {
        Self::answer(target, call).boxed()
    }
}

/// Serves the mirror, as plugin `mirror` and by discovery, as long as the runtime lives.
pub(crate) fn serve(sockets: &Path, running: usize) -> LoadGauge {
    let config = Config {
        directory: sockets.to_owned(),
        mode: 0o600,
        discovery: Some("discovery".into()),
        running,
        queue: 100,
        longest: Duration::from_secs(60),
        drain: Duration::from_secs(1),
        spool: std::env::temp_dir(),
        limits: Limits::default(),
        max_message: 100 << 20,
    };
    let server = Server::bind(config, Arc::new(Mirror)).unwrap();
    let load = server.load();
    tokio::spawn(server.serve(std::future::pending()));
    load
}
