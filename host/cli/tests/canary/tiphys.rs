//! The command, at its finest log level.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use cmp_client::{Connection, GENERATE, Manifests, Upload};

pub(crate) struct Tiphys {
    environment: Vec<(String, String)>,
    folder: tempfile::TempDir,
}

/// `tiphys serve`.
pub(crate) struct Serving {
    child: Child,
    sockets: PathBuf,
    log: PathBuf,
}

impl Tiphys {
    pub(crate) fn new(environment: Vec<(String, String)>) -> Self {
        Self { environment, folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn cache(&self) -> &Path {
        self.folder.path()
    }

    fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tiphys"));
        command.env_clear().envs(self.environment.iter().cloned());
        // What it leaves in its temporary folder is looked through like its cache.
        command.env("TMPDIR", self.folder.path()).env("HOME", self.folder.path());
        command.args(["--log-level", "trace", "--cache"]).arg(self.folder.path());
        command
    }

    /// What it says, on stdout and stderr.
    pub(crate) async fn run(&self, arguments: &[&str]) -> String {
        let mut command = self.command();
        command.args(arguments);
        let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        format!("{}\n{}", text(output.stdout), text(output.stderr))
    }

    pub(crate) async fn serve(&self) -> Serving {
        let (sockets, log) = (self.folder.path().join("sockets"), self.folder.path().join("log"));
        let file = || std::fs::File::options().create(true).append(true).open(&log).unwrap();
        let mut command = self.command();
        command
            .arg("serve")
            .arg("--sockets")
            .arg(&sockets)
            .stdout(file())
            .stderr(file())
            .stdin(Stdio::null());
        let mut child = command.spawn().unwrap();
        let end = Instant::now() + Duration::from_secs(120);
        while !sockets.join("helm.sock").exists() {
            let log = || fs_err::read_to_string(&log).unwrap();
            assert!(child.try_wait().unwrap().is_none(), "it ended early: {}", log());
            assert!(Instant::now() < end, "it is not ready after two minutes: {}", log());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Serving { child, sockets, log }
    }
}

impl Serving {
    pub(crate) fn socket(&self) -> PathBuf {
        self.sockets.join("helm.sock")
    }

    /// The manifests, or `code` and message of the error.
    pub(crate) async fn generate(&self, upload: Upload) -> String {
        let socket = self.socket();
        let call = move || {
            let answer = Connection::open(&socket).call(GENERATE, &upload.messages(), "120S");
            if answer.code == Some(0) {
                answer.decode::<Manifests>().manifests.join("\n")
            } else {
                let (code, message) = answer.error();
                format!("code {code}: {message}")
            }
        };
        tokio::task::spawn_blocking(call).await.unwrap()
    }

    /// Ends it, and gives its log.
    pub(crate) async fn stop(mut self) -> String {
        assert!(Command::new("kill").arg(self.child.id().to_string()).status().unwrap().success());
        tokio::task::spawn_blocking(move || self.child.wait().unwrap()).await.unwrap();
        fs_err::read_to_string(&self.log).unwrap()
    }
}
