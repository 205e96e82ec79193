//! Both benchmarks, tiny: their figures are whole and possible. How large they are is no test.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

fn bench(args: &[&str]) -> Value {
    let out = Command::new(env!("CARGO_BIN_EXE_skein-bench"))
        .args(args)
        .arg("--json")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&out.stderr);
    assert!(out.status.success(), "{said}");
    serde_json::from_slice(&out.stdout).unwrap()
}

fn number(report: &Value, path: &str) -> f64 {
    let at = report.pointer(path).and_then(Value::as_f64);
    at.unwrap_or_else(|| panic!("{path} is missing in {report}"))
}

#[test]
fn latency_counts_every_keystroke_once_at_each_place() {
    let report = bench(&[
        "latency",
        "--edits",
        "20",
        "--rounds",
        "2",
        "--pace-ms",
        "1",
    ]);
    for what in [
        "applied",
        "durable",
        "acked",
        "tcp_one_way",
        "tcp_round_trip",
        "fdatasync",
    ] {
        assert_eq!(number(&report, &format!("/{what}/count")), 20.0, "{what}");
        let [p50, p99, max] =
            ["p50", "p99", "max"].map(|name| number(&report, &format!("/{what}/{name}")));
        assert!(0.0 < p50 && p50 <= p99 && p99 <= max, "{what}: {report}");
    }
    let there = number(&report, "/tcp_one_way/p50");
    assert!(there <= number(&report, "/tcp_round_trip/max"), "{report}");
    assert!(number(&report, "/edit_bytes") > 200.0, "{report}");
}

#[test]
fn a_trace_ends_with_its_own_text_after_opening_again() {
    let trace = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../tests/data/traces/sveltecomponent.json.gz");
    let report = bench(&["trace", trace.to_str().unwrap(), "--edits", "300"]);
    // The first paragraph and then one per patch; a wrong text would have failed the run.
    assert_eq!(number(&report, "/edits"), 301.0);
    let (file, updates) = (
        number(&report, "/file_bytes"),
        number(&report, "/update_bytes"),
    );
    assert!(file > updates && updates > 301.0, "{report}");
    assert!(number(&report, "/reopen_ms") > 0.0 && number(&report, "/edits_per_s") > 0.0);
}
