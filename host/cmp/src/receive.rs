//! A client's stream: metadata, then the archive in pieces, then the end.

use std::path::Path;

use bytes::{Bytes, BytesMut};
use generate::{SourceTree, SourceTreeBuilder};
use tokio::sync::mpsc;
use tonic::Streaming;

use crate::archive;
use crate::error::CallError;
use crate::limits::Limits;
use crate::proto::plugin::app_stream_request::Request;
use crate::proto::plugin::{AppStreamRequest, ManifestRequestMetadata};

/// Pieces are joined to this many bytes before they go to the other thread: clients send 1 KiB each.
const BATCH: usize = 64 << 10;

/// The stream's first message.
pub(crate) async fn metadata(
    stream: &mut Streaming<AppStreamRequest>,
) -> Result<ManifestRequestMetadata, CallError> {
    let message = stream.message().await.map_err(CallError::Stream)?;
    match message.and_then(|message| message.request) {
        Some(Request::Metadata(metadata)) => Ok(metadata),
        _ => Err(CallError::NoMetadata),
    }
}

/// The rest of the stream, unpacked on a thread of its own. Once there is an answer, be it an error
/// of the archive, the whole stream has been received.
pub(crate) async fn files(
    stream: &mut Streaming<AppStreamRequest>,
    checksum: String,
    limits: Limits,
    spool: &Path,
) -> Result<SourceTree, CallError> {
    let (sender, chunks) = archive::channel(limits);
    let builder = SourceTreeBuilder::new(limits.memory, spool);
    let unpacking = tokio::task::spawn_blocking(move || archive::unpack(chunks, &checksum, &limits, builder));
    forward(stream, sender).await?;
    Ok(unpacking.await??)
}

async fn forward(
    stream: &mut Streaming<AppStreamRequest>,
    sender: mpsc::Sender<Bytes>,
) -> Result<(), CallError> {
    let mut batch = BytesMut::with_capacity(BATCH);
    while let Some(message) = stream.message().await.map_err(CallError::Stream)? {
        let Some(Request::File(file)) = message.request else { return Err(CallError::NoFile) };
        if batch.len() + file.chunk.len() > BATCH {
            send(&sender, batch.split().freeze()).await;
            batch.reserve(BATCH);
        }
        if file.chunk.len() > BATCH {
            send(&sender, file.chunk).await;
        } else {
            batch.extend_from_slice(&file.chunk);
        }
    }
    send(&sender, batch.freeze()).await;
    Ok(())
}

async fn send(sender: &mpsc::Sender<Bytes>, bytes: Bytes) {
    // The receiver takes all there is; if it is gone, its thread has ended, which `files` reports.
    let _ = sender.send(bytes).await;
}

/// Takes what is left of a stream. A client that is cut off while it sends shows its user `EOF`
/// instead of the error that it gets.
pub(crate) async fn drain(stream: &mut Streaming<AppStreamRequest>) {
    while let Ok(Some(_)) = stream.message().await {}
}
