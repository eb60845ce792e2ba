//! What the policies of `template.yaml` allow, by the rules of IAM. LocalStack's community edition asks no policy.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html>: refused unless a statement
//! allows it, and whatever a statement denies. Only what the template uses is known; anything else panics, so that nothing is
//! taken for allowed or refused by mistake. What SAM adds to a role by itself counts as well.
//!
//! Resources have the names they have in the template: the ARN of `StoreBucket` is `StoreBucket`, that of an object in it
//! `StoreBucket/key`. Parameters of AWS itself stay as they are written: `${AWS::Region}`.

use std::{collections::BTreeMap, fs};

use crate::{stack::root, yaml::Yaml};

/// What somebody wants to do.
#[derive(Debug, Clone, Copy)]
pub struct Wish<'a> {
    /// `s3:GetObject`
    pub action: &'a str,
    /// To what.
    pub resource: &'a str,
    /// What is known besides: keys of conditions, and their values.
    pub context: &'a [(&'a str, &'a str)],
}

/// The secret of a key that signs.
pub const SECRET_KEY: &str =
    "arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:${AWS::StackName}/keys/A-x";
/// A key of KMS, which is for us if it says so: [`TAGGED`].
pub const KMS_KEY: &str = "arn:${AWS::Partition}:kms:${AWS::Region}:${AWS::AccountId}:key/1";
/// What is known of a key of KMS that says that it is for us.
pub const TAGGED: &[(&str, &str)] = &[("aws:ResourceTag/colca", "sign")];

/// What a statement is about: `Resource`, or `NotResource`.
#[derive(Debug)]
enum Scope {
    Of(Vec<String>),
    AllBut(Vec<String>),
}

/// One statement, evaluated.
#[derive(Debug)]
struct Statement {
    allows: bool,
    actions: Vec<String>,
    scope: Scope,
    /// Key and value, all of which must be equal.
    conditions: Vec<(String, String)>,
}

/// The policy of one function, with what SAM adds to it.
#[derive(Debug)]
pub struct Policy(Vec<Statement>);

/// What SAM attaches to every role, `AWSLambdaBasicExecutionRole`: writing logs.
const LOGS: &[&str] = &["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"];
/// What it attaches to the role of a function that a queue wakes, `AWSLambdaSQSQueueExecutionRole`: reading any queue, and
/// [`LOGS`].
const QUEUES: &[&str] = &["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"];

/// The template, deployed with some parameters.
#[derive(Debug)]
pub struct Template {
    yaml: Yaml,
    parameters: BTreeMap<String, String>,
}

