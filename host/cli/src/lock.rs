//! `tiphys lock`: what every reference means now, in a file that is committed.

use std::io::Write as _;
use std::path::Path;

use generate::capability::Resolutions;
use registry::Freshness;
use serde::Deserialize;

use crate::args::{Global, LockArgs};
use crate::exit::{Code, Failure};
use crate::report;
use crate::session::{Fetching, Session};

const HEADER: &str = "\
# What `tiphys lock` found every chart reference to mean; `tiphys render --locked` takes exactly this.
version: 1
";

/// A lock file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Lock {
    /// Of this format.
    #[serde(rename = "version")]
    _version: Version,
    /// What each application needs.
    #[serde(default)]
    pub(crate) applications: Resolutions,
}

/// The only version of the format so far.
#[derive(Debug, Default, Deserialize)]
#[serde(try_from = "u32")]
struct Version;

impl TryFrom<u32> for Version {
    type Error = String;

    fn try_from(number: u32) -> Result<Self, String> {
        if number == 1 { Ok(Self) } else { Err(format!("version {number} is not known, only 1")) }
    }
}

/// Renders everything with answers that are new, and writes down what was fetched.
pub(crate) async fn lock(global: &Global, args: &LockArgs) -> Result<Code, Failure> {
    let freshness = if args.input.offline { Freshness::Offline } else { Freshness::Refresh };
    let fetching = Fetching { freshness, folder: args.input.vendored.clone(), locked: None };
    let session = Session::open(global, fetching).await?;
    session.render(&args.sources, &args.input).await?;
    let (resolutions, file) = (session.resolutions(), &args.input.lock_file);
    let text = text(&resolutions)?;
    if args.check {
        return check(file, &text);
    }
    write(file, text.as_bytes()).map_err(Failure::platform)?;
    let count: usize = resolutions.values().map(std::collections::BTreeSet::len).sum();
    report::talk(&format!("locked {count} in `{}`", file.display()));
    Ok(Code::Success)
}

fn check(file: &Path, text: &str) -> Result<Code, Failure> {
    let locked = fs_err::read_to_string(file).map_err(|error| Failure::new(Code::Drift, error))?;
    if locked == text {
        return Ok(Code::Success);
    }
    let lines = |a: &str, b: &str| -> String {
        a.lines()
            .filter(|line| !b.lines().any(|other| other == *line))
            .map(|line| format!("\n{line}"))
            .collect()
    };
    let message = format!(
        "`{}` is out of date\nin the file:{}\nnow:{}",
        file.display(),
        lines(&locked, text),
        lines(text, &locked)
    );
    Err(Failure::new(Code::Drift, message).with_hint("`tiphys lock` writes it anew"))
}

/// One line for each artifact, so that a change is one line in a review.
fn text(resolutions: &Resolutions) -> Result<String, Failure> {
    let mut text = HEADER.to_owned();
    text.push_str(if resolutions.is_empty() { "applications: {}\n" } else { "applications:\n" });
    for (application, found) in resolutions {
        text.push_str(&format!("  {}:\n", serde_json::to_string(application).map_err(Failure::bug)?));
        for resolution in found {
            text.push_str(&format!("  - {}\n", serde_json::to_string(resolution).map_err(Failure::bug)?));
        }
    }
    Ok(text)
}

/// The whole file or none.
fn write(file: &Path, content: &[u8]) -> std::io::Result<()> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut temporary = tempfile::NamedTempFile::new_in(folder)?;
    temporary.write_all(content)?;
    temporary.persist(file)?;
    Ok(())
}

// === impl Lock ===

impl Lock {
    /// Reads a lock file.
    pub(crate) fn load(file: &Path) -> Result<Self, Failure> {
        let hint = "`tiphys lock SOURCE` writes one";
        let bytes = fs_err::read(file).map_err(|error| Failure::new(Code::Drift, error).with_hint(hint))?;
        let wrong = |reason: String| {
            let message = format!("`{}` can't be read: {reason}", file.display());
            Failure::new(Code::Drift, message).with_hint(hint)
        };
        let value = goyaml::v2::decode(&bytes).map_err(|error| wrong(error.to_string()))?;
        let text = goyaml::json::encode(&value.unwrap_or(goyaml::Value::Null), goyaml::json::Escape::Minimal);
        let text = text.map_err(|error| wrong(error.to_string()))?;
        serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))
    }
}
