//! Manifests in the form that was asked for.

use super::document::{document, name, objects};
use super::layout;
use super::stage::Others;
use crate::args::{Manifests, OutputArgs};
use crate::exit::{Code, Failure};
use crate::report;

/// Writes everything that was rendered: to stdout, or as files.
pub(super) fn write(manifests: &[String], args: &OutputArgs) -> Result<Code, Failure> {
    if let Some(folder) = &args.output_dir {
        let others = if args.clean { Others::Remove } else { Others::Keep };
        layout::files(manifests, args.layout)?.write(folder, others)?;
        return Ok(Code::Success);
    }
    Ok(report::data(&match args.output {
        Manifests::Helm => manifests.concat(),
        Manifests::Ndjson => manifests.iter().map(|manifest| format!("{manifest}\n")).collect(),
        Manifests::Json => format!("[{}]\n", manifests.join(",\n")),
        Manifests::Name => objects(manifests)?.iter().map(|object| format!("{}\n", name(object))).collect(),
        Manifests::Yaml => manifests.iter().map(|one| document(one)).collect::<Result<String, _>>()?,
    }))
}
