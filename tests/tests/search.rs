//! What search costs, and that it finds every file once, among as many files as a real catalog has.
//!
//! In a program of its own: other tests would wait while the files are written.

use std::time::Instant;

use colca_tests::{
    Client, Response, chacra,
    synthetic::{File, Files},
};
use serde_json::Value;

const SMALL: usize = 1_000;
const LARGE: usize = 9_500;

/// What one answer may cost, whatever is searched for and however many files there are.
const MOST_CALLS: u32 = 8;

/// Parameters and their values.
type Search = Vec<(&'static str, String)>;

/// Each parameter by itself, and several together. A page of each is filled by what one call looks at, or there is nothing
/// more to look at.
fn searches(files: &Files) -> Vec<Search> {
    let sample =
        files.all.iter().find(|file| file.value("name").starts_with("straw-41-")).expect("it is among the first");
    let one = |name: &'static str| (name, sample.value(name).to_owned());
    let exact = ["project", "ref", "sha1", "distro", "distro_version", "flavor", "arch", "built_by", "name"];
    let mut searches: Vec<Search> = exact.map(|name| vec![one(name)]).into();
    let other = |name, value: &str| (name, value.to_owned());
    searches.extend([
        vec![("size", sample.size.to_string())],
        vec![other("checksum", &sample.sha256)],
        vec![("checksum", sample.sha512.clone().expect("this one has it"))],
        vec![one("project"), one("flavor")],
        vec![one("project"), one("ref")],
        vec![one("project"), one("sha1"), one("name")],
        vec![one("distro"), one("arch"), one("distro_version")],
        vec![one("project"), ("size-min", sample.size.to_string())],
        vec![
            one("project"),
            ("size-max", (sample.size + 200).to_string()),
            ("size-min", (sample.size + 1).to_string()),
        ],
        vec![one("project"), other("name-has", "7")],
        vec![one("project"), other("name-prefix", "straw-")],
        vec![one("project"), other("created-after", "2001-01-01T00:00:20.000Z")],
        vec![
            one("arch"),
            other("created-after", "2001-01-01T00:00:09.123Z"),
            other("created-before", &files.all[0].moment()),
        ],
    ]);
    searches
}

/// What a search means.
fn matches(file: &File, (parameter, value): &(&str, String)) -> bool {
    let number = || value.parse::<u64>().expect("a number");
    match *parameter {
        "size" => file.size == number(),
        "size-min" => file.size >= number(),
        "size-max" => file.size <= number(),
        "checksum" => [Some(&file.sha256), file.sha512.as_ref()].contains(&Some(value)),
        "name-has" => file.value("name").contains(value),
        "name-prefix" => file.value("name").starts_with(value),
        "created-after" => file.moment() >= *value,
        "created-before" => file.moment() < *value,
        exact => file.value(exact) == value,
    }
}

/// The names that a search must find, in order.
fn expected<'a>(files: &'a Files, search: &Search) -> Vec<&'a str> {
    let all = files.all.iter().filter(|file| search.iter().all(|parameter| matches(file, parameter)));
    all.map(|file| file.value("name")).collect()
}

fn query(search: &Search) -> String {
    let pairs: Vec<_> = search.iter().map(|(name, value)| format!("{name}={value}")).collect();
    pairs.join("&")
}

/// An answer: the names in it, what it cost, and the query of the next page.
fn ask(query: &str) -> (Vec<String>, u32, Option<String>) {
    let answer: Response = Client::anonymous().get(&format!("/search/?{query}")).expect(200);
    let page = answer.json();
    let name = |binary: &Value| binary["name"].as_str().expect("a name").to_owned();
    let names = page.as_array().expect("an array").iter().map(name).collect();
    let cost = answer.header("server-timing").and_then(|cost| cost.strip_prefix("dynamodb;desc=\"")?.strip_suffix('"'));
    let cost: u32 = cost.expect("every answer says what it cost").parse().expect("a number");
    assert!(cost <= MOST_CALLS, "{query} took {cost} calls");
    let next = answer.header("link").map(|link| {
        link.strip_prefix("<?")
            .and_then(|link| link.strip_suffix(">; rel=\"next\""))
            .expect("a relative link")
            .to_owned()
    });
    let token = answer.header("x-next-page-token").map(|token| format!("page-token={token}"));
    assert_eq!(next.as_ref().and_then(|next| next.split('&').next_back().map(str::to_owned)), token);
    (names, cost, next)
}

