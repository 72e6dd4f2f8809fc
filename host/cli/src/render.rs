//! `tiphys render`: the same plugins, the same way, without a cluster.

mod application;
mod document;
mod flags;
mod folder;
mod input;
mod layout;
mod output;
mod reference;
mod repository;
mod stage;
mod yaml;

use crate::args::{Global, Layout, Manifests, RenderArgs};
use crate::exit::{Code, Failure};
use crate::session::{Fetching, Session};

pub(crate) use self::document::document;
pub(crate) use self::input::{Job, jobs};
pub(crate) use self::yaml::{documents, is_manifests};

/// Renders what `args` name, and writes it.
pub(crate) async fn render(global: &Global, args: RenderArgs) -> Result<Code, Failure> {
    let session = Session::open(global, Fetching::of(&args.input)?).await?;
    // What Helm prints need not be objects; whatever else is asked for is made of them.
    let as_written = match &args.output.output_dir {
        Some(_) => args.output.layout == Layout::Helm,
        None => args.output.output == Manifests::Helm,
    };
    let rendered = if as_written {
        session.write(&args.sources, &args.input).await?
    } else {
        session.render(&args.sources, &args.input).await?
    };
    output::write(&rendered, &args.output)
}
