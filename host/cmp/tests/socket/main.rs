//! The sockets as argocd-repo-server uses them: a client of HTTP/2 frames at one end, a service of
//! plain Rust at the other.

#[cfg(test)]
mod server;

#[cfg(test)]
mod admission;
#[cfg(test)]
mod authority;
#[cfg(test)]
mod calls;
#[cfg(test)]
mod deadline;
#[cfg(test)]
mod files;
#[cfg(test)]
mod sockets;
