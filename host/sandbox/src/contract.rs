//! The host's side of `wit/v0.1`, generated; the types that others need are named in the crate root.

#![expect(missing_docs, reason = "generated; the items that have documentation carry the contract's own")]

wasmtime::component::bindgen!({
    path: "../../wit/v0.1",
    world: "plugin",
    imports: {
        "tiphys:plugin/log.emit": trappable,
        "tiphys:plugin/entropy.stable": trappable,
        "tiphys:plugin/entropy.bytes": trappable,
        "tiphys:plugin/registry.[method]chart.name": trappable,
        "tiphys:plugin/registry.[method]chart.version": trappable,
        "tiphys:plugin/registry.[method]chart.digest": trappable,
        "tiphys:plugin/registry.[method]chart.files": trappable,
        "tiphys:plugin/registry.[method]blob.size": trappable,
        "tiphys:plugin/registry.[method]blob.read": trappable,
        "tiphys:plugin/credentials.[method]credential.label": trappable,
        default: async | trappable,
    },
    exports: { default: async },
    with: {
        "tiphys:plugin/registry.chart": crate::capability::registry::Chart,
        "tiphys:plugin/registry.blob": crate::capability::registry::Blob,
        "tiphys:plugin/credentials.credential": crate::capability::credentials::Credential,
    },
});
