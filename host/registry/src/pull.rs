//! From a digest to a chart or another artifact.

use std::sync::Arc;

use gosemver::Version;

use crate::client::IdentityCheck;
use crate::error::Problem;
use crate::manifest::{Descriptor, ImageManifest, Manifest, media, printable};
use crate::reference::{Reference, Tag};
use crate::resolve::{Depth, Lookup, Pointer};
use crate::{Artifact, Chart, Error, blob};

/// Fetches the chart that `wanted` means in the repository of `lookup`.
pub(crate) async fn chart(lookup: &Lookup, wanted: &str) -> Result<Arc<Chart>, Error> {
    let reference = lookup.find(wanted).await?;
    let pointer = lookup.pointer(&reference, Depth::Manifest).await?;
    let digest = pointer.digest()?;
    let chart = match lookup.services.unpacked(&digest) {
        Some(chart) => chart,
        None => {
            let chart = Arc::new(fetch_chart(lookup, &pointer).await?);
            lookup.services.charts.insert(digest, Arc::clone(&chart));
            chart
        }
    };
    check_identity(lookup, &chart, &reference)?;
    Ok(chart)
}

async fn fetch_chart(lookup: &Lookup, pointer: &Pointer) -> Result<Chart, Error> {
    let failed = |problem| lookup.attempt.failed(problem);
    let image = image(lookup, pointer, media::CHART_CONFIG).await?;
    let layer = chart_layer(&image).map_err(failed)?;
    let archive = blob::fetch(lookup, layer, lookup.services.config.max_chart).await?;
    let digest = pointer.digest()?;
    // Large archives take a while to unpack, and others wait for this thread.
    let unpacked = tokio::task::spawn_blocking(move || Chart::unpack(&archive, digest)).await;
    match unpacked {
        Ok(chart) => chart.map_err(|error| failed(error.into())),
        Err(error) => Err(failed(std::io::Error::other(error).into())),
    }
}

/// The image manifest behind `pointer`; an index is followed once, to the entry for `config`.
async fn image(lookup: &Lookup, pointer: &Pointer, config: &str) -> Result<ImageManifest, Error> {
    let failed = |problem: Problem| lookup.attempt.failed(problem);
    let parse = |bytes: &[u8], media_type: &str| {
        Manifest::parse(bytes, media_type).map_err(|error| failed(error.into()))
    };
    let entry = match parse(&lookup.manifest(pointer).await?, &pointer.media_type)? {
        Manifest::Image(image) => return Ok(*image),
        Manifest::Index(entries) => choose(entries, config).ok_or_else(|| {
            failed(Problem::Kind {
                expected: "an artifact of this kind",
                found: "an index without one".to_owned(),
            })
        })?,
    };
    let bytes = lookup.manifest(&Pointer::of(&entry)).await?;
    if bytes.len() as u64 != entry.size {
        return Err(failed(Problem::Size { expected: entry.size, found: bytes.len() as u64 }));
    }
    match parse(&bytes, &entry.media_type)? {
        Manifest::Image(image) => Ok(*image),
        Manifest::Index(_) => Err(failed(Problem::Kind {
            expected: "an artifact",
            found: "an index inside an index".to_owned(),
        })),
    }
}

/// The entry of the kind that is asked for, else the first image.
fn choose(entries: Vec<Descriptor>, config: &str) -> Option<Descriptor> {
    let images = entries.into_iter().filter(|entry| entry.media_type == media::IMAGE_MANIFEST);
    let mut images = images.collect::<Vec<_>>();
    let kind = images.iter().position(|image| image.artifact_type.as_deref() == Some(config));
    if images.is_empty() { None } else { Some(images.swap_remove(kind.unwrap_or(0))) }
}

/// The layer with the chart. Two would let two readers see two charts.
fn chart_layer(image: &ImageManifest) -> Result<&Descriptor, Problem> {
    let expected = "a chart";
    if image.config.media_type != media::CHART_CONFIG {
        let found = format!("its configuration is `{}`", printable(&image.config.media_type));
        return Err(Problem::Kind { expected, found });
    }
    let is_chart =
        |layer: &&Descriptor| [media::CHART, media::CHART_LEGACY].contains(&layer.media_type.as_str());
    let other = |layer: &&Descriptor| !is_chart(layer) && layer.media_type != media::PROVENANCE;
    if let Some(layer) = image.layers.iter().find(other) {
        return Err(Problem::Kind {
            expected,
            found: format!("it has a layer `{}`", printable(&layer.media_type)),
        });
    }
    let mut charts = image.layers.iter().filter(is_chart);
    match (charts.next(), charts.next()) {
        (Some(layer), None) => Ok(layer),
        (None, _) => Err(Problem::Kind { expected, found: "it has no layer with a chart".to_owned() }),
        (Some(_), Some(_)) => {
            Err(Problem::Kind { expected, found: "it has two layers with a chart".to_owned() })
        }
    }
}

/// A chart that is stored under a name or a version that is not its own (rule R24).
fn check_identity(lookup: &Lookup, chart: &Chart, reference: &Reference) -> Result<(), Error> {
    let name = lookup.repository.base_name();
    let version = reference.tag.as_ref().map(Tag::to_version);
    let version = version.filter(|version| Version::parse(version).is_ok());
    let plain = |version: &str| version.strip_prefix('v').unwrap_or(version).to_owned();
    let problem = if chart.name != name {
        Problem::OtherChart { field: "name", inside: chart.name.clone(), outside: name.to_owned() }
    } else {
        match version {
            Some(outside) if plain(&outside) != plain(&chart.version) => {
                Problem::OtherChart { field: "version", inside: chart.version.clone(), outside }
            }
            _ => return Ok(()),
        }
    };
    match lookup.services.config.identity {
        IdentityCheck::Refuse => Err(lookup.attempt.failed(problem)),
        IdentityCheck::Warn => {
            tracing::warn!(attempt = %lookup.attempt, %problem, "a chart under a foreign name");
            Ok(())
        }
    }
}

/// Fetches an artifact with a single layer.
pub(crate) async fn artifact(lookup: &Lookup, reference: &Reference) -> Result<Artifact, Error> {
    let pointer = lookup.pointer(reference, Depth::Manifest).await?;
    let image = image(lookup, &pointer, media::WASM_CONFIG).await?;
    let [layer] = image.layers.as_slice() else {
        let found = format!("it has {} layers", image.layers.len());
        return Err(lookup.attempt.failed(Problem::Kind { expected: "an artifact with one layer", found }));
    };
    Ok(Artifact {
        digest: pointer.digest()?,
        media_type: layer.media_type.clone(),
        content: blob::fetch(lookup, layer, lookup.services.config.max_artifact).await?,
        annotations: image.annotations,
    })
}
