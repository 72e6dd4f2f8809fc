//! The sockets under a real argocd-repo-server, which clones a git repository, finds the plugin,
//! streams the application and takes the manifests.
//!
//! Needs `argocd` (3.5 or later, the multi-call binary), `git` and `redis-server`; says so and
//! passes where one is missing. `ARGOCD` may name the first. With `TIPHYS` naming the program, or
//! after `cargo build -p cli`, the road through `tiphys serve` is taken too.

#[cfg(test)]
mod argo_cd;
#[cfg(test)]
mod client;
#[cfg(test)]
mod process;
#[cfg(test)]
mod repository;
#[cfg(test)]
mod service;

#[cfg(test)]
mod corpus;
#[cfg(test)]
mod registries;
#[cfg(test)]
mod sockets;
#[cfg(test)]
mod tiphys;
