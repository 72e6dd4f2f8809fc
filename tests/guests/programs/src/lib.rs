//! What the programs share.

/// Makes a plugin whose `generate` is the function of that name in scope.
#[macro_export]
macro_rules! plugin {
    ($name:literal, $capabilities:expr) => {
        struct Program;

        impl sdk::Plugin for Program {
            fn describe() -> sdk::Metadata {
                sdk::Metadata::new($name, "1.0.0", $capabilities)
            }

            fn generate(request: &sdk::Request) -> Result<Vec<String>, sdk::Failure> {
                generate(request)
            }
        }

        sdk::export!(Program);
    };
}
