//! Both servers: they are started, listen on a socket, and end when they are dropped.

use std::os::unix::fs::symlink;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::cost;

/// The plugin as operators write it.
const PLUGIN: &str = "\
apiVersion: argoproj.io/v1alpha1
kind: ConfigManagementPlugin
metadata: {name: helm}
spec:
  generate:
    command: [sh, -c]
    args:
    - >-
      helm template \"$ARGOCD_APP_NAME\" . --namespace \"$ARGOCD_APP_NAMESPACE\"
      --kube-version \"$KUBE_VERSION\" --include-crds
";

pub(crate) struct Server {
    process: Child,
    socket: PathBuf,
    /// Memory before the first request (PSS, MiB).
    pub(crate) idle_mib: u64,
}

// === impl Server ===

impl Server {
    /// `tiphys serve` as it is without a configuration.
    pub(crate) fn tiphys(folder: &Path) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tiphys"));
        command.args(["serve", "--log-level", "error", "--sockets"]).arg(folder.join("plugins"));
        command.arg("--cache").arg(folder.join("cache"));
        Self::start(&mut command, folder)
    }

    /// `argocd-cmp-server` with a plugin that runs Helm.
    pub(crate) fn stock(folder: &Path, argocd: &Path, helm: &Path) -> Self {
        let (config, programs) = (folder.join("config"), folder.join("programs"));
        for directory in [&config, &programs, &folder.join("plugins")] {
            fs_err::create_dir_all(directory).unwrap();
        }
        fs_err::write(config.join("plugin.yaml"), PLUGIN).unwrap();
        symlink(helm, programs.join("helm")).unwrap();
        let mut command = Command::new(argocd);
        command.arg("--config-dir-path").arg(&config).args(["--loglevel", "error"]);
        command.env("ARGOCD_BINARY_NAME", "argocd-cmp-server");
        command.env("ARGOCD_PLUGINSOCKFILEPATH", folder.join("plugins"));
        command.env("PATH", format!("{}:/usr/bin:/bin", programs.display())).env("HOME", folder);
        Self::start(&mut command, folder)
    }

    fn start(command: &mut Command, folder: &Path) -> Self {
        fs_err::create_dir_all(folder).unwrap();
        let log = fs_err::File::create(folder.join("log")).unwrap().into_file();
        command.stdout(log.try_clone().unwrap()).stderr(log).current_dir(folder);
        let mut server = Self {
            process: command.stdin(Stdio::null()).spawn().unwrap(),
            socket: folder.join("plugins/helm.sock"),
            idle_mib: 0,
        };
        let begun = Instant::now();
        while UnixStream::connect(&server.socket).is_err() {
            let ended = server.process.try_wait().unwrap();
            let late = begun.elapsed() > Duration::from_secs(60);
            if ended.is_some() || late {
                panic!("it is not ready: {}", fs_err::read_to_string(folder.join("log")).unwrap());
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        // What a start leaves to be freed is freed within moments.
        std::thread::sleep(Duration::from_millis(500));
        server.idle_mib = server.memory_mib();
        server
    }

    pub(crate) fn socket(&self) -> &Path {
        &self.socket
    }

    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }

    pub(crate) fn cpu(&self) -> Duration {
        cost::cpu(self.id())
    }

    pub(crate) fn memory_mib(&self) -> u64 {
        cost::memory_mib(self.id())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
