//! What the supervisor counts. It waits for every child there is, so it needs a process of its own, as in a bench.

use std::{
    env, fs, process,
    process::{Command, ExitStatus},
};

use serde_json::{Value, json};

/// Has a shell run a script below the supervisor.
fn supervise(name: &str, script: &str) -> (ExitStatus, Value) {
    let folder = env::temp_dir().join(format!("colca-benches-{name}-{}", process::id()));
    fs::create_dir_all(&folder).expect("a temporary folder");
    let [asked, answered] = ["commands", "measured"].map(|file| folder.join(file));
    let shell = json!({"program": "sh", "arguments": ["-c", script], "output": null});
    fs::write(&asked, json!({"folder": folder, "scripts": [shell]}).to_string()).expect("a temporary folder");
    let status = Command::new(env!("CARGO_BIN_EXE_colca-benches"))
        .arg("supervise")
        .args([&asked, &answered])
        .status()
        .expect("it was built");
    let measured = fs::read(&answered).map_or(Value::Null, |bytes| serde_json::from_slice(&bytes).expect("JSON"));
    fs::remove_dir_all(&folder).expect("a temporary folder");
    (status, measured)
}

#[test]
fn what_has_lost_its_parent_is_counted() {
    let orphan = "(sleep 0.2; head --bytes=50000000 /dev/zero | tail --bytes=+1 >/dev/null) & exit 0";
    let (status, measured) = supervise("orphan", orphan);
    assert!(status.success());
    assert!(measured["wall"].as_f64().expect("seconds") >= 0.2, "{measured}");
    // Once by `head` and once by `tail`, and what programs read when they start.
    for bytes in ["read", "written"] {
        let counted = measured[bytes].as_u64().expect("bytes");
        assert!((100_000_000..102_000_000).contains(&counted), "{measured}");
    }
}

#[test]
fn grandchildren_are_counted() {
    let busy = "sh -c 'i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done' | cat";
    let (_, measured) = supervise("busy", busy);
    let cpu = measured["cpu"].as_f64().expect("seconds");
    assert!(cpu > 0.05, "{measured}");
    // Of the largest process alone, not of all.
    let (_, measured) = supervise("large", "head --bytes=60000000 /dev/zero | sort --buffer-size=200M | wc --bytes");
    let memory = measured["memory"].as_u64().expect("bytes");
    assert!((60_000_000..400_000_000).contains(&memory), "{measured}");
}

#[test]
fn a_failure_is_one() {
    let (status, measured) = supervise("failure", "exit 3");
    assert!(!status.success());
    assert_eq!(measured, Value::Null);
}
