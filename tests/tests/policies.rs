//! Each function may do what its code does, and nothing that would make another function's rights worth less.

use colca_tests::{
    policies::{Policy, TAGGED, Template, Wish},
    rights::{FUNCTIONS, Function, NOBODY, Wishes},
};

/// Each wish by itself, and whether it is granted.
fn granted<'a>(policy: &Policy, wishes: Wishes<'a>) -> Vec<(String, &'a str, bool)> {
    let mut granted = Vec::new();
    for (service, actions, resources) in wishes {
        let (service, context) = service.strip_suffix(" tagged").map_or((*service, &[][..]), |name| (name, TAGGED));
        for (action, resource) in actions.iter().flat_map(|action| resources.iter().map(move |one| (action, *one))) {
            let action = format!("{service}:{action}");
            let allowed = policy.allows(&Wish { action: &action, resource, context });
            granted.push((action, resource, allowed));
        }
    }
    granted
}

#[test]
fn each_function_may_do_what_it_does_and_must_not_do_what_others_do() {
    let policies = Template::read(&[]).policies();
    assert_eq!(policies.len(), FUNCTIONS.len(), "a function is missing here");
    let mut wrong = Vec::new();
    for Function { folder, does, must_not } in FUNCTIONS {
        let policy = &policies[folder];
        let lacks = does.iter().flat_map(|wishes| granted(policy, wishes)).filter(|(.., allowed)| !allowed);
        wrong.extend(lacks.map(|(action, resource, _)| format!("{folder} lacks {action} of {resource}")));
        let refused: Vec<_> = must_not.iter().chain([&NOBODY]).flat_map(|wishes| granted(policy, wishes)).collect();
        assert!(refused.len() - granted(policy, NOBODY).len() >= 3, "{folder}: at least three things of its own");
        let may = refused.into_iter().filter(|(.., allowed)| *allowed);
        wrong.extend(may.map(|(action, resource, _)| format!("{folder} may {action} of {resource}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_policy_has_a_whole_service_or_what_nobody_has_named() {
    for (folder, policy) in Template::read(&[]).policies() {
        assert_eq!(policy.wide_open().collect::<Vec<_>>(), Vec::<&str>::new(), "{folder}");
    }
}

/// The functions that a queue wakes, each with its queue.
const WOKEN: [(&str, &str); 4] =
    [("ingest", "IngestQueue"), ("import", "ImportQueue"), ("repo-build", "BuildQueue"), ("callback", "CallbackQueue")];
/// What nobody takes messages from but a human, and a queue of somebody else.
const OTHERS: [&str; 6] =
    ["IngestDlq", "ImportDlq", "BuildDlq", "CallbackDlq", "ReapDlq", "arn:aws:sqs:eu-west-1:1:another"];

#[test]
fn each_function_takes_messages_from_its_own_queue_and_from_no_other() {
    let mut wrong = Vec::new();
    for (folder, policy) in Template::read(&[]).policies() {
        let own = WOKEN.iter().find(|(woken, _)| *woken == folder).map(|(_, queue)| *queue);
        for resource in WOKEN.iter().map(|(_, queue)| *queue).chain(OTHERS) {
            let is_own = own == Some(resource);
            let mut check = |action: &str, expected: bool| {
                let allowed = policy.allows(&Wish { action, resource, context: &[] });
                wrong.extend((allowed != expected).then(|| format!("{folder}: {action} {resource}: {allowed}")));
            };
            check("sqs:ReceiveMessage", is_own);
            check("sqs:DeleteMessage", is_own);
            check("sqs:ChangeMessageVisibility", is_own && folder == "callback");
            if own.is_some() {
                check("sqs:GetQueueAttributes", is_own);
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn other_buckets_are_read_if_somebody_names_them_and_never_written() {
    let policies = Template::read(&[("ImportBuckets", "one,two")]).policies();
    for (action, resource, expected) in [
        ("s3:GetObject", "arn:aws:s3:::one/a.rpm", true),
        ("s3:ListBucket", "arn:aws:s3:::two", true),
        ("s3:GetObject", "arn:aws:s3:::three/a.rpm", false),
        ("s3:GetObject", "arn:aws:s3:::one-more/a.rpm", false),
        ("s3:PutObject", "arn:aws:s3:::one/a.rpm", false),
        ("s3:DeleteObject", "arn:aws:s3:::two/a.rpm", false),
    ] {
        let wish = Wish { action, resource, context: &[] };
        assert_eq!(policies["import"].allows(&wish), expected, "{action} {resource}");
        assert!(!policies["ingest"].allows(&wish), "ingest: {action} {resource}");
    }
}

#[test]
fn the_cdn_is_told_to_forget_by_reap_alone_and_if_somebody_names_it() {
    let (without, with) = (Template::read(&[]).policies(), Template::read(&[("CdnDistribution", "E1")]).policies());
    let distribution = |id: &str| format!("arn:${{AWS::Partition}}:cloudfront::${{AWS::AccountId}}:distribution/{id}");
    for (action, id, expected) in [
        ("cloudfront:CreateInvalidation", "E1", true),
        ("cloudfront:CreateInvalidation", "E2", false),
        ("cloudfront:CreateInvalidation", "", false),
        ("cloudfront:UpdateDistribution", "E1", false),
        ("cloudfront:DeleteDistribution", "E1", false),
    ] {
        let resource = distribution(id);
        let wish = Wish { action, resource: &resource, context: &[] };
        for (folder, policy) in &with {
            assert_eq!(policy.allows(&wish), expected && folder == "reap", "{folder}: {action} {resource}");
            assert!(!without[folder].allows(&wish), "{folder} without it: {action} {resource}");
        }
    }
}
