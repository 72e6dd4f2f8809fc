use super::*;

#[track_caller]
fn check(address: &str, expect: AddressClass) {
    assert_eq!(AddressClass::of(address.parse().unwrap()), expect, "{address}");
}

#[test]
fn public_addresses() {
    for address in ["1.1.1.1", "52.1.2.3", "2606:4700::1111", "2a00:1450:4001::200e", "172.32.0.1"] {
        check(address, AddressClass::Public);
    }
}

#[test]
fn private_addresses() {
    for address in ["10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1", "fd12::1"] {
        check(address, AddressClass::Private);
    }
}

#[test]
fn loopback_addresses() {
    for address in ["127.0.0.1", "127.255.255.254", "::1", "::ffff:127.0.0.1"] {
        check(address, AddressClass::Loopback);
    }
}

#[test]
fn addresses_that_no_registry_has() {
    for address in [
        "0.0.0.0",
        "0.1.2.3",
        "169.254.169.254",
        "169.254.170.2",
        "169.254.170.23",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "fe80::1",
        "fec0::1",
        "ff02::1",
        "fd00:ec2::254",
        "fd00:ec2::23",
        "::ffff:169.254.169.254",
        "::169.254.169.254",
        "64:ff9b::169.254.169.254",
        "64:ff9b::10.0.0.1",
        "64:ff9b:1::127.0.0.1",
        "2002:a9fe:a9fe::1",
        "2002:7f00:1::1",
        "2001::1",
    ] {
        check(address, AddressClass::Forbidden);
    }
}

#[test]
fn reach_widens_step_by_step() {
    let admits = |address: &str, reach| admit(address.parse().unwrap(), reach).is_ok();
    for (reach, expect) in [
        (Reach::Metadata, [false, false, false, true]),
        (Reach::Public, [true, false, false, false]),
        (Reach::Private, [true, true, false, false]),
        (Reach::Loopback, [true, true, true, false]),
    ] {
        let seen = ["1.1.1.1", "10.0.0.1", "127.0.0.1", "169.254.169.254"].map(|a| admits(a, reach));
        assert_eq!(seen, expect, "{reach:?}");
    }
}

#[test]
fn metadata_reaches_the_known_services_and_nothing_beside_them() {
    let admits = |address: &str| admit(address.parse().unwrap(), Reach::Metadata).is_ok();
    for known in ["169.254.169.254", "169.254.170.2", "169.254.170.23", "fd00:ec2::23", "fd00:ec2::254"] {
        assert!(admits(known), "{known}");
    }
    for other in
        ["169.254.169.253", "169.254.0.1", "fe80::1", "fd00:ec2::1", "::ffff:169.254.169.254", "0.0.0.0"]
    {
        assert!(!admits(other), "{other}");
    }
}
