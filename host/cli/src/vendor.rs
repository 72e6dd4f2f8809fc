//! `tiphys vendor`: every chart that is needed, in a folder that is all `render --offline` needs.

use registry::Freshness;

use crate::args::{Global, VendorArgs};
use crate::exit::{Code, Failure};
use crate::lock::Lock;
use crate::report;
use crate::session::{Fetching, Session};

/// Renders everything, so that all it takes is fetched into the folder: the charts, what they depend on, and what
/// their references meant.
pub(crate) async fn vendor(global: &Global, args: &VendorArgs) -> Result<Code, Failure> {
    fs_err::create_dir_all(&args.into).map_err(Failure::platform)?;
    let locked = args.input.locked.then(|| Lock::load(&args.input.lock_file)).transpose()?;
    let fetching = Fetching {
        freshness: if args.input.offline { Freshness::Offline } else { Freshness::Refresh },
        folder: Some(args.into.clone()),
        locked: locked.map(|lock| lock.applications),
    };
    let session = Session::open(global, fetching).await?;
    session.render(&args.sources, &args.input).await?;
    let resolutions = session.resolutions();
    for (application, found) in &resolutions {
        for one in found {
            let name = if one.name.is_empty() { String::new() } else { format!(" {}", one.name) };
            let line = format!("{application}: {}{name} {} {}", one.repository, one.version, one.digest);
            report::talk(&line);
        }
    }
    Ok(Code::Success)
}
