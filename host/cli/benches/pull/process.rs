//! A process for each pull: a person's command, or what Argo CD starts for every chart.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::{Place, Times, median};

/// Pulls of each kind.
const ROUNDS: usize = 15;

/// Whether `binary` can be run.
pub(crate) fn is_there(binary: &str) -> bool {
    Command::new(binary).arg("version").output().is_ok_and(|output| output.status.success())
}

/// `helm pull`
pub(crate) fn helm(binary: &str, place: &Place) -> Times {
    measure(place, || {
        let mut command = Command::new(binary);
        command.arg("pull");
        command
    })
}

/// `tiphys chart pull`
pub(crate) fn tiphys(place: &Place) -> Times {
    measure(place, || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tiphys"));
        command.args(["chart", "pull"]);
        command
    })
}

/// The median of pulls in a home of their own, and of the same pull once more in each.
fn measure(place: &Place, command: impl Fn() -> Command) -> Times {
    let (mut cold, mut warm) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let home = tempfile::tempdir().unwrap();
        cold.push(pull(place, home.path(), command()));
        warm.push(pull(place, home.path(), command()));
    }
    Times { cold: median(cold), warm: median(warm) }
}

fn pull(place: &Place, home: &Path, mut command: Command) -> Duration {
    command.args([&place.chart(), "--version", "1.2.3", "--username", "user", "--password", "canary"]);
    for name in
        ["HOME", "HELM_CACHE_HOME", "HELM_CONFIG_HOME", "HELM_DATA_HOME", "DOCKER_CONFIG", "XDG_CACHE_HOME"]
    {
        command.env(name, home);
    }
    match &place.authority {
        None => {
            command.arg("--plain-http");
        }
        // Both read it; with a flag, Helm would neither retry nor speak HTTP/2.
        Some(authority) => {
            fs_err::write(home.join("ca.pem"), authority.pem()).unwrap();
            command.env("SSL_CERT_FILE", home.join("ca.pem"));
        }
    }
    command.current_dir(home);
    let start = Instant::now();
    let output = command.output().unwrap();
    let took = start.elapsed();
    assert!(output.status.success(), "{output:?}");
    assert!(home.join("app-1.2.3.tgz").is_file());
    took
}
