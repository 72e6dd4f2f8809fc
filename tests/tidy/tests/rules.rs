//! The rules of credentials, network and registries, and the tests that fail when one of them is taken out.
//!
//! | rule | what it says | test |
//! |---|---|---|
//! | R1 | A plugin has no sockets, and nothing of the environment | `tests/guests/tests/endure/manners.rs` `probing` |
//! | R1 | It has no words for headers with secrets | `tests/guests/tests/endure/loading.rs` `network_alone_is_enough_for_its_handles` |
//! | R1 | A handle shows its label | `host/credentials/src/broker/tests.rs` `a_handle_tells_its_label_and_nothing_else` |
//! | R2 | Application and project come from Argo CD's request alone | `host/cmp/src/environment/tests.rs` `a_user_variable_cant_pose_as_argo_cds` |
//! | R2 | | `host/cmp/src/environment/tests.rs` `a_ticket_is_argo_cds` |
//! | R2 | Without a project, credentials without one | `host/credentials/src/broker/tests.rs` `two_projects_never_get_each_others_content` |
//! | R3 | What is not granted is not fetched | `host/policy/src/grant.rs` `everything_else_is_denied` |
//! | R3 | | `host/generate/src/capability/registry/tests.rs` `what_is_not_granted_is_not_fetched` |
//! | R3 | | `host/generate/src/capability/network/tests.rs` `what_is_not_granted_is_not_asked` |
//! | R4 | So many references a render | `host/generate/src/capability/registry/tests.rs` `a_render_has_so_many_references` |
//! | R4 | So many bytes a render | `host/generate/src/capability/registry/tests.rs` `a_render_has_so_many_bytes` |
//! | R4 | So many fetches at once | `host/generate/src/capability/registry/tests.rs` `a_render_fetches_so_many_at_once` |
//! | R4 | So much time a render | `host/generate/src/capability/registry/tests.rs` `a_render_has_so_much_time` |
//! | R4 | The same for requests of a plugin's own | `host/generate/src/capability/network/tests.rs` `a_render_has_so_many_bytes_and_so_much_time` |
//! | R4 | So many fetches a project | `host/generate/src/capability/registry/tests.rs` `a_project_fetches_so_fast` |
//! | R4 | | `host/generate/src/capability/network/tests.rs` `a_project_asks_so_fast` |
//! | R4 | | `host/policy/src/pace.rs` `a_project_waits_for_its_turn_and_no_other_does` |
//! | R5 | Host, port and path segments; the longest wins | `host/policy/src/selection/tests.rs` `every_case_of_the_table_is_decided_as_it_says` |
//! | R6 | A project's credential is that project's; ties are errors | `host/policy/src/selection/tests.rs` `every_case_of_the_table_is_decided_as_it_says` |
//! | R6 | | `host/generate/src/capability/registry/tests.rs` `projects_never_get_each_others_content` |
//! | R6 | | `host/generate/src/capability/registry/tests.rs` `projects_never_get_each_others_tags_and_refusals` |
//! | R6 | | `host/cli/tests/command/memo.rs` `what_is_remembered_is_for_who_may_fetch_it` |
//! | R7 | Nothing falls through | `host/credentials/src/broker/tests.rs` `nothing_falls_through_after_a_refusal` |
//! | R8 | A cloud's identity is for hosts of that cloud | `host/policy/src/cloud.rs` `hosts_that_only_look_alike_are_nobodys` |
//! | R8 | It is off until the operator names projects | `host/credentials/src/broker/tests.rs` `a_secret_does_not_enable_the_identity_of_azure` |
//! | R8 | It is for registries of its own cloud | `host/credentials/src/source/fixed.rs` `an_identity_is_for_registries_of_its_own_cloud` |
//! | R8 | | `host/credentials/src/cloud/tests.rs` `nothing_is_minted_for_somebody_elses_host` |
//! | R8 | | `host/credentials/src/source/fixed.rs` `an_identity_needs_projects` |
//! | R9 | Tokens are kept for an identity and a registry | `host/credentials/src/broker/tests.rs` `two_projects_never_get_each_others_content` |
//! | R9 | | `host/credentials/src/cloud/aws/tests.rs` `what_is_minted_is_for_one_identity_and_one_registry` |
//! | R9 | A token that was refused is replaced | `host/credentials/src/broker/tests.rs` `a_refused_token_is_replaced_once` |
//! | R9 | What is let go is overwritten | `host/credentials/src/secret.rs` `the_last_owner_overwrites_it` |
//! | R9 | A token of no use is let go | `host/credentials/src/token/tests.rs` `a_token_of_no_use_is_let_go` |
//! | R10 | Credentials go to the registry, or to a token server that is known for it | `host/registry/tests/suite/hostile/secrets.rs` `r10_a_challenge_that_names_another_host` |
//! | R10 | And over TLS | `host/registry/tests/suite/hostile/secrets.rs` `r10_a_token_server_without_tls` |
//! | R11 | Nobody else is answered: an index that names another host | `host/registry/tests/suite/hostile/secrets.rs` `r11_an_index_that_names_another_host` |
//! | R12 | A redirect never leaves TLS | `host/registry/tests/suite/hostile/ways.rs` `r12_from_https_to_http` |
//! | R13 | Token requests follow no redirect | `host/registry/tests/suite/hostile/secrets.rs` `r13_a_token_server_that_redirects` |
//! | R13 | A body with a secret is sent once | `host/registry/tests/suite/hostile/secrets.rs` `r13_a_secret_in_a_body_is_sent_once` |
//! | R14 | Pages stay at their origin | `host/registry/tests/suite/hostile/secrets.rs` `r14_a_next_page_elsewhere` |
//! | R15 | Names are judged by their addresses | `host/registry/tests/suite/hostile/ways.rs` `r15_names_that_lead_inside` |
//! | R16 | Metadata services have a client to themselves | `host/registry/tests/suite/hostile/ways.rs` `r16_metadata_services_have_a_client_to_themselves` |
//! | R17 | Ports that nobody named are not connected to | `host/registry/tests/suite/hostile/ways.rs` `r17_ports_are_not_scanned` |
//! | R18 | What comes with a request stays with its origin | `host/registry/tests/suite/hostile/ways.rs` `r18_what_comes_with_a_request_stays_behind` |
//! | R18 | Each host has its own roots | `host/registry/tests/suite/hostile/ways.rs` `r18_each_host_has_its_own_roots` |
//! | R19 | Bodies end | `host/registry/tests/suite/hostile/limits.rs` `r19_an_endless_index` |
//! | R19 | Headers are short | `host/registry/tests/suite/hostile/limits.rs` `r19_compressed_bodies_and_long_headers` |
//! | R19 | Bodies go on, and faster than they drip | `host/registry/tests/suite/hostile/limits.rs` `r19_slow_bodies` |
//! | R19 | Lists of tags end | `host/registry/tests/suite/hostile/limits.rs` `r19_lists_of_tags_that_fill_the_memory` |
//! | R19 | Provenance files are small | `host/registry/tests/suite/hostile/limits.rs` `r19_a_provenance_file_that_is_too_large` |
//! | R20 | Content has its digest | `host/registry/tests/suite/hostile/content.rs` `r20_sizes_and_digests_that_lie` |
//! | R21 | No document has two meanings | `host/registry/tests/suite/hostile/content.rs` `r21_documents_with_two_meanings` |
//! | R22 | What came is what was announced | `host/registry/tests/suite/hostile/content.rs` `r22_a_tag_that_moves` |
//! | R23 | Archives hold files | `host/registry/tests/suite/hostile/content.rs` `r23_links` |
//! | R23 | They are no bombs, and their names are names | `host/registry/tests/suite/hostile/content.rs` `r23_archives` |
//! | R24 | Name and version are those that were asked for | `host/registry/tests/suite/hostile/content.rs` `r24_a_chart_under_a_foreign_name_or_version` |
//! | R25 | Everything but a signature denies | `host/registry/tests/suite/verify.rs` `r25_everything_else_denies` |
//! | R26 | Few signatures are looked at | `host/registry/tests/suite/verify.rs` `r26_a_crowd_of_signatures` |
//! | R27 | The cache gives nothing to who may not fetch it | `host/generate/src/capability/registry/tests.rs` `a_wrong_password_gets_nothing_out_of_the_cache` |
//! | R27 | Nor does what machines share | `host/generate/src/capability/registry/tests.rs` `what_machines_share_is_for_who_may_fetch_it` |
//! | R27 | What was not verified stays apart | `host/registry/tests/suite/hostile/secrets.rs` `r27_what_was_not_verified_stays_apart` |
//! | R28 | A mirror serves by digest alone | `host/registry/tests/suite/mirrors.rs` `r28_a_digest_only_mirror_serves_content_and_resolves_nothing` |
//! | R29 | A hit looks like a miss | `host/registry/tests/suite/hostile/secrets.rs` `r29_a_hit_looks_like_a_miss` |
//! | R30 | No secret is in any output | `host/credentials/src/canary.rs` `no_secret_is_in_any_output` |
//! | R30 | | `host/cli/tests/canary/main.rs` `no_secret_is_in_any_output` |
//! | R30 | | `host/credentials/src/canary.rs` `no_secret_of_others_is_in_any_output` |
//! | R30 | | `host/cli/tests/canary/main.rs` `no_secret_of_a_cloud_is_in_any_output` |
//! | R30 | Nor in the debug form of one | `host/credentials/src/secret.rs` `debug_shows_nothing` |
//! | R30 | Nor in what a plugin reads | `host/generate/src/capability/network/tests.rs` `an_answer_that_repeats_the_credential_is_withheld` |
//! | R31 | Only the Secrets and keys that are needed are kept | `host/credentials/src/source/kubernetes/tests.rs` `only_the_keys_that_are_needed_are_kept` |
//! | R31 | | `host/credentials/src/source/kubernetes/tests.rs` `a_list_in_pages_and_the_events_after_it` |
//! | R31 | A broken Secret breaks alone | `host/credentials/src/source/directory/tests.rs` `a_broken_secret_breaks_alone` |
//! | R31 | A reload replaces all or nothing | `host/credentials/src/broker/tests.rs` `secrets_are_replaced_while_running` |
//! | R31 | | `host/credentials/src/source/directory/tests.rs` `a_reading_is_of_one_moment` |
//! | R31 | What is replaced is let go, and overwritten | `host/credentials/src/broker/tests.rs` `what_was_replaced_is_let_go` |
//! | R32 | The sidecar runs no programs | `host/credentials/src/canary.rs` `no_program_is_run` |
//! | R32 | | `host/credentials/src/source/authfile/tests.rs` `helpers_come_first_and_are_not_run_by_the_sidecar` |
//! | R33 | Every use is recorded | `host/credentials/src/broker/tests.rs` `every_use_is_recorded` |
//! | R33 | Also what was denied | `host/credentials/src/broker/tests.rs` `a_foreign_realm_gets_nothing` |

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test")]

/// Rule, file and test of each row.
fn rows() -> Vec<(String, String, String)> {
    let rows = include_str!("rules.rs").lines().filter_map(|line| line.strip_prefix("//! | R"));
    rows.map(|row| {
        let (rule, _) = row.split_once(" |").unwrap();
        let quoted: Vec<&str> = row.split('`').skip(1).step_by(2).collect();
        let [file, test] = quoted[..] else { panic!("`{row}` names no test") };
        (format!("R{rule}"), file.to_owned(), test.to_owned())
    })
    .collect()
}

#[test]
fn every_rule_has_a_test() {
    let rows = rows();
    for rule in 1..=33 {
        let rule = format!("R{rule}");
        assert!(rows.iter().any(|(named, ..)| *named == rule), "{rule} has no test");
    }
    for (rule, file, test) in rows {
        let text = fs_err::read_to_string(tidy::root().join(&file)).unwrap();
        let found = text.lines().any(|line| line.contains(&format!("fn {test}()")));
        assert!(found, "{rule}: there is no `{test}` in {file}");
    }
}
