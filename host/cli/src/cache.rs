//! `tiphys cache`: what is kept, and how it travels.

use std::path::PathBuf;
use std::time::UNIX_EPOCH;

use cache::{Config, Store};
use clap::{Args, Subcommand};
use serde_json::json;

use crate::args::{Form, Global};
use crate::config::{self, Size};
use crate::exit::{Code, Failure};
use crate::outside::chain;
use crate::{paths, report};

/// `tiphys cache`
#[derive(Debug, Subcommand)]
pub(crate) enum CacheCommand {
    /// List what is kept, least recently used first.
    Ls(OutputArgs),
    /// Remove what has not been used for longest.
    Gc {
        /// What may stay, such as `500Mi`; without it, what the configuration allows.
        #[arg(long, value_name = "SIZE")]
        size: Option<String>,

        #[command(flatten)]
        output: OutputArgs,
    },
    /// Write all of it into a tar archive, for a machine without a network.
    Export {
        /// The archive.
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// Add what such an archive holds; what is damaged in it is refused.
    Import {
        /// The archive.
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// Check all of it, and remove what is damaged.
    Verify(OutputArgs),
}

/// How the answer looks.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct OutputArgs {
    /// Form of the answer.
    #[arg(long, short = 'o', value_enum, default_value_t = Form::Text)]
    output: Form,
}

/// Does what `command` says.
pub(crate) async fn run(global: &Global, command: CacheCommand) -> Result<Code, Failure> {
    let config = config::load(global.config.as_deref())?;
    let path = paths::cache(global, &config).join("content");
    let size = config.cache.size.0;
    let store = Store::open(&Config { path, size }).map_err(Failure::platform)?;
    match command {
        CacheCommand::Ls(output) => ls(&store, output.output).await,
        CacheCommand::Gc { size: wanted, output } => gc(&store, wanted.as_deref(), size, output.output).await,
        CacheCommand::Export { file } => {
            let count = store.export(&file).await.map_err(|error| {
                Failure::platform(format!("failed to export to `{}`: {}", file.display(), chain(&error)))
            })?;
            Ok(report::data(&format!("{count} blobs exported to {}\n", file.display())))
        }
        CacheCommand::Import { file } => {
            let count = store.import(&file).await.map_err(|error| {
                let message = format!("failed to import `{}`: {}", file.display(), chain(&error));
                Failure::new(Code::Failed, message)
            })?;
            Ok(report::data(&format!("{count} blobs imported from {}\n", file.display())))
        }
        CacheCommand::Verify(output) => verify(&store, output.output).await,
    }
}

async fn ls(store: &Store, form: Form) -> Result<Code, Failure> {
    let entries = store.entries().await.map_err(Failure::platform)?;
    let seconds = |entry: &cache::Entry| {
        entry.used.duration_since(UNIX_EPOCH).map(|since| since.as_secs()).unwrap_or_default()
    };
    let text = match form {
        Form::Text => {
            let lines = entries.iter().map(|entry| format!("{:>12}  {}\n", entry.size, entry.digest));
            let total: u64 = entries.iter().map(|entry| entry.size).sum();
            lines.collect::<String>() + &format!("{total:>12}  in {} blobs\n", entries.len())
        }
        Form::Json => {
            let object = |entry: &cache::Entry| json!({"digest": entry.digest.to_string(), "size": entry.size, "used": seconds(entry)});
            format!("{:#}\n", entries.iter().map(object).collect::<serde_json::Value>())
        }
    };
    Ok(report::data(&text))
}

async fn gc(store: &Store, wanted: Option<&str>, configured: u64, form: Form) -> Result<Code, Failure> {
    let size = match wanted {
        Some(text) => text.parse::<Size>().map_err(Failure::usage)?.0,
        None => configured,
    };
    let collected = store.collect(size).await.map_err(Failure::platform)?;
    let (removed, freed, left) = (collected.removed, collected.freed, collected.left);
    Ok(report::data(&match form {
        Form::Text => format!("{removed} blobs removed, {freed} bytes freed, {left} bytes left\n"),
        Form::Json => format!("{:#}\n", json!({"removed": removed, "freed": freed, "left": left})),
    }))
}

async fn verify(store: &Store, form: Form) -> Result<Code, Failure> {
    let damaged = store.verify().await.map_err(Failure::platform)?;
    let names: Vec<String> = damaged.iter().map(ToString::to_string).collect();
    let text = match form {
        Form::Text if names.is_empty() => "everything is what it should be\n".to_owned(),
        Form::Text => names.iter().map(|name| format!("damaged and removed: {name}\n")).collect(),
        Form::Json => format!("{:#}\n", json!({"damaged": names})),
    };
    let code = report::data(&text);
    Ok(if names.is_empty() { code } else { Code::Failed })
}
