//! `tiphys serve`: plugins on the sockets where argocd-repo-server looks for them.

mod reload;

use std::sync::Arc;

use tokio::signal::unix::{SignalKind, signal};

use self::reload::Reload;
use crate::args::{Global, ServeArgs};
use crate::config::{self, Config};
use crate::exit::{Code, Failure};
use crate::outside::{self, Purpose};
use crate::stop::Stop;
use crate::{paths, wiring};

/// Serves until SIGTERM or SIGINT, then until running requests have ended.
pub(crate) async fn serve(global: &Global, args: ServeArgs, stop: Stop) -> Result<Code, Failure> {
    let stamp = config::Stamp::of(global.config.as_deref());
    let config = config::load(global.config.as_deref())?;
    let cache = paths::cache(global, &config);
    let outside = outside::open(&config, &cache, Purpose::Service)?;
    let generator = Arc::new(wiring::generator(&config, &cache, &outside).await?);
    let server = cmp::Server::bind(server(&config, &args)?, Arc::clone(&generator) as _);
    let server = server.map_err(Failure::platform)?;
    for path in server.paths() {
        tracing::info!(socket = %path.display(), "serving");
    }
    let reload = Reload::new(global.clone(), stamp, &config, outside.broker, generator);
    let reloading = tokio::spawn(reload.run(signal(SignalKind::hangup()).map_err(Failure::platform)?));
    let stopping = async {
        stop.signal().await;
        tracing::info!("stopping");
    };
    server.serve(stopping).await.map_err(Failure::bug)?;
    reloading.abort();
    tracing::info!("stopped");
    Ok(Code::Success)
}

fn server(config: &Config, args: &ServeArgs) -> Result<cmp::Config, Failure> {
    let server = &config.server;
    let longest =
        config.plugins_or_builtin().iter().map(|plugin| plugin.limits.wall.0).max().unwrap_or_default();
    Ok(cmp::Config {
        directory: args.sockets.folder.clone(),
        mode: u32::from_str_radix(&server.socket_mode, 8).map_err(Failure::usage)?,
        discovery: server.discovery_socket.clone(),
        running: wiring::concurrency(config),
        queue: server.queue,
        longest,
        drain: server.drain.0,
        spool: std::env::temp_dir(),
        limits: cmp::Limits {
            compressed: server.received.0,
            extracted: server.extracted.0,
            ..cmp::Limits::default()
        },
        max_message: args.max_message.saturating_mul(1 << 20),
    })
}
