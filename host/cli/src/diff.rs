//! `tiphys diff`: what differs between what two sources render to.

mod object;
mod output;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::Value;

use self::object::{Objects, Redaction};
use self::output::Change;
use crate::args::{Comparison, DiffArgs, Global, InputArgs};
use crate::exit::{Code, Failure};
use crate::render::{documents, is_manifests};
use crate::report;
use crate::session::{Fetching, Session};

/// Compares, and ends like diff(1).
pub(crate) async fn diff(global: &Global, args: &DiffArgs) -> Result<Code, Failure> {
    compare(global, args)
        .await
        .map_err(|failure| Failure::Several { code: Some(Code::Usage), failures: vec![failure] })
}

async fn compare(global: &Global, args: &DiffArgs) -> Result<Code, Failure> {
    let session = Session::open(global, Fetching::of(&args.input)?).await?;
    let mut redaction = Redaction::default();
    let old = Objects::new(objects(&session, &args.old, &args.input).await?, &mut redaction)?;
    let new = Objects::new(objects(&session, &args.new, &args.input).await?, &mut redaction)?;
    let changes = changes(&old, &new);
    let text = match args.output {
        Comparison::Text => output::text(&changes, args.context, report::paint()),
        Comparison::Markdown => output::markdown(&changes, args.context, args.max_length),
        Comparison::Json => output::json(&changes, args.context),
    };
    match report::data(&text) {
        Code::Success if changes.is_empty() => Ok(Code::Success),
        Code::Success => Ok(Code::Failed),
        trouble => Ok(trouble),
    }
}

/// The objects of a source: as they are written, or as they are rendered.
async fn objects(session: &Session, source: &str, input: &InputArgs) -> Result<Vec<Value>, Failure> {
    if let Some(objects) = written(Path::new(source))? {
        return Ok(objects);
    }
    let manifests = session.render(&[source.to_owned()], input).await?;
    manifests.iter().map(|manifest| serde_json::from_str(manifest).map_err(Failure::bug)).collect()
}

/// The objects of a file or folder of manifests; nothing where it is something to render.
fn written(path: &Path) -> Result<Option<Vec<Value>>, Failure> {
    let is_yaml = |path: &Path| {
        path.extension().is_some_and(|end| ["yaml", "yml", "json"].iter().any(|one| end == *one))
    };
    if path.is_file() && is_yaml(path) {
        return Ok(Some(documents(path)?).filter(|documents| is_manifests(documents)));
    }
    if !path.is_dir() || ["Chart.yaml", "chart-source.yaml"].iter().any(|name| path.join(name).is_file()) {
        return Ok(None);
    }
    let entries = fs_err::read_dir(path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let entries = entries.map_err(|error| Failure::new(Code::Failed, error))?;
    let files: BTreeSet<PathBuf> =
        entries.iter().map(fs_err::DirEntry::path).filter(|path| is_yaml(path)).collect();
    let mut all = Vec::new();
    for file in files {
        all.extend(documents(&file)?);
    }
    Ok(Some(all).filter(|documents| is_manifests(documents)))
}

/// What differs, in the order of the names.
fn changes<'a>(old: &'a Objects, new: &'a Objects) -> Vec<Change<'a>> {
    let names: BTreeSet<_> = old.0.keys().chain(new.0.keys()).collect();
    let change = |name| Change { name, old: old.0.get(name), new: new.0.get(name) };
    names.into_iter().map(change).filter(|change| change.old != change.new).collect()
}