impl Template {
    /// `template.yaml`, with its defaults and these parameters.
    ///
    /// # Panics
    /// If it cannot be read.
    #[must_use]
    pub fn read(parameters: &[(&str, &str)]) -> Self {
        let yaml = Yaml::parse(&fs::read_to_string(root().join("template.yaml")).expect("it stands at the root"));
        let default = |(name, parameter): &(String, Yaml)| {
            (name.clone(), parameter.get("Default").map(Yaml::text).unwrap_or_default().to_owned())
        };
        let mut values: BTreeMap<_, _> = yaml.at(&["Parameters"]).entries().iter().map(default).collect();
        values.extend(parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        Self { yaml, parameters: values }
    }

    /// The functions by their folders, each with its policy.
    ///
    /// # Panics
    /// If a policy has what is not known here.
    #[must_use]
    pub fn policies(&self) -> BTreeMap<String, Policy> {
        let functions = self.yaml.at(&["Resources"]).entries().iter();
        let functions = functions.filter(|(_, resource)| resource.at(&["Type"]).text() == "AWS::Serverless::Function");
        let policy = |(_, function): &(String, Yaml)| {
            let folder = function.at(&["Properties", "CodeUri"]).text().trim_start_matches("functions/").to_owned();
            let statements = function.at(&["Properties", "Policies"]).items().iter();
            let statements = statements.flat_map(|document| document.at(&["Statement"]).items());
            let own = statements.filter_map(|statement| self.statement(statement));
            (folder, Policy(self.added(function).into_iter().chain(own).collect()))
        };
        functions.map(policy).collect()
    }

    /// What SAM adds to the role of a function.
    fn added(&self, function: &Yaml) -> Vec<Statement> {
        let properties = function.at(&["Properties"]);
        let events = properties.at(&["Events"]).entries();
        let mut added = vec![Statement::allowing(LOGS, vec!["*".to_owned()])];
        if events.iter().any(|(_, event)| event.at(&["Type"]).text() == "SQS") {
            added.push(Statement::allowing(QUEUES, vec!["*".to_owned()]));
        }
        if let Some(queue) = properties.get("DeadLetterQueue") {
            added.push(Statement::allowing(&["sqs:SendMessage"], self.texts(queue.at(&["TargetArn"]))));
        }
        added
    }

    /// A statement; none if a condition of the template leaves it out.
    fn statement(&self, statement: &Yaml) -> Option<Statement> {
        if let Yaml::Call(function, branches) = statement {
            let ("If", [condition, then, other]) = (function.as_str(), branches.items()) else {
                panic!("{statement:?}")
            };
            let chosen = if self.holds(condition.text()) { then } else { other };
            let none = Yaml::Call("Ref".to_owned(), Box::new(Yaml::Text("AWS::NoValue".to_owned())));
            return if *chosen == none { None } else { self.statement(chosen) };
        }
        let known = ["Sid", "Effect", "Action", "Resource", "NotResource", "Condition"];
        let odd: Vec<_> = statement.entries().iter().filter(|(key, _)| !known.contains(&key.as_str())).collect();
        assert!(odd.is_empty(), "not known here: {odd:?}");
        let effect = statement.at(&["Effect"]).text();
        assert!(["Allow", "Deny"].contains(&effect), "{effect}");
        let conditions = statement.get("Condition").map(Yaml::entries).unwrap_or_default().iter();
        let conditions = conditions.flat_map(|(operator, keys)| {
            assert_eq!(operator, "StringEquals", "not known here");
            keys.entries().iter().map(|(key, value)| (key.clone(), self.text(value)))
        });
        let scope = match (statement.get("Resource"), statement.get("NotResource")) {
            (Some(resources), None) => Scope::Of(self.texts(resources)),
            (None, Some(resources)) => Scope::AllBut(self.texts(resources)),
            _ => panic!("one of both: {statement:?}"),
        };
        Some(Statement {
            allows: effect == "Allow",
            actions: self.texts(statement.at(&["Action"])),
            scope,
            conditions: conditions.collect(),
        })
    }

    /// Whether a condition of the template holds.
    fn holds(&self, name: &str) -> bool {
        let condition = self.yaml.at(&["Conditions", name]);
        self.condition(condition)
    }

    fn condition(&self, condition: &Yaml) -> bool {
        let Yaml::Call(function, given) = condition else { panic!("{condition:?}") };
        match (function.as_str(), given.items()) {
            ("Not", [other]) => !self.condition(other),
            ("Equals", [one, other]) => self.text(one) == self.text(other),
            _ => panic!("not known here: {condition:?}"),
        }
    }

    /// A value that is one text or several.
    fn texts(&self, value: &Yaml) -> Vec<String> {
        match value {
            Yaml::Call(function, given) if function == "Split" => {
                let [delimiter, text] = given.items() else { panic!("{given:?}") };
                self.text(text).split(delimiter.text()).map(str::to_owned).collect()
            }
            Yaml::List(items) => items.iter().flat_map(|item| self.texts(item)).collect(),
            other => vec![self.text(other)],
        }
    }

    fn text(&self, value: &Yaml) -> String {
        let Yaml::Call(function, given) = value else { return value.text().to_owned() };
        match (function.as_str(), given.items()) {
            ("Ref", [name]) => self.parameters.get(name.text()).cloned().unwrap_or_else(|| name.text().to_owned()),
            ("GetAtt", [of]) => of.text().strip_suffix(".Arn").expect("an ARN").to_owned(),
            ("Sub", [text]) => self.filled(text.text(), &[]),
            ("Sub", [text, names]) => self.filled(text.text(), names.entries()),
            ("Join", [delimiter, texts]) => self.texts(texts).join(delimiter.text()),
            _ => panic!("not known here: {value:?}"),
        }
    }

    /// A text with its `${…}` filled in.
    fn filled(&self, text: &str, names: &[(String, Yaml)]) -> String {
        let mut pieces = text.split("${");
        let mut filled = pieces.next().unwrap_or_default().to_owned();
        for piece in pieces {
            let (name, rest) = piece.split_once('}').expect("an end of the name");
            filled += &match (names.iter().find(|(known, _)| known == name), self.parameters.get(name)) {
                (Some((_, value)), _) => self.text(value),
                (_, Some(value)) => value.clone(),
                _ if name.starts_with("AWS::") => format!("${{{name}}}"),
                _ => name.strip_suffix(".Arn").unwrap_or(name).to_owned(),
            };
            filled += rest;
        }
        filled
    }
}

impl Scope {
    fn covers(&self, wanted: &str) -> bool {
        let is_among = |resources: &[String]| resources.iter().any(|resource| matches(resource, wanted));
        match self {
            Self::Of(resources) => is_among(resources),
            Self::AllBut(resources) => !is_among(resources),
        }
    }
}

impl Statement {
    fn allowing(actions: &[&str], resources: Vec<String>) -> Self {
        let actions = actions.iter().map(|action| (*action).to_owned()).collect();
        Self { allows: true, actions, scope: Scope::Of(resources), conditions: vec![] }
    }
}

impl Policy {
    /// Whether it lets somebody have their wish.
    #[must_use]
    pub fn allows(&self, wish: &Wish<'_>) -> bool {
        let met = |statement: &&Statement| {
            let known = |(key, value): &(String, String)| wish.context.contains(&(key.as_str(), value.as_str()));
            // The names of actions are the same in capitals and without, those of resources are not.
            statement.actions.iter().any(|action| matches(&action.to_lowercase(), &wish.action.to_lowercase()))
                && statement.scope.covers(wish.resource)
                && statement.conditions.iter().all(known)
        };
        let met: Vec<_> = self.0.iter().filter(met).collect();
        !met.is_empty() && met.iter().all(|statement| statement.allows)
    }

