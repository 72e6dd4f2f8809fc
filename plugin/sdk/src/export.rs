//! The bridge from [`Plugin`] to what a component exports.

use std::marker::PhantomData;

use crate::bindings::exports::tiphys::plugin::generator::Guest;
use crate::{Failure, Metadata, ParameterAnnouncement, Plugin, Request};

/// Makes a component of a type that implements [`Plugin`]. A crate exports one.
#[macro_export]
macro_rules! export {
    ($plugin:ty) => {
        #[cfg(target_arch = "wasm32")]
        const _: () = {
            type Exported = $crate::Exported<$plugin>;
    $crate::bindings::export_component!(Exported with_types_in $crate::bindings);
        };
    };
}

/// What [`export!`] exports.
#[derive(Debug)]
pub struct Exported<P>(PhantomData<P>);

impl<P: Plugin> Guest for Exported<P> {
    fn describe() -> Metadata {
        P::describe()
    }

    fn discover(request: Request) -> Result<bool, Failure> {
        P::discover(&request)
    }

    fn parameters(request: Request) -> Result<Vec<ParameterAnnouncement>, Failure> {
        P::parameters(&request)
    }

    fn generate(request: Request) -> Result<Vec<String>, Failure> {
        P::generate(&request)
    }
}
