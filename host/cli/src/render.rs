//! `tiphys render`: the same plugins, the same way, without a cluster.

mod application;
mod flags;
mod folder;
mod input;
mod output;
mod reference;
mod repository;
mod yaml;

use crate::args::{Global, Manifests, RenderArgs};
use crate::exit::{Code, Failure};
use crate::session::{Fetching, Session};

pub(crate) use self::input::{Job, jobs};
pub(crate) use self::output::document;
pub(crate) use self::yaml::{documents, is_manifests};

/// Renders what `args` name, and writes it.
pub(crate) async fn render(global: &Global, args: RenderArgs) -> Result<Code, Failure> {
    let session = Session::open(global, Fetching::of(&args.input)?).await?;
    // What Helm prints need not be objects; whatever else is asked for is made of them.
    let as_written = args.output.output == Manifests::Helm && args.output.output_dir.is_none();
    let rendered = if as_written {
        session.write(&args.sources, &args.input).await?
    } else {
        session.render(&args.sources, &args.input).await?
    };
    output::write(&rendered, &args.output)
}
