//! Makes Rust code and descriptors of the messages in `proto`, without a `protoc` on the machine.

use std::error::Error;
use std::path::PathBuf;

fn main() -> Result<(), Box<dyn Error>> {
    let mut compiler = protox::Compiler::new(["proto"])?;
    compiler.include_imports(true).open_files(["plugin.proto", "version.proto"])?;

    #[expect(clippy::disallowed_methods, reason = "Cargo tells a build script where to write only so")]
    let out = PathBuf::from(std::env::var_os("OUT_DIR").ok_or("no `OUT_DIR`")?);
    #[expect(clippy::disallowed_methods, reason = "a build script has no `fs_err`")]
    std::fs::write(out.join("descriptors.bin"), compiler.encode_file_descriptor_set())?;

    tonic_prost_build::configure()
        .build_client(false)
        .bytes(".plugin.File")
        .btree_map(".repository.ParameterAnnouncement")
        .compile_fds(compiler.file_descriptor_set())?;

    // Here we are the client: repo-server is asked, and nobody needs to ask us by reflection.
    let askpass = protox::Compiler::new(["proto"])?.open_file("askpass.proto")?.file_descriptor_set();
    tonic_prost_build::configure().build_server(false).build_transport(false).compile_fds(askpass)?;
    println!("cargo:rerun-if-changed=proto");
    Ok(())
}
