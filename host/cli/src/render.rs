//! `tiphys render`: the same plugins, the same way, without a cluster.

mod application;
mod flags;
mod input;
mod output;

use crate::args::{Global, RenderArgs};
use crate::config;
use crate::exit::{Code, Failure};
use crate::outside::{self, Purpose};
use crate::{paths, wiring};

/// Renders what `args` name, and writes it.
pub(crate) async fn render(global: &Global, args: RenderArgs) -> Result<Code, Failure> {
    let config = config::load(global.config.as_deref())?.allowing_empty();
    let jobs = input::jobs(&args, &config)?;
    let cache = paths::cache(global, &config);
    let outside = outside::open(&config, &cache, Purpose::Person)?;
    let generator = wiring::generator(&config, &cache, &outside).await?;
    let mut rendered = Vec::new();
    for job in jobs {
        let application = job.call.request.application.name.clone();
        let result = generator.render(job.target, job.call).await;
        let named = |error| Failure::Generation { application: job.several.then_some(application), error };
        rendered.push(result.map_err(named)?);
    }
    output::write(&rendered, &args.output)
}
