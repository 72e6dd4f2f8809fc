//! The guest's side of `wit/v0.1`, generated. Use the modules of the crate root instead.

wit_bindgen::generate!({
    path: "../../wit/v0.1",
    world: "plugin",
    pub_export_macro: true,
    export_macro_name: "export_component",
    default_bindings_module: "sdk::bindings",
    generate_unused_types: true,
    additional_derives: [PartialEq, Eq, Hash],
    additional_derives_ignore: ["http-request", "http-response"],
});
