//! `tiphys serve`, as it runs beside a repo-server.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use fs_err as fs;
use serde_json::Value;

/// A running sidecar. It is stopped when it is dropped.
pub(crate) struct Sidecar {
    process: Child,
    sockets: PathBuf,
    log: PathBuf,
    /// From its start until it answered.
    pub(crate) ready_after: Duration,
}

/// What its log says of the first request.
pub(crate) struct Facts {
    /// Name, version and digest of the chart that was rendered.
    pub(crate) chart: String,
    /// What took how many milliseconds.
    pub(crate) phases: Vec<(&'static str, u64)>,
}

impl Sidecar {
    /// Starts `tiphys` with a credential for `registry`; everything it keeps is in `folder`.
    pub(crate) fn start(
        tiphys: &Path,
        folder: &Path,
        registry: &str,
        (user, password): (&str, &str),
    ) -> anyhow::Result<Self> {
        let (config, secret, log) =
            (folder.join("tiphys.yaml"), folder.join("password"), folder.join("tiphys.log"));
        fs::write(&secret, password)?;
        fs::write(&config, configuration(registry, user, &secret))?;
        let sockets = folder.join("plugins");
        let begun = Instant::now();
        let process = Command::new(tiphys)
            .args(["serve", "--config"])
            .arg(&config)
            .arg("--sockets")
            .arg(&sockets)
            .arg("--cache")
            .arg(folder.join("cache"))
            .stdout(Stdio::null())
            .stderr(fs::File::create(&log)?.into_file())
            .spawn()
            .with_context(|| format!("failed to start `{}`", tiphys.display()))?;
        let mut sidecar = Self { process, sockets, log, ready_after: Duration::ZERO };
        sidecar.wait()?;
        sidecar.ready_after = begun.elapsed();
        Ok(sidecar)
    }

    /// The Helm plugin's socket.
    pub(crate) fn socket(&self) -> PathBuf {
        self.sockets.join("helm.sock")
    }

    /// Everything it has logged.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// What the log says of the first request.
    pub(crate) fn facts(&self) -> anyhow::Result<Facts> {
        let log = self.log();
        let lines: Vec<Value> = log.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
        let find = |message: &str| {
            let line = lines.iter().find(|line| line["msg"] == message);
            line.with_context(|| format!("the sidecar did not log `{message}`:\n{log}"))
        };
        let rendered = find("rendered chart")?;
        let generated = find("generated manifests")?;
        let phase = |name, field: &str| (name, generated[field].as_u64().unwrap_or_default());
        Ok(Facts {
            chart: rendered["fields"].as_str().unwrap_or_default().to_owned(),
            phases: vec![
                phase("the plugin computed", "running_ms"),
                phase("it waited for the registry", "waiting_ms"),
            ],
        })
    }

    fn wait(&mut self) -> anyhow::Result<()> {
        let socket = self.socket();
        for _ in 0..3_000 {
            if std::os::unix::net::UnixStream::connect(&socket).is_ok() {
                return Ok(());
            }
            if let Some(status) = self.process.try_wait()? {
                bail!("the sidecar ended with {status}:\n{}", self.log());
            }
            thread::sleep(Duration::from_millis(2));
        }
        bail!("the sidecar does not answer:\n{}", self.log())
    }
}

impl Drop for Sidecar {
    fn drop(&mut self) {
        // It is ours and has nothing to lose; a failure means that it has ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn configuration(registry: &str, user: &str, secret: &Path) -> String {
    format!(
        "registries:\n- {{prefix: \"{registry}\", plainHttp: true}}\ncredentials:\n  entries:\n  - prefix: {registry}/charts\n    projects: [team-shop]\n    username: {user}\n    passwordFile: {}\n",
        secret.display()
    )
}
