//! A real argocd-repo-server with the Redis it wants.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::client::Client;
use crate::process::{Process, environment, find, free_port};

/// Where repo-server finds programs first, below the directory of a test.
pub(crate) const TOOLS: &str = "tools";
/// A file with the authorities that Helm believes, below the directory of a test.
pub(crate) const AUTHORITIES: &str = "authorities.pem";

/// The programs of other people that these tests need.
pub(crate) struct Programs {
    argocd: PathBuf,
    redis: PathBuf,
}

pub(crate) struct ArgoCd {
    repo_server: Process,
    _redis: Process,
    port: u16,
}

impl Programs {
    /// The programs, or what to say where one is missing.
    pub(crate) fn find() -> Result<Self, String> {
        let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../peers/bin/argocd");
        let one = |name: &str, variable: &str, places: &[PathBuf]| {
            find(name, variable, places).ok_or_else(|| format!("`{name}` is not installed"))
        };
        one("git", "GIT", &[])?;
        Ok(Self { argocd: one("argocd", "ARGOCD", &[beside])?, redis: one("redis-server", "REDIS", &[])? })
    }

    /// The programs; where one is missing, a test says so loudly and has nothing to do.
    pub(crate) fn or_skip() -> Option<Self> {
        Self::find().inspect_err(|missing| eprintln!("SKIPPED: {missing}; nothing was tested")).ok()
    }

    /// Starts everything in `directory`, with plugin sockets in `sockets`.
    pub(crate) fn start(&self, directory: &Path, sockets: &Path) -> ArgoCd {
        let redis_port = free_port();
        let redis = ["--port", &redis_port.to_string(), "--bind", "127.0.0.1", "--save", ""];
        let mut redis = Process::start(Command::new(&self.redis).args(redis), &directory.join("redis.log"));
        redis.wait_for_port(redis_port);
        let (port, metrics) = (free_port(), free_port());
        let mut command = self.repo_server(directory, sockets);
        command.args(["--address", "127.0.0.1", "--port", &port.to_string()]);
        command.args(["--metrics-address", "127.0.0.1", "--metrics-port", &metrics.to_string()]);
        command.args(["--redis", &format!("127.0.0.1:{redis_port}")]);
        let mut repo_server = Process::start(&mut command, &directory.join("repo-server.log"));
        repo_server.wait_for_port(port);
        ArgoCd { repo_server, _redis: redis, port }
    }

    fn repo_server(&self, directory: &Path, sockets: &Path) -> Command {
        let tools = tools(directory);
        let mut command = Command::new(&self.argocd);
        command
            .args(["--disable-tls", "--client-ca-path", "", "--loglevel", "debug"])
            .env("PATH", format!("{}:{}", tools.display(), environment("PATH").unwrap()))
            .env("ARGOCD_BINARY_NAME", "argocd-repo-server")
            .env("ARGOCD_GPG_ENABLED", "false")
            .env("SSL_CERT_FILE", directory.join(AUTHORITIES))
            .env("ARGOCD_PLUGINSOCKFILEPATH", sockets)
            .env("ARGOCD_ASK_PASS_SOCK", directory.join("askpass.sock"));
        for (variable, name) in
            [("ARGOCD_TLS_DATA_PATH", "tls"), ("ARGOCD_SSH_DATA_PATH", "ssh"), ("TMPDIR", "tmp")]
        {
            let path = directory.join(name);
            std::fs::create_dir_all(&path).unwrap();
            command.env(variable, path);
        }
        fs_err::write(directory.join("ssh/ssh_known_hosts"), "").unwrap();
        command
    }
}

/// What repo-server runs: Helm for its own Helm source, where a test put it there, and this for every
/// commit, even where no signature is wanted.
fn tools(directory: &Path) -> PathBuf {
    let tools = directory.join(TOOLS);
    std::fs::create_dir_all(&tools).unwrap();
    let path = tools.join("git-verify-wrapper.sh");
    fs_err::write(&path, "#!/bin/sh\nexit 0\n").unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
    tools
}

impl ArgoCd {
    pub(crate) fn client(&self) -> Client {
        Client::new(self.port)
    }

    pub(crate) fn log(&self) -> String {
        self.repo_server.log()
    }
}
