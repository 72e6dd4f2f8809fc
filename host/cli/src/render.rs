//! `tiphys render`: the same plugins, the same way, without a cluster.

mod application;
mod flags;
mod folder;
mod input;
mod output;
mod reference;
mod repository;
mod yaml;

use crate::args::{Global, RenderArgs};
use crate::exit::{Code, Failure};
use crate::session::{Fetching, Session};

pub(crate) use self::input::{Job, jobs};
pub(crate) use self::output::document;
pub(crate) use self::yaml::{documents, is_manifests};

/// Renders what `args` name, and writes it.
pub(crate) async fn render(global: &Global, args: RenderArgs) -> Result<Code, Failure> {
    let session = Session::open(global, Fetching::of(&args.input)?).await?;
    let rendered = session.render(&args.sources, &args.input).await?;
    output::write(&rendered, &args.output)
}