    /// What it allows of a whole service, or to what nobody has named, but for [`LOGS`]: there should be nothing.
    pub fn wide_open(&self) -> impl Iterator<Item = &str> {
        let allowed = self.0.iter().filter(|statement| statement.allows);
        let open = allowed.flat_map(move |statement| {
            let context: Vec<_> = statement.conditions.iter().map(|(key, value)| (&**key, &**value)).collect();
            let anywhere = move |action| self.allows(&Wish { action, resource: "another", context: &context });
            let actions = statement.actions.iter().map(String::as_str);
            actions.filter(move |action| *action == "*" || action.ends_with(":*") || anywhere(action))
        });
        open.filter(|action| !LOGS.contains(action))
    }
}

/// Whether a text is what a pattern with `*` and `?` stands for.
fn matches(pattern: &str, text: &str) -> bool {
    match (pattern.chars().next(), text.chars().next()) {
        (None, None) => true,
        (Some('*'), _) => {
            matches(&pattern[1..], text) || text.chars().next().is_some_and(|c| matches(pattern, &text[c.len_utf8()..]))
        }
        (Some('?'), Some(c)) => matches(&pattern[1..], &text[c.len_utf8()..]),
        (Some(one), Some(other)) if one == other => matches(&pattern[one.len_utf8()..], &text[other.len_utf8()..]),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_those_of_iam() {
        for (pattern, text, expected) in [
            ("a/*", "a/b/c", true),
            ("a/*", "a", false),
            ("*", "", true),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("*/keys/*", "x/keys/", true),
            ("a", "A", false),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn what_is_denied_is_refused_and_what_nobody_says_too() {
        let statement = |allows, action: &str, conditions| Statement {
            allows,
            actions: vec![action.to_owned()],
            scope: Scope::Of(vec!["T".to_owned()]),
            conditions,
        };
        let condition = vec![("tag".to_owned(), "yes".to_owned())];
        let policy = Policy(vec![
            statement(true, "d:Get*", vec![]),
            statement(false, "d:GetAll", vec![]),
            statement(true, "d:Put", condition),
        ]);
        for (action, context, expected) in [
            ("d:GetItem", &[][..], true),
            ("D:getitem", &[], true),
            ("d:GetAll", &[], false),
            ("d:Put", &[], false),
            ("d:Put", &[("tag", "no")], false),
            ("d:Put", &[("tag", "yes")], true),
            ("d:Delete", &[], false),
        ] {
            assert_eq!(policy.allows(&Wish { action, resource: "T", context }), expected, "{action} {context:?}");
        }
        assert!(!policy.allows(&Wish { action: "d:GetItem", resource: "T/index/a", context: &[] }));
    }

    #[test]
    fn what_is_denied_for_all_but_one_is_left_of_that_one() {
        let anywhere = || Statement::allowing(&["q:Take", "q:Look"], vec!["*".to_owned()]);
        let all_but = |resource: &str| Statement {
            allows: false,
            actions: vec!["q:Take".to_owned()],
            scope: Scope::AllBut(vec![resource.to_owned()]),
            conditions: vec![],
        };
        let policy = Policy(vec![anywhere(), all_but("Q")]);
        for (action, resource, expected) in
            [("q:Take", "Q", true), ("q:Take", "R", false), ("q:Look", "R", true), ("q:Put", "Q", false)]
        {
            assert_eq!(policy.allows(&Wish { action, resource, context: &[] }), expected, "{action} {resource}");
        }
        assert_eq!(policy.wide_open().collect::<Vec<_>>(), ["q:Look"]);
        let tagged = Statement { conditions: vec![("tag".to_owned(), "yes".to_owned())], ..anywhere() };
        assert_eq!(Policy(vec![tagged]).wide_open().count(), 2);
        assert_eq!(Policy(vec![Statement::allowing(&["q:*"], vec!["Q".to_owned()])]).wide_open().count(), 1);
        // Nothing is allowed by what denies alone.
        assert!(!Policy(vec![all_but("Q")]).allows(&Wish { action: "q:Take", resource: "Q", context: &[] }));
    }
}
