//! The API versions that client-go registers, as of the client library of each profile.

use super::Profile::{self, V3_16, V3_19, V3_21, V4_1, V4_2, V4_3};

/// A group, its versions, and the profiles that have exactly these.
struct Group {
    name: &'static str,
    versions: &'static str,
    profiles: &'static [Profile],
}

const fn group(name: &'static str, versions: &'static str) -> Group {
    only(name, versions, &Profile::ALL)
}

const fn only(name: &'static str, versions: &'static str, profiles: &'static [Profile]) -> Group {
    Group { name, versions, profiles }
}

const GROUPS: &[Group] = &[
    group("", "v1"),
    group("admissionregistration.k8s.io", "v1 v1alpha1 v1beta1"),
    group("internal.apiserver.k8s.io", "v1alpha1"),
    group("apps", "v1 v1beta1 v1beta2"),
    group("authentication.k8s.io", "v1 v1alpha1 v1beta1"),
    group("authorization.k8s.io", "v1 v1beta1"),
    only("autoscaling", "v1 v2 v2beta1 v2beta2", &[V3_16, V3_19, V4_1]),
    only("autoscaling", "v1 v2", &[V3_21, V4_2, V4_3]),
    group("batch", "v1 v1beta1"),
    group("certificates.k8s.io", "v1 v1beta1 v1alpha1"),
    only("coordination.k8s.io", "v1alpha1 v1beta1 v1", &[V3_16]),
    only("coordination.k8s.io", "v1alpha2 v1beta1 v1", &[V3_19, V3_21, V4_1, V4_2, V4_3]),
    group("discovery.k8s.io", "v1 v1beta1"),
    group("events.k8s.io", "v1 v1beta1"),
    group("extensions", "v1beta1"),
    group("flowcontrol.apiserver.k8s.io", "v1 v1beta1 v1beta2 v1beta3"),
    only("lifecycle.k8s.io", "v1alpha1", &[V4_3]),
    only("networking.k8s.io", "v1 v1alpha1 v1beta1", &[V3_16]),
    only("networking.k8s.io", "v1 v1beta1", &[V3_19, V3_21, V4_1, V4_2, V4_3]),
    group("node.k8s.io", "v1 v1alpha1 v1beta1"),
    group("policy", "v1 v1beta1"),
    group("rbac.authorization.k8s.io", "v1 v1beta1 v1alpha1"),
    only("resource.k8s.io", "v1alpha3", &[V3_16]),
    only("resource.k8s.io", "v1 v1beta2 v1beta1 v1alpha3", &[V3_19, V3_21, V4_1, V4_2, V4_3]),
    only("scheduling.k8s.io", "v1alpha1 v1beta1 v1", &[V3_16, V3_19, V4_1]),
    only("scheduling.k8s.io", "v1alpha2 v1beta1 v1", &[V3_21, V4_2]),
    only("scheduling.k8s.io", "v1alpha3 v1beta1 v1", &[V4_3]),
    group("storage.k8s.io", "v1beta1 v1 v1alpha1"),
    only("storagemigration.k8s.io", "v1alpha1", &[V3_16, V3_19]),
    only("storagemigration.k8s.io", "v1beta1", &[V3_21, V4_1, V4_2]),
    only("storagemigration.k8s.io", "v1 v1beta1", &[V4_3]),
    group("apiextensions.k8s.io", "v1beta1 v1"),
];

pub(super) fn of(profile: Profile) -> impl Iterator<Item = String> {
    let groups = GROUPS.iter().filter(move |group| group.profiles.contains(&profile));
    groups.flat_map(|group| group.versions.split(' ').map(|version| full(group.name, version)))
}

fn full(group: &str, version: &str) -> String {
    if group.is_empty() { version.to_owned() } else { [group, "/", version].concat() }
}
