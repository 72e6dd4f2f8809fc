//! Which IP addresses may be connected to (rule R15).
//!
//! Names are resolved first and every address of the answer is judged, so neither a clever spelling
//! of an address nor a name that points inwards gets past. Forms of IPv6 that embed an IPv4 address
//! are judged by the address that they embed.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// How far into the network a destination may lie. From `Public` on, each admits what the ones before it admit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reach {
    /// The metadata services of clouds at their well-known addresses, and nothing else: for what asks them for the
    /// identity of this process, which no plugin and no registry can reach (rule R16).
    Metadata,
    /// Addresses of the public internet: for hosts that the operator did not name.
    Public,
    /// Private ranges too: for hosts that the operator named, since clusters use them.
    Private,
    /// This machine too: only where the operator named it.
    Loopback,
}

/// Where the metadata services of Amazon (instances, ECS, EKS), Azure and Google answer.
pub const METADATA: [IpAddr; 5] = [
    IpAddr::V4(Ipv4Addr::new(169, 254, 169, 254)),
    IpAddr::V4(Ipv4Addr::new(169, 254, 170, 2)),
    IpAddr::V4(Ipv4Addr::new(169, 254, 170, 23)),
    IpAddr::V6(Ipv6Addr::new(0xfd00, 0x0ec2, 0, 0, 0, 0, 0, 0x23)),
    IpAddr::V6(Ipv6Addr::new(0xfd00, 0x0ec2, 0, 0, 0, 0, 0, 0x254)),
];

/// What kind of address it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AddressClass {
    /// Routable on the internet.
    Public,
    /// For use within an organisation: RFC 1918, unique local, carrier-grade NAT, benchmarks.
    Private,
    /// This machine.
    Loopback,
    /// Never a registry: link-local (cloud metadata), multicast, broadcast, unspecified, reserved.
    Forbidden,
}

/// An address that a destination resolved to and that may not be connected to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{address}` is not an address that may be connected to")]
pub struct AddressDenied {
    /// The address.
    pub address: IpAddr,
    /// Its kind.
    pub class: AddressClass,
}

/// Admits `address` for a destination of this `reach`.
pub fn admit(address: IpAddr, reach: Reach) -> Result<(), AddressDenied> {
    let class = AddressClass::of(address);
    let admitted = match class {
        AddressClass::Public => reach >= Reach::Public,
        AddressClass::Private => reach >= Reach::Private,
        AddressClass::Loopback => reach >= Reach::Loopback,
        AddressClass::Forbidden => reach == Reach::Metadata && METADATA.contains(&address),
    };
    if admitted { Ok(()) } else { Err(AddressDenied { address, class }) }
}

// === impl AddressClass ===

impl AddressClass {
    /// The class of `address`.
    #[must_use]
    pub fn of(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(address) => Self::of_v4(address),
            IpAddr::V6(address) => Self::of_v6(address),
        }
    }

    const fn of_v4(address: Ipv4Addr) -> Self {
        if address.is_loopback() {
            return Self::Loopback;
        }
        match address.octets() {
            // "This network", link-local, multicast, reserved and broadcast.
            [0 | 224..=255, ..] | [169, 254, ..] => Self::Forbidden,
            [10, ..] | [192, 168, ..] | [172, 16..=31, ..] => Self::Private,
            // Carrier-grade NAT, IETF protocol assignments, benchmarks.
            [100, 64..=127, ..] | [192, 0, 0, _] | [198, 18 | 19, ..] => Self::Private,
            _ => Self::Public,
        }
    }

    fn of_v6(address: Ipv6Addr) -> Self {
        if let Some(embedded) = embedded_v4(address) {
            // A detour through a translator must not reach what the direct way does not.
            return match Self::of_v4(embedded) {
                Self::Public => Self::Public,
                class if address.to_ipv4_mapped().is_some() => class,
                _ => Self::Forbidden,
            };
        }
        match address.segments() {
            [0, 0, 0, 0, 0, 0, 0, 1] => Self::Loopback,
            // The EC2 metadata service; it lies within the unique local range.
            [0xfd00, 0x0ec2, ..] => Self::Forbidden,
            [0xfc00..=0xfdff, ..] => Self::Private,
            // Unspecified and the deprecated IPv4-compatible form, Teredo, discard-only.
            [0, 0, 0, 0, 0, 0, ..] | [0x2001, 0, ..] | [0x0100, 0, 0, 0, ..] => Self::Forbidden,
            // Link-local, deprecated site-local, multicast.
            [0xfe80..=0xffff, ..] => Self::Forbidden,
            _ => Self::Public,
        }
    }
}

/// The IPv4 address inside a mapped, NAT64 (RFC 6052, RFC 8215) or 6to4 address.
fn embedded_v4(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let join = |high: u16, low: u16| Ipv4Addr::from_bits((u32::from(high) << 16) | u32::from(low));
    match address.segments() {
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x0064, 0xff9b, .., high, low] => Some(join(high, low)),
        [0x2002, high, low, ..] => Some(join(high, low)),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