/// Everything that a search finds, and in how many answers.
fn walk(query: &str, page: usize) -> (Vec<String>, usize) {
    let (mut all, mut answers, mut next) = (Vec::new(), 0, Some(format!("{query}&limit={page}")));
    while let Some(query) = next {
        let (names, _, following) = ask(&query);
        assert!(names.len() <= page, "{query} gave {} files", names.len());
        all.extend(names);
        (answers, next) = (answers + 1, following);
    }
    (all, answers)
}

/// The calls that the first page of each search takes; and all pages hold what they should.
fn costs(files: &Files) -> Vec<u32> {
    let check = |search: &Search| {
        let (query, expected) = (query(search), expected(files, search));
        assert!(!expected.is_empty(), "{query} is to find nothing, which tests nothing");
        let (first, cost, _) = ask(&query);
        assert_eq!(first, expected[..expected.len().min(100)], "{query}");
        assert_eq!(walk(&query, 1000).0, expected, "{query}");
        cost
    };
    searches(files).iter().map(check).collect()
}

#[test]
fn a_search_costs_the_same_among_twenty_times_as_many_files() {
    let mut files = Files::new();
    let start = Instant::now();
    files.grow_to(SMALL);
    let few = costs(&files);
    let growing = Instant::now();
    files.grow_to(LARGE);
    println!("{} files written in {:.1} s", LARGE - SMALL, growing.elapsed().as_secs_f32());
    let many = costs(&files);
    println!("calls of DynamoDB for a page: among {SMALL} files, among {LARGE} files");
    for ((search, few), many) in searches(&files).iter().zip(&few).zip(&many) {
        println!("{few:3} {many:3}  {}", query(search));
    }
    assert_eq!(few, many);

    a_needle_is_found_without_any_answer_that_costs_more(&files);
    pages_of_any_size_give_every_file_once(&files);
    a_token_goes_with_its_search(&files);
    println!("{:.1} s in all", start.elapsed().as_secs_f32());
}

/// The oldest file of a project, of which no index knows.
fn a_needle_is_found_without_any_answer_that_costs_more(files: &Files) {
    let oldest = files.all.last().expect("files");
    let query = format!("project={}&name-prefix=needle", oldest.value("project"));
    let (names, cost, next) = ask(&query);
    assert_eq!((names.len(), cost), (0, MOST_CALLS), "the budget must be spent");
    assert!(next.is_some(), "nobody would find the rest");
    let (names, answers) = walk(&query, 100);
    assert_eq!(names, [oldest.value("name")]);
    println!("a file among {LARGE} that no index knows: {answers} answers");
}

fn pages_of_any_size_give_every_file_once(files: &Files) {
    let project = ("project", files.all[0].value("project").to_owned());
    let flavor = ("flavor", files.all[0].value("flavor").to_owned());
    for (search, page) in [(vec![project.clone()], 997), (vec![project, flavor], 83)] {
        assert_eq!(walk(&query(&search), page).0, expected(files, &search), "in pages of {page}");
    }
}

fn a_token_goes_with_its_search(files: &Files) {
    let of = |name| format!("{name}={}", files.all[0].value(name));
    let (first, _, next) = ask(&format!("{}&limit=3", of("distro")));
    let token = next.expect("there are more").split('&').next_back().expect("the token").to_owned();
    let (rest, ..) = ask(&format!("{}&{token}&limit=2", of("distro")));
    let both = [first, rest].concat();
    assert_eq!(both, expected(files, &vec![("distro", files.all[0].value("distro").to_owned())])[..5]);
    for foreign in [of("arch"), format!("{}&{}", of("distro"), of("arch"))] {
        chacra::refused_for(Client::anonymous().get(&format!("/search/?{foreign}&{token}")), "page-token");
    }
}
