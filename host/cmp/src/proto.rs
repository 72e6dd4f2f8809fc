//! The messages and services of `proto`, as the build script made them.

#![expect(
    unreachable_pub,
    clippy::allow_attributes,
    clippy::allow_attributes_without_reason,
    reason = "generated code; `proto` has the documentation"
)]

/// Argo CD's plugin service.
pub(crate) mod plugin {
    tonic::include_proto!("plugin");
}

/// What the plugin service takes from Argo CD's repository service.
pub(crate) mod repository {
    tonic::include_proto!("repository");
}

/// Argo CD's version service.
pub(crate) mod version {
    tonic::include_proto!("version");
}

/// Repo-server's AskPass service.
pub(crate) mod askpass {
    tonic::include_proto!("askpass");
}

/// The descriptors of what is served, for reflection.
pub(crate) const DESCRIPTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.bin"));
