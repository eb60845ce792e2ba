//! The configuration of repositories: refused as a whole, in effect without a deployment.

use colca_tests::{Client, Repository, aws, chacra, configuration, rpms, stack, unique, upload};
use configuration::{URL, problems, published, put};
use serde_json::json;
use upload::{Package, text};

/// A configuration that changes nothing for anybody else.
fn harmless(comment: &str) -> String {
    format!("# {comment}\n[repos.{}]\nautomatic = true\n", unique::project("unheard"))
}

#[test]
fn what_cannot_be_used_is_refused_with_all_its_problems_and_changes_nothing() {
    let _configuration = configuration::borrow();
    let before = harmless("as it is");
    let _ = put(&before, &[]).expect(200);
    let tag = published().1;
    let versions = aws::versions(stack().store(), "state/colca.toml");

    let text =
        "quiet_seconds = 901\n\n[repos.ceph]\nautomattic = false\ndisabled = \"yes\"\n\n[distros]\nenforce = true\n";
    let expected = [
        (1, "quiet_seconds", "must be a whole number from 0 to 900", "901"),
        (4, "repos.ceph.automattic", "is not a known key; did you mean `automatic`?", ""),
        (5, "repos.ceph.disabled", "must be true or false", "\"yes\""),
        (8, "distros.enforce", "would refuse every upload, since [distros.known] names no distribution", "true"),
    ];
    let expected =
        expected.map(|(line, field, rule, value)| (Some(line), field.to_owned(), rule.to_owned(), value.to_owned()));
    assert_eq!(problems(put(text, &[])), expected);
    let dry = Client::uploader().send("PUT", &format!("{URL}?dry-run=true"), &[], text.as_bytes());
    assert_eq!(problems(dry), expected);
    let broken = problems(put("[repos\nceph = \n", &[]));
    assert_eq!(broken.iter().map(|problem| problem.0).collect::<Vec<_>>(), [Some(1), Some(2)], "{broken:?}");
    assert_eq!(broken[0].1, "colca.toml");

    chacra::refused_for(Client::uploader().send("PUT", URL, &[], b"# \xff\n"), "body");
    chacra::refused(put(&"#".repeat(256 * 1024 + 1), &[]), 413);
    chacra::refused_for(Client::uploader().send("PUT", &format!("{URL}?dryrun=true"), &[], b""), "query");
    let good = Client::uploader().send("PUT", &format!("{URL}?dry-run=true"), &[], harmless("not yet").as_bytes());
    assert_eq!(good.expect(200).json(), json!({}));

    assert_eq!(published(), (before, tag));
    assert_eq!(aws::versions(stack().store(), "state/colca.toml"), versions);
}

#[test]
fn what_is_named_and_not_there_is_told() {
    let text = "[signing]\nkeys = [\"nobody-has-it\"]\n\n[limits.users]\nnobody-is-it = 5\n";
    let told = Client::uploader().send("PUT", &format!("{URL}?dry-run=true"), &[], text.as_bytes()).expect(200).json();
    let warnings = told["warnings"].as_array().expect("warnings");
    assert_eq!(warnings.len(), 2, "{told}");
    assert!(upload::text(&warnings[0]).contains("no key nobody-has-it"), "{told}");
    assert!(upload::text(&warnings[1]).contains("no account nobody-is-it"), "{told}");
}

#[test]
fn a_change_of_what_is_there_no_more_is_refused() {
    let _configuration = configuration::borrow();
    let first = put(&harmless("first"), &[]).expect(200).json();
    let second = harmless("second, with ünïcode");
    let response = put(&second, &[("if-match", text(&first["etag"]))]).expect(200);
    let tag = text(&response.json()["etag"]).to_owned();
    for condition in [("if-match", text(&first["etag"])), ("if-none-match", "*")] {
        chacra::refused(put(&harmless("third"), &[condition]), 412);
    }
    for condition in [("if-match", "*"), ("if-match", "W/\"0f\""), ("if-none-match", &tag)] {
        let _ = put(&harmless("third"), &[condition]).expect(400);
    }
    let shown = Client::uploader().get(URL).expect(200);
    assert_eq!(shown.header("content-type"), Some("application/toml"));
    assert_eq!((shown.text(), shown.header("etag")), (second, Some(tag.as_str())));
    assert!(aws::versions(stack().store(), "state/colca.toml") > 1, "the earlier version is gone");
}

#[test]
fn a_configuration_takes_effect_without_a_deployment() {
    let [by_hand, never, as_always] = ["by-hand", "never", "as-always"].map(|test| Repository::of(test, "rocky", "9"));
    let configuration = configuration::borrow();
    configuration.apply(&format!(
        "[repos.{}]\nautomatic = false\n[repos.{}]\ndisabled = true\n\
         [distros]\nenforce = true\n[distros.known]\nrocky = [\"8\", \"9\"]\nubuntu = [\"noble\"]\n",
        by_hand.project, never.project
    ));
    let package = Package::read(&rpms::one("corpus-text"));
    for repository in [&by_hand, &never, &as_always] {
        upload::register(repository, &package);
    }

    // Whatever was to be built by itself was asked for before this.
    let _ = as_always.wait_for_packages("noarch", 1);
    let object = by_hand.wait_until_idle();
    assert_eq!((&object["revision"], &object["needs_update"]), (&json!(0), &json!(false)), "{object}");
    let _ = chacra::send("POST", &format!("{}update", chacra::repository(&by_hand))).expect(200);
    assert_eq!(by_hand.wait_for_packages("noarch", 1).names(), ["corpus-text"]);

    let _ = chacra::send("POST", &format!("{}update", chacra::repository(&never))).expect(200);
    assert_eq!(never.wait_until_idle()["revision"], json!(0));
    assert!(never.repodata("noarch").is_none(), "it was built");

    for (distro, version, field, rule) in [
        ("rokcy", "9", "distro", "must be a known distribution, such as rocky"),
        ("rocky", "10", "distro_version", "must be a known version of rocky (8, 9)"),
    ] {
        let repository = Repository::of("typing-error", distro, version);
        for response in [
            upload::ticket(&package.request(&repository)),
            chacra::post(&chacra::arch(&repository, "noarch"), &package.filename, &package.bytes),
        ] {
            let body = chacra::refused(response, 400);
            assert_eq!((&body["field"], &body["rule"]), (&json!(field), &json!(rule)), "{body}");
        }
        assert_eq!(repository.object(), None, "a refused upload made a repository");
    }
    let generic = Repository::of("generic", "windows", "universal");
    let _ = upload::ticket(&package.request(&generic)).expect(201);
}
