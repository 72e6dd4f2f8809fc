//! Fetches blobs: once for many, resumed where a connection broke, checked before anyone sees them.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use cache::Digest;
use http::{HeaderValue, StatusCode, header};
use network::Response;

use crate::Error;
use crate::error::Problem;
use crate::manifest::Descriptor;
use crate::mirror::MirrorTrust;
use crate::resolve::{Lookup, Place};
use crate::session::Ask;

/// How often a download is taken up again.
const MAX_RESUMES: u32 = 5;

/// How long to wait before that; longer each time.
const RESUME_PAUSE: Duration = Duration::from_millis(50);

/// The content of `descriptor`, of at most `limit` bytes.
pub(crate) async fn fetch(lookup: &Lookup, descriptor: &Descriptor, limit: u64) -> Result<Bytes, Error> {
    let failed = |problem| lookup.attempt.failed(problem);
    if descriptor.size > limit {
        return Err(failed(Problem::TooLarge { size: descriptor.size, limit }));
    }
    let services = &lookup.services;
    if let Some(bytes) = services.kept(&descriptor.digest).await {
        return Ok(bytes);
    }
    if lookup.is_offline() {
        return Err(failed(Problem::Offline));
    }
    let name = format!("blob-{}", descriptor.digest);
    let lease = services.store.lease(&name, lookup.origin()?.deadline().instant()).await;
    let _lease = lease.map_err(|error| failed(error.into()))?;
    if let Some(bytes) = services.kept(&descriptor.digest).await {
        return Ok(bytes);
    }
    // Never closed: the permit is always granted in the end.
    let _permit = services.downloads.acquire().await;
    let mut outcome = Err(lookup.no_place());
    for place in lookup.places(MirrorTrust::DigestOnly) {
        outcome = download(lookup, place, descriptor).await;
        if lookup.settles(place, &outcome) {
            break;
        }
    }
    let bytes = outcome?;
    services.keep(&descriptor.digest, &bytes).await;
    Ok(bytes)
}

async fn download(lookup: &Lookup, place: &Place, descriptor: &Descriptor) -> Result<Bytes, Error> {
    let size = usize::try_from(descriptor.size).unwrap_or(usize::MAX);
    let mut partial = BytesMut::with_capacity(size.min(1 << 20));
    let mut resumes = 0;
    loop {
        let mut response = request(lookup, place, descriptor, partial.len()).await?;
        if response.status() != StatusCode::PARTIAL_CONTENT {
            partial.clear();
        }
        match read_into(&mut partial, &mut response).await {
            Ok(()) => break,
            Err(network::Error::Interrupted { .. }) if resumes < MAX_RESUMES => {
                resumes += 1;
                tracing::debug!(digest = %descriptor.digest, at = partial.len(), "the download is taken up again");
                tokio::time::sleep(RESUME_PAUSE * resumes).await;
            }
            Err(error) => return Err(lookup.attempt.failed(error)),
        }
    }
    check(&partial, descriptor).map_err(|problem| lookup.attempt.failed(problem))?;
    Ok(partial.freeze())
}

/// Asks for the blob from `offset`. One byte more than announced is read, to notice that there is.
async fn request(
    lookup: &Lookup,
    place: &Place,
    descriptor: &Descriptor,
    offset: usize,
) -> Result<Response, Error> {
    let attempt = &lookup.attempt;
    let path = format!("blobs/{}", descriptor.digest);
    let url = place.session.url(&path).map_err(|problem| attempt.failed(problem))?;
    let mut ask = Ask::get(url, "*/*", descriptor.size);
    if offset > 0 {
        let range = HeaderValue::from_str(&format!("bytes={offset}-"));
        ask.headers.extend(range.ok().map(|range| (header::RANGE, range)));
    }
    let response = place.session.send(&ask, attempt).await?;
    match response.content_length() {
        Some(length) if length + resumed_at(&response, offset) != descriptor.size => {
            let found = length + resumed_at(&response, offset);
            Err(attempt.failed(Problem::Size { expected: descriptor.size, found }))
        }
        _ => Ok(response),
    }
}

fn resumed_at(response: &Response, offset: usize) -> u64 {
    if response.status() == StatusCode::PARTIAL_CONTENT { offset as u64 } else { 0 }
}

async fn read_into(partial: &mut BytesMut, response: &mut Response) -> Result<(), network::Error> {
    while let Some(chunk) = response.chunk().await? {
        partial.extend_from_slice(&chunk);
    }
    Ok(())
}

fn check(bytes: &[u8], descriptor: &Descriptor) -> Result<(), Problem> {
    let found = bytes.len() as u64;
    if found != descriptor.size {
        return Err(Problem::Size { expected: descriptor.size, found });
    }
    if !descriptor.digest.matches(bytes) {
        return Err(Problem::Digest { expected: descriptor.digest.clone(), found: Digest::of(bytes) });
    }
    Ok(())
}
