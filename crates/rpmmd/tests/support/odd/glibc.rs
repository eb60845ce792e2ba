//! Requirements on the C library, of which one is kept.

use super::{super::raw_rpm::RawRpm, Named, named, x};

const LISTS: [&[&str]; 19] = [
    &["()(64bit)"],
    &[""],
    &["()(64bit)", ""],
    &["(GLIBC_2.2.5)(64bit)", "(GLIBC_2.34)(64bit)", "(GLIBC_2.4)(64bit)"],
    &["(GLIBC_2.34)(64bit)", "(GLIBC_2.2.5)(64bit)", "()(64bit)"],
    &["(GLIBC_2.4)", "(GLIBC_2.4)(64bit)"],
    &["(GLIBC_2.4)(64bit)", "(GLIBC_2.4)"],
    &["(GLIBC_2.10)", "(GLIBC_2.9)", ".1", "0"],
    &["(GLIBC_PRIVATE)(64bit)", "(GLIBC_2.9)(64bit)"],
    &["(GLIBC_2.9)(64bit)", "(GLIBC_PRIVATE)(64bit)"],
    &["(GLIBC_2.3.4)(64bit)", "(GLIBC_2.3)(64bit)", "(GLIBC_2.3.10)(64bit)"],
    &["(GLIBC_2.2.5)(64bit)", "(GLIBC_2.38)(64bit)", "(GLIBC_ABI_DT_RELR)(64bit)", "(GLIBC_2.4)"],
    &["(GLIBC_ABI_DT_X86_64_PLT)(64bit)", "(GLIBC_2.42)(64bit)", "(GLIBC_ABI_GNU2_TLS)(64bit)"],
    &["(", ""],
    &["()", "()(64bit)", "(A)", "(B)(64bit)"],
    &["(B)(64bit)", "(A)"],
    &["(GLIBC_2.4)(64bit)", "(GLIBC_2.4)(64bit)"],
    &["(GLIBC_2.4)", "(GLIBC_2.4a)", "(GLIBC_2.4.0)", "(GLIBC_2.04)"],
    &["(A)(GLIBC_9)", "(GLIBC_1.1)", "(GLIBC_2.9)x9.90"],
];

pub(super) fn packages() -> Vec<Named> {
    let mut list = named([
        ("glibc-flags", x().requires(&[(&lib("(GLIBC_2.4)"), 8, "1"), (&lib("(GLIBC_2.5)"), 512, "")])),
        ("glibc-twice", x().requires(&[(&lib("(GLIBC_2.5)"), 512, ""), (&lib("(GLIBC_2.5)"), 0, "")])),
        (
            "glibc-provided",
            x().requires(&[(&lib("(GLIBC_2.4)"), 0, ""), (&lib("(GLIBC_2.5)"), 0, "")]).provides(&[(
                &lib("(GLIBC_2.5)"),
                0,
                "",
            )]),
        ),
    ]);
    for (at, symbols) in LISTS.into_iter().enumerate() {
        list.push((format!("glibc-{at:02}"), requiring(symbols.iter().copied())));
        list.push((format!("glibc-{at:02}-turned"), requiring(symbols.iter().copied().rev())));
    }
    list
}

fn requiring<'a>(symbols: impl Iterator<Item = &'a str>) -> RawRpm {
    let mut names: Vec<_> = symbols.map(lib).collect();
    names.insert(1, "something-else".to_owned());
    let required: Vec<_> = names.iter().map(|name| (name.as_str(), 0, "")).collect();
    x().requires(&required)
}

fn lib(symbol: &str) -> String {
    format!("libc.so.6{symbol}")
}
