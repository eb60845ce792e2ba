//! Who lists whose files, asked from either side.

use colca_model::{Project, Ref};
use colca_settings::{Refs, Settings};
use proptest::prelude::*;

const PROJECTS: [&str; 3] = ["ceph", "medic", "rook"];
const REFS: [&str; 3] = ["main", "quincy", "v1"];
const SECTIONS: [&str; 4] = ["all", "main", "quincy", "v1"];
const TAKEN: [&str; 5] = [r#""all""#, r#"["main"]"#, r#"["quincy"]"#, r#"["main", "v1"]"#, r#"["other"]"#];

/// Of each project, in each of its sections, what is taken of each project; above [`TAKEN`] nothing.
type Choices = [[[usize; 3]; 4]; 3];

fn file(choices: &Choices) -> String {
    let mut text = String::new();
    for (taker, sections) in PROJECTS.iter().zip(choices) {
        for (section, taken) in SECTIONS.iter().zip(sections) {
            for (project, choice) in PROJECTS.iter().zip(taken) {
                if let Some(refs) = TAKEN.get(*choice) {
                    text += &format!("repos.{taker}.extras.{section}.{project} = {refs}\n");
                }
            }
        }
    }
    text
}

proptest! {
    /// A change to a project concerns those repositories that list it, and no others.
    #[test]
    fn takers_are_those_whose_extras_name_the_project(
        choices in prop::array::uniform3(prop::array::uniform4(prop::array::uniform3(0_usize..12)))
    ) {
        let settings = Settings::parse(&file(&choices)).expect("a good file");
        let projects = PROJECTS.map(|name| Project::new(name).expect("a project"));
        let refs = REFS.map(|name| Ref::new(name).expect("a ref"));
        for (project, git_ref) in projects.iter().flat_map(|project| refs.iter().map(move |git_ref| (project, git_ref))) {
            let takers = settings.takers(project, git_ref);
            for (taker, at) in projects.iter().flat_map(|taker| refs.iter().map(move |at| (taker, at))) {
                let lists = settings.extras(taker, at).get(project).is_some_and(|refs| refs.contains(git_ref));
                let told = takers.iter().any(|(told, refs)| *told == taker && refs.contains(at));
                prop_assert_eq!(lists, told, "{} {} of {} {}", taker, at, project, git_ref);
            }
            prop_assert!(takers.iter().all(|(_, refs)| *refs != Refs::Only([].into())));
        }
    }
}
