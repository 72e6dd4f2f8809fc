//! The order in which kinds are installed.

use crate::profile::Profile;

const ORDER: [&str; 38] = [
    "PriorityClass",
    "Namespace",
    "NetworkPolicy",
    "ResourceQuota",
    "LimitRange",
    "PodSecurityPolicy",
    "PodDisruptionBudget",
    "ServiceAccount",
    "Secret",
    "SecretList",
    "ConfigMap",
    "StorageClass",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "CustomResourceDefinition",
    "ClusterRole",
    "ClusterRoleList",
    "ClusterRoleBinding",
    "ClusterRoleBindingList",
    "Role",
    "RoleList",
    "RoleBinding",
    "RoleBindingList",
    "Service",
    "DaemonSet",
    "Pod",
    "ReplicationController",
    "ReplicaSet",
    "Deployment",
    "HorizontalPodAutoscaler",
    "StatefulSet",
    "Job",
    "CronJob",
    "IngressClass",
    "Ingress",
    "APIService",
    "MutatingWebhookConfiguration",
    "ValidatingWebhookConfiguration",
];

/// How many of the kinds have a place in every profile.
const COMMON: usize = 36;

/// The place of a kind; kinds without one come last, by name.
pub(super) fn rank(kind: &str, profile: Profile) -> (usize, String) {
    let known = if profile.orders_webhooks() { ORDER.len() } else { COMMON };
    match ORDER.iter().take(known).position(|ordered| *ordered == kind) {
        Some(place) => (place, String::new()),
        None => (ORDER.len(), kind.to_owned()),
    }
}
