//! Unix sockets in the directory that argocd-repo-server watches.

use std::io;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _, PermissionsExt as _};
use std::os::unix::net::UnixStream as BlockingStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

use fs_err as fs;
use futures::Stream;
use tokio::net::{UnixListener, UnixStream};
use tokio_util::sync::CancellationToken;

use crate::authority::AuthorityFilter;

/// Bytes that the path of a Unix socket may have on Linux.
const MAX_PATH: usize = 107;
/// Pause after a failed `accept`, which mostly is a want of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Why a socket can't be listened on.
#[derive(Debug, thiserror::Error)]
pub enum SocketError {
    /// The name can't be that of a file.
    #[error("`{0}` can't name a socket: it is empty, starts with a dot or has a slash in it")]
    Name(String),
    /// The path is too long for the kernel.
    #[error("socket path `{}` has {} bytes, more than {MAX_PATH}: use a shorter name or directory", .0.display(), .0.as_os_str().len())]
    Long(PathBuf),
    /// Two plugins want the same name.
    #[error("two plugins want the socket `{0}`: give one of them another name")]
    Twice(String),
    /// Another process answers on it.
    #[error("another process serves `{}`", .0.display())]
    InUse(PathBuf),
    /// There is something else at its path.
    #[error("`{}` is in the way of a socket", .0.display())]
    InTheWay(PathBuf),
    /// The system refused.
    #[error("failed to listen on `{}`", path.display())]
    Listen {
        /// The socket.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}

/// A socket that is listened on. Its file goes when it is dropped.
#[derive(Debug)]
pub(crate) struct Socket {
    listener: UnixListener,
    file: SocketFile,
}

/// The file of a socket of ours.
#[derive(Debug)]
struct SocketFile {
    path: PathBuf,
    /// Device and inode: another process may have put its own socket there since.
    identity: (u64, u64),
}

// === impl Socket ===

impl Socket {
    /// Listens on `NAME.sock` in `directory`, with the file's permission bits set to `mode`. What a
    /// dead process left there is removed. Whoever sees the file can connect.
    pub(crate) fn bind(directory: &Path, name: &str, mode: u32) -> Result<Self, SocketError> {
        let path = path(directory, name)?;
        remove_stale(&path)?;
        // No name of a socket starts with a dot, and repo-server does not look at this one.
        let unready = directory.join(format!(".{name}.new"));
        remove_stale(&unready)?;
        let failed = |source| SocketError::Listen { path: path.clone(), source };
        let listener = UnixListener::bind(&unready).map_err(failed)?;
        let identity = identity(&unready).map_err(failed)?;
        let mut file = SocketFile { path: unready, identity };
        fs::set_permissions(&file.path, std::fs::Permissions::from_mode(mode)).map_err(failed)?;
        fs::rename(&file.path, &path).map_err(failed)?;
        file.path = path;
        Ok(Self { listener, file })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.file.path
    }

    /// The connections as they come, until `stop`: then the socket is closed, and no more come. An
    /// error of the system is logged and followed by a pause.
    pub(crate) fn connections(
        self,
        stop: CancellationToken,
    ) -> impl Stream<Item = io::Result<AuthorityFilter<UnixStream>>> {
        futures::stream::unfold((self, stop), async |(socket, stop)| {
            let stream = tokio::select! {
                stream = socket.accept() => Some(stream),
                () = stop.cancelled() => None,
            };
            let Some(stream) = stream else {
                drop(socket);
                // The end of this stream would end the connections as well.
                return std::future::pending().await;
            };
            Some((Ok(AuthorityFilter::new(stream)), (socket, stop)))
        })
    }

    async fn accept(&self) -> UnixStream {
        loop {
            match self.listener.accept().await {
                Ok((stream, _)) => return stream,
                Err(error) => {
                    tracing::warn!(path = %self.path().display(), %error, "failed to accept a connection");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    }
}

// === impl SocketFile ===

impl Drop for SocketFile {
    fn drop(&mut self) {
        if identity(&self.path).is_ok_and(|identity| identity == self.identity)
            && let Err(error) = fs::remove_file(&self.path)
        {
            tracing::warn!(%error, "failed to remove a socket");
        }
    }
}

fn path(directory: &Path, name: &str) -> Result<PathBuf, SocketError> {
    if name.is_empty() || name.starts_with('.') || name.contains(['/', '\0']) {
        return Err(SocketError::Name(name.to_owned()));
    }
    let path = directory.join(format!("{name}.sock"));
    if path.as_os_str().len() > MAX_PATH { Err(SocketError::Long(path)) } else { Ok(path) }
}

fn identity(path: &Path) -> io::Result<(u64, u64)> {
    let metadata = fs::symlink_metadata(path)?;
    Ok((metadata.dev(), metadata.ino()))
}

/// Removes the socket at `path` if nobody listens on it.
fn remove_stale(path: &Path) -> Result<(), SocketError> {
    let failed = |source| SocketError::Listen { path: path.to_owned(), source };
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(failed(error)),
        Ok(metadata) if !metadata.file_type().is_socket() => {
            return Err(SocketError::InTheWay(path.to_owned()));
        }
        Ok(_) => {}
    }
    match BlockingStream::connect(path) {
        Ok(_) => Err(SocketError::InUse(path.to_owned())),
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
            fs::remove_file(path).map_err(failed)
        }
        Err(error) => Err(failed(error)),
    }
}
