//! From a digest to a chart or another artifact.

use std::sync::Arc;

use bytes::Bytes;
use cache::Digest;
use gosemver::Version;

use crate::client::IdentityCheck;
use crate::error::{Attempt, Problem};
use crate::image::Image;
use crate::manifest::{Descriptor, ImageManifest, Manifest, media, printable};
use crate::reference::{Reference, Tag};
use crate::resolve::{Depth, Lookup, Pointer};
use crate::{Artifact, Chart, ChartArchive, Error, blob, verify};

/// The largest provenance file (rule R19).
const MAX_PROVENANCE: u64 = 1 << 20;

/// Fetches the chart that `wanted` means in the repository of `lookup`.
pub(crate) async fn chart(lookup: &Lookup, wanted: &str) -> Result<Arc<Chart>, Error> {
    let reference = lookup.find(wanted).await?;
    let pointer = lookup.pointer(&reference, Depth::Manifest).await?;
    let digest = pointer.digest()?;
    verify::check(lookup, &pointer).await?;
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
    let image = image(lookup, pointer, media::CHART_CONFIG).await?;
    let layer = chart_layer(&image).map_err(|problem| lookup.attempt.failed(problem))?;
    let archive = blob::fetch(lookup, layer, lookup.services.config.max_chart).await?;
    unpack(archive, pointer.digest()?, &lookup.attempt).await
}

/// Large archives take a while to unpack, and others wait for this thread.
pub(crate) async fn unpack(archive: Bytes, digest: Digest, attempt: &Attempt) -> Result<Chart, Error> {
    match tokio::task::spawn_blocking(move || Chart::unpack(&archive, digest)).await {
        Ok(chart) => chart.map_err(|error| attempt.failed(error)),
        Err(error) => Err(attempt.failed(std::io::Error::other(error))),
    }
}

/// The chart that `wanted` means, as it was packed, with its provenance.
pub(crate) async fn archive(lookup: &Lookup, wanted: &str) -> Result<ChartArchive, Error> {
    let reference = lookup.find(wanted).await?;
    let pointer = lookup.pointer(&reference, Depth::Manifest).await?;
    verify::check(lookup, &pointer).await?;
    let Parts { chart, archive, provenance } = parts(lookup, &pointer).await?;
    check_identity(lookup, &chart, &reference)?;
    Ok(ChartArchive { name: chart.name, version: chart.version, digest: chart.digest, archive, provenance })
}

/// What a chart's artifact is made of.
pub(crate) struct Parts {
    pub(crate) chart: Chart,
    pub(crate) archive: Bytes,
    pub(crate) provenance: Option<Bytes>,
}

/// The parts of the chart behind `pointer`; nothing of them has been believed yet.
pub(crate) async fn parts(lookup: &Lookup, pointer: &Pointer) -> Result<Parts, Error> {
    let image = image(lookup, pointer, media::CHART_CONFIG).await?;
    let layer = chart_layer(&image).map_err(|problem| lookup.attempt.failed(problem))?;
    let archive = blob::fetch(lookup, layer, lookup.services.config.max_chart).await?;
    let chart = unpack(archive.clone(), pointer.digest()?, &lookup.attempt).await?;
    let provenance = match image.layers.iter().find(|layer| layer.media_type == media::PROVENANCE) {
        Some(layer) => Some(blob::fetch(lookup, layer, MAX_PROVENANCE).await?),
        None => None,
    };
    Ok(Parts { chart, archive, provenance })
}

/// All of an artifact.
pub(crate) async fn whole(lookup: &Lookup, reference: &Reference) -> Result<Image, Error> {
    let pointer = lookup.pointer(reference, Depth::Manifest).await?;
    verify::check(lookup, &pointer).await?;
    let bytes = lookup.manifest(&pointer).await?;
    let failed = |problem: Problem| lookup.attempt.failed(problem);
    let manifest = match Manifest::parse(&bytes, &pointer.media_type).map_err(|error| failed(error.into()))? {
        Manifest::Image(image) => *image,
        Manifest::Index(_) => {
            let found = "an index; give the digest of one of its manifests".to_owned();
            return Err(failed(Problem::Kind { expected: "a single artifact", found }));
        }
    };
    let limit = lookup.services.config.max_artifact;
    let parts = std::iter::once(&manifest.config).chain(&manifest.layers);
    let blobs = parts.map(|part| blob::fetch(lookup, part, limit));
    let blobs = futures::future::try_join_all(blobs).await?;
    Ok(Image { digest: pointer.digest()?, media_type: pointer.media_type.clone(), bytes, manifest, blobs })
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

fn check_identity(lookup: &Lookup, chart: &Chart, reference: &Reference) -> Result<(), Error> {
    let version = reference.tag.as_ref().map(Tag::to_version);
    let version = version.filter(|version| Version::parse(version).is_ok());
    let foreign = chart.foreign(lookup.repository.base_name(), version.as_deref());
    refuse_foreign(foreign, lookup.services.config.identity, &lookup.attempt)
}

/// What to do about a chart under a foreign name or version.
pub(crate) fn refuse_foreign(
    foreign: Option<Problem>,
    check: IdentityCheck,
    attempt: &Attempt,
) -> Result<(), Error> {
    match (foreign, check) {
        (None, _) => Ok(()),
        (Some(problem), IdentityCheck::Refuse) => Err(attempt.failed(problem)),
        (Some(problem), IdentityCheck::Warn) => {
            tracing::warn!(%attempt, %problem, "a chart under a foreign name");
            Ok(())
        }
    }
}

/// Fetches an artifact with a single layer.
pub(crate) async fn artifact(lookup: &Lookup, reference: &Reference) -> Result<Artifact, Error> {
    let pointer = lookup.pointer(reference, Depth::Manifest).await?;
    verify::check(lookup, &pointer).await?;
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
